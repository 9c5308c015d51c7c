"""From the schema of a form to the fields of a page, by one table: what fits first draws it.

* A field is named by the JSON pointer to its value, so that what is said of a value leads to its field.
* Fields that are required or filled stand open; the others wait in a fold, so that a page asks little.
* Lists of objects grow by a button that saves and shows one more; what is left empty is no entry.
* A value that its field cannot show (of a newer program, or written by hand) is shown as it stands and kept.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from rogatory_node.casework.codes import CRIME_TYPES, GRADES
from rogatory_node.i18n import later, translate

LONG: Final = 2_000  # letters; what may be longer gets a field of several lines
DEEPEST: Final = 8
YES, NO = later("Yes"), later("No")
CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "crime_types": {code: each.label for code, each in CRIME_TYPES.items()},
    "urgency": {code: each.label for code, each in GRADES.items()},
}

Schema = Mapping[str, Any]
Option = tuple[str, str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """One field, or a group of them.

    Attributes:
        kind: Which macro draws it: ``line``, ``text``, ``date``, ``number``, ``choice``, ``several``, ``lines``,
            ``raw``, ``group`` or ``list``.
        path: JSON pointer to its value.
        label: In the reader's language.
        hint: Likewise, or empty.
        example: What a value looks like, or empty.
        required: Whether the schema asks for it.
        value: As the field shows it.
        options: Of choices: code, words, chosen.
        shown: Fields of a group that stand open; entries of a list.
        folded: Fields of a group that wait in the fold.
        wrong: What is said of it.
    """

    kind: str
    path: str
    label: str
    hint: str = ""
    example: str = ""
    required: bool = False
    value: str = field(default="", repr=False)
    options: tuple[Option, ...] = ()
    shown: tuple["Widget", ...] = ()
    folded: tuple["Widget", ...] = ()
    wrong: str = ""

    @property
    def id(self) -> str:
        """How links on the page name it."""
        return "f" + self.path.replace("/", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What drawing needs: definitions, the language, what is said of values, and lists that are to have one more."""

    shared: Schema
    language: str
    wrong: Mapping[str, str] = field(default_factory=dict)
    grown: frozenset[str] = frozenset()

    def say(self, text: str) -> str:
        """Return a text of the catalogue."""
        return translate(text, self.language)


def resolved(schema: Schema, shared: Schema) -> Schema:
    """Return a schema with what it refers to."""
    reference = schema.get("$ref")
    return schema if reference is None else {**shared[reference.removeprefix("#/$defs/")], **schema}


def kind_of(schema: Schema, shared: Schema) -> str:
    """Return which kind of field a schema asks for: the first line of the table that fits."""
    return next(kind for kind, fits in TABLE if fits(schema, shared))


def _items(schema: Schema, shared: Schema) -> Schema:
    return resolved(schema.get("items", {}), shared)


def _is(schema: Schema, name: str) -> bool:
    told = schema.get("type")
    return name in told if isinstance(told, list) else bool(told == name)


TABLE: Final[Sequence[tuple[str, Callable[[Schema, Schema], bool]]]] = (
    ("agree", lambda schema, _: schema.get("const") is True),
    ("choice", lambda schema, _: "enum" in schema),
    ("yesno", lambda schema, _: _is(schema, "boolean")),
    ("number", lambda schema, _: schema.get("type") in ("integer", "number")),
    ("date", lambda schema, _: schema.get("format") == "date"),
    ("text", lambda schema, _: _is(schema, "string") and schema.get("maxLength", 0) > LONG and "pattern" not in schema),
    ("line", lambda schema, _: _is(schema, "string") or "anyOf" in schema),
    ("group", lambda schema, _: _is(schema, "object") and "properties" in schema),
    ("several", lambda schema, shared: _is(schema, "array") and "enum" in _items(schema, shared)),
    ("lines", lambda schema, shared: _is(schema, "array") and _is(_items(schema, shared), "string")),
    ("list", lambda schema, shared: _is(schema, "array") and kind_of(_items(schema, shared), shared) == "group"),
    ("raw", lambda _schema, _shared: True),
)
"""Kind → which schemas it is for. The last one fits everything."""


def draw(schema: Schema, value: Any, drawing: Drawing, *, path: str = "", required: bool = False) -> Widget:
    """Return the field of a value."""
    described = resolved(schema, drawing.shared)
    kind = kind_of(described, drawing.shared) if path.count("/") <= 2 * DEEPEST else "raw"
    if value is not None and not _FITS.get(kind, _anything)(value):
        kind = "raw"
    made = partial(
        Widget,
        path=path,
        label=drawing.say(described.get("title", "")),
        hint=drawing.say(described["description"]) if described.get("description") else "",
        example=_example(described),
        required=required,
        wrong=drawing.wrong.get(path, ""),
    )
    return _DRAWN[kind](made, described, value, drawing, path)


