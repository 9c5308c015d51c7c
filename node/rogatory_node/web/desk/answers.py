"""From the fields of a page back to values, by the same table as they were drawn.

* What was left empty is not there. What is no number stays as it was typed: the check says so, and nothing is lost.
* Fields that a page does not have are not touched; names that the schema does not have are not read.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from multidict import MultiDictProxy

from rogatory_node.web.desk.widgets import Schema, kind_of, resolved

MOST_ENTRIES: Final = 500
RAW: Final = "raw:"

Fields = MultiDictProxy[str]


class _Absent:
    """There is no value."""


ABSENT: Final = _Absent()


def read(schema: Schema, fields: Fields, shared: Schema, path: str = "") -> Any:
    """Return what the fields say, or ``ABSENT``."""
    if RAW + path in fields:
        return _raw(fields, path)
    described = resolved(schema, shared)
    return _READ[kind_of(described, shared)](described, fields, shared, path)


def _word(_schema: Schema, fields: Fields, _shared: Schema, path: str) -> Any:
    return fields.get(path, "").strip() or ABSENT


def _yesno(_schema: Schema, fields: Fields, _shared: Schema, path: str) -> Any:
    return {"yes": True, "no": False}.get(fields.get(path, ""), ABSENT)


def _agree(_schema: Schema, fields: Fields, _shared: Schema, path: str) -> Any:
    return True if fields.get(path) == "yes" else ABSENT


def _number(schema: Schema, fields: Fields, _shared: Schema, path: str) -> Any:
    typed = fields.get(path, "").strip()
    if not typed:
        return ABSENT
    for kind in (int, float) if schema.get("type") == "number" else (int,):
        try:
            found = kind(typed)
        except ValueError:
            continue
        if abs(found) < 2**53:
            return found
    return typed


def _several(_schema: Schema, fields: Fields, _shared: Schema, path: str) -> Any:
    return list(dict.fromkeys(each for each in fields.getall(path, []) if each)) or ABSENT


def _lines(_schema: Schema, fields: Fields, _shared: Schema, path: str) -> Any:
    return [line for each in fields.get(path, "").splitlines() if (line := each.strip())] or ABSENT


def _group(schema: Schema, fields: Fields, shared: Schema, path: str) -> Any:
    found = {name: read(each, fields, shared, f"{path}/{name}") for name, each in schema["properties"].items()}
    return {name: each for name, each in found.items() if each is not ABSENT} or ABSENT


def _list(schema: Schema, fields: Fields, shared: Schema, path: str) -> Any:
    places = {place for name in fields if (place := _place(name, path)) is not None}
    found = (read(schema["items"], fields, shared, f"{path}/{place}") for place in sorted(places))
    return [each for each in found if each is not ABSENT] or ABSENT


def _place(name: str, path: str) -> int | None:
    """Return the place in a list that a field is in."""
    name = name.removeprefix(RAW)
    if not name.startswith(path + "/"):
        return None
    word = name[len(path) + 1 :].partition("/")[0]
    return int(word) if word.isascii() and word.isdigit() and len(word) < 5 and int(word) < MOST_ENTRIES else None


def _raw(fields: Fields, path: str) -> Any:
    typed = fields.get(RAW + path, "").strip()
    if not typed:
        return ABSENT
    try:
        return json.loads(typed)
    except (ValueError, RecursionError):
        return typed


def _nothing(_schema: Schema, _fields: Fields, _shared: Schema, _path: str) -> Any:
    return ABSENT


_READ: Final[Mapping[str, Callable[[Schema, Fields, Schema, str], Any]]] = {
    "line": _word,
    "text": _word,
    "date": _word,
    "number": _number,
    "choice": _word,
    "yesno": _yesno,
    "agree": _agree,
    "several": _several,
    "lines": _lines,
    "group": _group,
    "list": _list,
    "raw": _nothing,
}
