"""A request as rows, and rows as a request.

* A row is the place of a field (JSON pointer), its title, and the text of its cell. Every field of a form has one, also
  those that no schema knows.
* An empty form has one row for each field of its type, with one entry of each list.
* Reading names every row that is wrong; rows that are empty are no fields. The form that comes out is not judged here:
  that is what ``check`` does.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from rogatory_node.casework.templates import cells, layout
from rogatory_node.casework.types import catalogue
from rogatory_node.i18n import translate

MOST_ROWS: Final = 5_000
DEEPEST: Final = 8
_PLACE: Final = re.compile(r"0|[1-9][0-9]{0,3}")
_SKIPPED: Final = frozenset({"kind", "type_version"})
_BETWEEN: Final = " / "

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a form: the number in its template or "", the place of the field, its title, and its cell."""

    number: str
    pointer: str
    label: str
    cell: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What is wrong with a row, counted from 1: a key of ``cells.BAD`` with its values."""

    row: int
    what: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Field:
    tokens: tuple[str, ...]
    labels: tuple[str, ...]
    schema: Schema | None
    value: Any


# --- From a form to rows ----------------------------------------------------------------------------------------------


def rows(form: Mapping[str, Any], language: str) -> tuple[Row, ...]:
    """Return the rows of a request with one measure beside its common part, or of any other form."""
    return _ordered(_fields(form, _schema_of(form.get("type")), language), form.get("type"), language)


def blank(request_type: str, language: str) -> tuple[Row, ...]:
    """Return the rows of an empty form of a type that is known."""
    schema = _schema_of(request_type)
    assert schema is not None, "a type that is known"
    found = [*_empty((), (), schema, schema["$defs"], language)]
    return _ordered(found, request_type, language)


def _ordered(found: Iterable[_Field], request_type: Any, language: str) -> tuple[Row, ...]:
    kind = request_type if isinstance(request_type, str) else ""
    made = []
    for each in found:
        pointer = "".join(f"/{_escaped(token)}" for token in each.tokens)
        place, number = layout.place_of(kind, pointer)
        cell = "" if each.value is None else cells.told(each.value, each.schema, language)
        made.append((place, Row(number=number, pointer=pointer, label=_BETWEEN.join(each.labels), cell=cell)))
    made.sort(key=lambda pair: pair[0])
    return tuple(row for _, row in made)


def _fields(form: Mapping[str, Any], schema: Schema | None, language: str) -> Iterator[_Field]:
    shared = {} if schema is None else schema["$defs"]
    yield from _inside((), (), form, schema, shared, language)


def _inside(
    tokens: tuple[str, ...], labels: tuple[str, ...], value: Any, schema: Schema | None, shared: Schema, language: str
) -> Iterator[_Field]:
    if isinstance(value, Mapping) and (value or not tokens) and len(tokens) < DEEPEST:
        known = {} if schema is None else schema.get("properties", {})
        for name in [*(each for each in known if each in value), *(each for each in value if each not in known)]:
            if value[name] is None or (not tokens and name in _SKIPPED):
                continue
            below = _resolved(known[name], shared) if name in known else None
            label = name if below is None else translate(below.get("title", name), language)
            yield from _inside((*tokens, name), (*labels, label), value[name], below, shared, language)
    elif isinstance(value, list) and any(isinstance(each, Mapping | list) for each in value) and len(tokens) < DEEPEST:
        below = None if schema is None or "items" not in schema else _resolved(schema["items"], shared)
        for place, each in enumerate(value):
            numbered = (*labels[:-1], f"{labels[-1]} {place + 1}")
            yield from _inside((*tokens, str(place)), numbered, each, below, shared, language)
    else:
        plain = schema if schema is None or not isinstance(value, Mapping | list) else _of_list(schema, value)
        yield _Field(tokens, labels, _with_items(plain, shared), value)


def _of_list(schema: Schema, value: Any) -> Schema | None:
    """Return the schema of a list of texts, one a line; None: the value is written as JSON."""
    good = isinstance(value, list) and value and all(isinstance(each, str) and "\n" not in each for each in value)
    return schema if good and schema.get("type") == "array" and all(each.strip() for each in value) else None


def _with_items(schema: Schema | None, shared: Schema) -> Schema | None:
    if schema is None or "items" not in schema:
        return schema
    return {**schema, "items": _resolved(schema["items"], shared)}


def _empty(
    tokens: tuple[str, ...], labels: tuple[str, ...], schema: Schema, shared: Schema, language: str
) -> Iterator[_Field]:
    if "properties" in schema and len(tokens) < DEEPEST:
        for name, each in schema["properties"].items():
            if tokens or name not in _SKIPPED:
                below = _resolved(each, shared)
                label = translate(below.get("title", name), language)
                yield from _empty((*tokens, name), (*labels, label), below, shared, language)
    elif schema.get("type") == "array" and "properties" in (item := _resolved(schema["items"], shared)):
        yield from _empty((*tokens, "0"), (*labels[:-1], f"{labels[-1]} 1"), item, shared, language)
    else:
        yield _Field(tokens, labels, _with_items(schema, shared), schema.get("const"))


# --- From rows to a form ----------------------------------------------------------------------------------------------


def form_of(given: Sequence[tuple[str, str]]) -> tuple[dict[str, Any], tuple[Wrong, ...]]:
    """Read rows of place and cell; return the form, and what is wrong with which row."""
    wrong: list[Wrong] = []
    filled = [(n, place.strip(), cell) for n, (place, cell) in enumerate(given, 1) if cell.strip()]
    kind = next((cell.strip() for _, place, cell in filled if place == layout.FIRST), None)
    schema = _schema_of(kind)
    if kind is not None and schema is None:
        wrong.append(Wrong(row=0, what="type", values={"value": kind[:60]}))
    form: dict[str, Any] = {"kind": "request"}
    seen: set[str] = set()
    for n, place, cell in sorted(filled[:MOST_ROWS], key=lambda each: _tokens(each[1])):
        try:
            if place in seen:
                raise cells.CellError("twice", value=place[:60])
            seen.add(place)
            tokens = _checked(place)
            _put(form, tokens, cells.read(cell, _at(tokens, schema)), place)
        except cells.CellError as error:
            wrong.append(Wrong(row=n, what=error.what, values=error.values))
    return form, tuple(sorted(wrong, key=lambda each: each.row))


def _checked(place: str) -> tuple[str, ...]:
    if not place.startswith("/") or len(place) > 500 or place.count("/") > DEEPEST:
        raise cells.CellError("field", value=place[:60])
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in place[1:].split("/"))


def _tokens(place: str) -> tuple[tuple[int, str], ...]:
    """Return a key by which entries of a list come in the order of their numbers."""
    return tuple((int(token), "") if _is_place(token) else (2**31, token) for token in place.split("/"))


def _put(form: dict[str, Any], tokens: tuple[str, ...], value: Any, place: str) -> None:
    here: Any = form
    for token, following in pairwise(tokens):
        fresh: Any = [] if _is_place(following) else {}
        here = _step(here, token, fresh, place)
    if _step(here, tokens[-1], value, place) is not value:
        raise cells.CellError("twice", value=place[:60])


def _step(here: Any, token: str, fresh: Any, place: str) -> Any:
    """Go one step into a form, with what is to be there if nothing is."""
    if isinstance(here, dict):
        return here.setdefault(token, fresh)
    if not isinstance(here, list) or not _is_place(token):
        raise cells.CellError("field", value=place[:60])
    if int(token) > len(here):
        raise cells.CellError("order", value=place[:60])
    if int(token) == len(here):
        here.append(fresh)
    return here[int(token)]


def _at(tokens: tuple[str, ...], schema: Schema | None) -> Schema | None:
    """Return what the schema says of a place, or None where it knows nothing."""
    if schema is None:
        return None
    shared, here = schema["$defs"], schema
    for token in tokens:
        if token in here.get("properties", {}):
            here = _resolved(here["properties"][token], shared)
        elif _is_place(token) and "items" in here:
            here = _resolved(here["items"], shared)
        else:
            return None
    if "properties" in here or "properties" in _resolved(here.get("items", {}), shared):
        return None
    return _with_items(here, shared)


def _schema_of(kind: Any) -> Schema | None:
    found = catalogue.type_of(kind)
    return None if isinstance(found, catalogue.Unknown) else catalogue.whole(found)


def _resolved(schema: Schema, shared: Schema) -> Schema:
    reference = schema.get("$ref")
    return {**shared[reference.removeprefix("#/$defs/")], **schema} if reference else schema


def _escaped(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")


def _is_place(word: str) -> bool:
    return _PLACE.fullmatch(word) is not None