def _anything(_value: Any) -> bool:
    return True


_FITS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "agree": lambda value: value is True,
    "choice": lambda value: isinstance(value, str),
    "yesno": lambda value: isinstance(value, bool | str),
    "number": lambda value: isinstance(value, int | float | str) and not isinstance(value, bool),
    "date": lambda value: isinstance(value, str),
    "text": lambda value: isinstance(value, str),
    "line": lambda value: isinstance(value, str),
    "group": lambda value: isinstance(value, dict),
    "several": lambda value: isinstance(value, list) and all(isinstance(each, str) for each in value),
    "lines": lambda value: (
        isinstance(value, list) and all(isinstance(each, str) and "\n" not in each for each in value)
    ),
    "list": lambda value: isinstance(value, list) and all(isinstance(each, dict) for each in value),
}

Made = Callable[..., Widget]


def _simple(kind: str, made: Made, _schema: Schema, value: Any, _drawing: Drawing, _path: str) -> Widget:
    return made(kind=kind, value="" if value is None else str(value))


def _choice(made: Made, schema: Schema, value: Any, drawing: Drawing, _path: str) -> Widget:
    return made(kind="choice", options=tuple(_options(schema, [value], drawing)))


def _agree(made: Made, _schema: Schema, value: Any, drawing: Drawing, _path: str) -> Widget:
    return made(kind="several", options=(("yes", drawing.say(YES), value is True),))


def _yesno(made: Made, _schema: Schema, value: Any, drawing: Drawing, _path: str) -> Widget:
    options = (("yes", drawing.say(YES), value is True), ("no", drawing.say(NO), value is False))
    return made(kind="choice", options=options)


def _several(made: Made, schema: Schema, value: Any, drawing: Drawing, _path: str) -> Widget:
    return made(kind="several", options=tuple(_options(_items(schema, drawing.shared), value or [], drawing)))


def _options(schema: Schema, chosen: Sequence[Any], drawing: Drawing) -> list[Option]:
    labels = schema.get("x-labels") or CODES.get(schema.get("x-codes", ""), {})
    known = [(code, drawing.say(labels.get(code, code)), code in chosen) for code in schema["enum"]]
    return known + [(each, each, True) for each in chosen if isinstance(each, str) and each not in schema["enum"]]


def _lines(made: Made, _schema: Schema, value: Any, _drawing: Drawing, _path: str) -> Widget:
    return made(kind="lines", value="\n".join(value or []))


def _raw(made: Made, _schema: Schema, value: Any, _drawing: Drawing, _path: str) -> Widget:
    return made(kind="raw", value="" if value is None else json.dumps(value, ensure_ascii=False, indent=1))


def _group(made: Made, schema: Schema, value: Any, drawing: Drawing, path: str) -> Widget:
    held, required = value or {}, schema.get("required", ())
    drawn = [
        draw(each, held.get(name), drawing, path=f"{path}/{name}", required=name in required)
        for name, each in schema["properties"].items()
    ]
    open_ones = [each for each in drawn if each.required or _filled(each, held, path, drawing)]
    if not open_ones:
        open_ones = drawn[:3]
    ids = {each.path for each in open_ones}
    folded = tuple(each for each in drawn if each.path not in ids)
    return made(kind="group", shown=tuple(open_ones), folded=folded)


def _filled(widget: Widget, held: Mapping[str, Any], path: str, drawing: Drawing) -> bool:
    name = widget.path.removeprefix(f"{path}/")
    below = [
        each for each in (*drawing.wrong, *drawing.grown) if each == widget.path or each.startswith(widget.path + "/")
    ]
    return name in held or bool(below)


def _list(made: "partial[Widget]", schema: Schema, value: Any, drawing: Drawing, path: str) -> Widget:
    held = list(value or [])
    if path in drawing.grown or (not held and (path.count("/") == 1 or made.keywords["required"])):
        held.append({})
    items = _items(schema, drawing.shared)
    entries = [draw(items, each, drawing, path=f"{path}/{place}") for place, each in enumerate(held)]
    return made(kind="list", shown=tuple(entries))


_DRAWN: Final[Mapping[str, Callable[..., Widget]]] = {
    "line": partial(_simple, "line"),
    "text": partial(_simple, "text"),
    "date": partial(_simple, "date"),
    "number": partial(_simple, "number"),
    "choice": _choice,
    "yesno": _yesno,
    "agree": _agree,
    "several": _several,
    "lines": _lines,
    "raw": _raw,
    "group": _group,
    "list": _list,
}


def _example(schema: Schema) -> str:
    shown = next(iter(schema.get("examples", [])), None)
    return shown if isinstance(shown, str) and "enum" not in schema and len(shown) <= LONG else ""
