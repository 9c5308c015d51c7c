"""Which letters of a case are in which languages: their own, and those of their translations.

* A letter names the translations that travel with it; later ones come as letters of kind ``translation``, about the
  letter that they answer and one document in it.
* A translation made by a machine is told apart from one that somebody answers for.
* Whatever stands in a form is read without raising.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rogatory_node.casework.custody.items import Source
from rogatory_node.casework.life.events import answered

KIND: Final = "translation"
LISTS: Final = ("translation", "translations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A translation.

    Attributes:
        language: Its language tag.
        translator: Who made it, or "".
        certified: It is certified.
        machine: A machine made it.
        document: The attachment that it translates, or "" for the letter.
        letter: The letter that brought it.
    """

    language: str
    translator: str
    certified: bool
    machine: bool
    document: str
    letter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A letter with its language and its translations."""

    letter: str
    kind: str
    language: str
    translations: tuple[Translation, ...]


def written(letters: Iterable[Source]) -> tuple[Written, ...]:
    """Return the letters of a case with their translations; those stand with what they are of."""
    listed = list(letters)
    later: dict[str, list[Translation]] = {}
    for each in listed:
        if each.kind == KIND:
            for digest in answered(each.form):
                later.setdefault(digest, []).extend(_later(each))
    return tuple(
        Written(
            letter=each.digest,
            kind=each.kind,
            language=_text(each.form.get("language")),
            translations=(*_own(each), *later.get(each.digest, ())),
        )
        for each in listed
        if each.kind != KIND or not answered(each.form)
    )


def letter_form(letter: str, *, document: str, language: str, translator: str, certified: bool, machine: bool) -> Any:
    """Return the form of a letter that brings a translation as its attachment."""
    translated = {"language": language, "certified": certified, "machine": machine}
    if translator:
        translated["translator"] = translator
    return {"kind": KIND, "in_reply_to": letter, "document": document, "translated": translated}


def _own(letter: Source) -> Iterator[Translation]:
    for name in LISTS:
        value = letter.form.get(name)
        for each in value if isinstance(value, list) else ():
            if isinstance(each, Mapping):
                yield from _read(each, "", letter.digest)


def _later(letter: Source) -> Iterator[Translation]:
    translated = letter.form.get("translated")
    if isinstance(translated, Mapping):
        document = _text(letter.form.get("document"))
        # A document named by digits is the letter itself.
        whole = document in answered(letter.form)
        yield from _read(translated, "" if whole else document, letter.digest)


def _read(value: Mapping[str, Any], document: str, letter: str) -> Iterator[Translation]:
    language = _text(value.get("language"))
    if language:
        yield Translation(
            language=language,
            translator=_text(value.get("translator")),
            certified=value.get("certified") is True,
            machine=value.get("machine") is True,
            document=document,
            letter=letter,
        )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
