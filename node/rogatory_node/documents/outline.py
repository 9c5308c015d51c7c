"""From a form and the schema that describes it to the parts of a document.

* The schema gives the order, the labels and the names of codes; the form gives the words. Nothing of a form is left
  out: what the schema does not know is printed under the name that it has in the form.
* Labels are texts of the catalogue, in each language of the document; what a person wrote stays as it was written.
* Short facts of one part are rows; long texts, objects and lists of objects are parts of their own, in their order.
  Inside an object a text is a row beside its label until it is really long.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from rogatory_node.documents import dates
from rogatory_node.documents.naming import NAMES
from rogatory_node.documents.page import MAX_BLOCKS, Block, DocumentError, Row, Text
from rogatory_node.i18n import later, translate

YES: Final = later("Yes")
NO: Final = later("No")
MORE: Final = later("(More than can be printed: {count} further entries. The form itself holds them all.)")
DEEPEST: Final = 8  # forms nest four or five deep; a deeper value is printed as it stands
MOST_ITEMS: Final = 200  # a printed list longer than this is not read by anybody; the form is attached
LONG: Final = 300  # longer texts are read under a heading, shorter ones beside a label
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})")
_SYMBOLS: Final = re.compile(r"[\w.+@:/#%&=?~*()-]*\d[\w.+@:/#%&=?~*()-]*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How a form is told.

    Attributes:
        languages: Those of the document.
        written: The language of the form's own words, or "".
        definitions: ``$defs`` of the schema.
        codes: Names of codes by their list, for fields that say ``x-codes``.
    """

    languages: tuple[str, ...]
    written: str
    definitions: Mapping[str, Any]
    codes: Mapping[str, Mapping[str, str]]

    def label(self, text: str) -> tuple[Text, ...]:
        """Return a text of the catalogue in each language."""
        return tuple(Text(translate(text, language), language) for language in self.languages)

    def either(self, text: str) -> Text:
        """Return a text of the catalogue once, in all languages of the document."""
        words = dict.fromkeys(translate(text, language) for language in self.languages)
        return Text(" / ".join(words), self.languages[0])


def outline(form: Mapping[str, Any], schema: Mapping[str, Any], voice: Voice, *, level: int = 1) -> tuple[Block, ...]:
    """Return the parts of a document for a form.

    Raises:
        DocumentError: More parts than a document has.
    """
    blocks: list[Block] = []
    for block in _object((), form, schema, voice, level):
        blocks.append(block)
        if len(blocks) > MAX_BLOCKS:
            raise DocumentError(f"more than {MAX_BLOCKS} parts")
    return tuple(blocks)


def _object(
    heading: tuple[Text, ...], value: Mapping[str, Any], schema: Mapping[str, Any], voice: Voice, level: int
) -> Iterator[Block]:
    known: Mapping[str, Any] = schema.get("properties", {})
    rows: list[Row] = []
    below: list[Block] = []
    for name in [*(name for name in known if name in value), *(name for name in value if name not in known)]:
        each, described = value[name], _resolved(known.get(name, {}), voice)
        if each is None or (name == "kind" and level == 1):
            continue
        label = voice.label(described["title"]) if "title" in described else (Text(name),) * len(voice.languages)
        if level == 1 and _long(each, described, inside=bool(heading)):
            below.append(Block(label, level + bool(heading), (), (_value(each, described, voice)[0],)))
        elif _nests(each) and level < DEEPEST:
            below += _below(label, each, described, voice, level + bool(heading))
        else:
            rows.append(Row(label, *_value(each, described, voice)))
    if heading or rows:
        yield Block(heading, level, tuple(rows))
    yield from below


def _below(label: tuple[Text, ...], value: Any, schema: Mapping[str, Any], voice: Voice, level: int) -> Iterator[Block]:
    if isinstance(value, Mapping):
        yield from _object(label, value, schema, voice, level)
        return
    described = _resolved(schema.get("items", {}), voice)
    one = voice.label(described["title"]) if "title" in described else label
    for place, each in enumerate(value[:MOST_ITEMS], 1):
        numbered = tuple(Text(f"{text.words} {place}", text.lang) for text in one) if len(value) > 1 else label
        if isinstance(each, Mapping):
            yield from _object(numbered, each, described, voice, level)
        else:
            yield Block(numbered, level, (), (_value(each, described, voice)[0],))
    if (left := len(value) - MOST_ITEMS) > 0:
        words = [translate(MORE, language).format(count=left) for language in voice.languages]
        yield Block((), level, (), tuple(map(Text, words, voice.languages)))


def _long(value: Any, schema: Mapping[str, Any], *, inside: bool) -> bool:
    """Say whether a text deserves a heading: by what the schema allows, else and inside an object by its length."""
    return isinstance(value, str) and (len(value) if inside else schema.get("maxLength", len(value))) > LONG


def _nests(value: Any) -> bool:
    return (isinstance(value, Mapping) and bool(value)) or (
        isinstance(value, list) and any(isinstance(each, Mapping | list) for each in value)
    )


def _value(value: Any, schema: Mapping[str, Any], voice: Voice) -> tuple[Text, bool]:
    """Return a fact in words, and whether it is an identifier or number."""
    if isinstance(value, list):
        described = _resolved(schema.get("items", {}), voice)
        told = [_value(each, described, voice) for each in value[:MOST_ITEMS]]
        languages = {text.lang for text, _ in told}
        return Text("\n".join(text.words for text, _ in told), languages.pop() if len(languages) == 1 else ""), (
            bool(told) and all(code for _, code in told)
        )
    if isinstance(value, bool):
        return voice.either(YES if value else NO), False
    if isinstance(value, int | float):
        return Text(str(value)), True
    if not isinstance(value, str):
        return Text(str(value)), True
    if name := _named(value, schema, voice):
        return name, False
    return _dated(value, voice) or (Text(value, "" if _SYMBOLS.fullmatch(value) else voice.written), False)


def _named(value: str, schema: Mapping[str, Any], voice: Voice) -> Text | None:
    if namer := NAMES.get(schema.get("x-names", "")):
        names = dict.fromkeys(namer(value, language) or value for language in voice.languages)
        return Text(" / ".join(names), voice.languages[0])
    labels = schema.get("x-labels") or voice.codes.get(schema.get("x-codes", ""), {})
    return voice.either(labels[value]) if value in labels else None


def _dated(value: str, voice: Voice) -> tuple[Text, bool] | None:
    try:
        if _DAY.fullmatch(value):
            at = date.fromisoformat(value)
            words = [dates.day(at, language) for language in voice.languages]
        elif _INSTANT.fullmatch(value):
            moment = datetime.fromisoformat(value)
            words = [dates.instant(moment, language) for language in voice.languages]
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return Text("\n".join(words), voice.languages[0] if len(words) == 1 else ""), False


def _resolved(schema: Mapping[str, Any], voice: Voice) -> Mapping[str, Any]:
    reference = schema.get("$ref", "")
    shared: Mapping[str, Any] = voice.definitions.get(reference.removeprefix("#/$defs/"), {}) if reference else {}
    return {**shared, **schema}
