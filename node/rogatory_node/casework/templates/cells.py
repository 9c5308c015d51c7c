"""A value of a form as the text of a cell, and back, by what the schema says of it.

* Yes and no, and names of codes, are written in a language and read in any of the seven; a code is read as well.
* A list of plain values is one line each. What the schema does not know is written as JSON.
"""

import json
import math
from collections.abc import Mapping
from typing import Any, Final

from rogatory_node.casework.types.speaking import CODES
from rogatory_node.i18n import LANGUAGES, later, translate

YES: Final = later("Yes")
NO: Final = later("No")

BAD: Final[Mapping[str, str]] = {
    "bool": later("“{value}” is neither yes nor no"),
    "number": later("“{value}” is no number"),
    "code": later("“{value}” is none of {known}"),
    "field": later("there is no field “{value}”"),
    "type": later("“{value}” is no type of request"),
    "twice": later("the field “{value}” stands in two rows"),
    "order": later("the field “{value}” leaves out an entry before it"),
}
"""What may be wrong with a cell."""


class CellError(Exception):
    """A cell cannot be read: a key of ``BAD`` with its values."""

    def __init__(self, what: str, **values: str) -> None:
        """Note what is wrong."""
        super().__init__(what)
        self.what, self.values = what, values


def told(value: Any, schema: Mapping[str, Any] | None, language: str) -> str:
    """Return the text of a cell."""
    if isinstance(value, list) and schema is not None and schema.get("type") == "array":
        return "\n".join(told(each, schema.get("items", {}), language) for each in value)
    if isinstance(value, bool):
        return translate(YES if value else NO, language)
    if isinstance(value, str):
        labels = _labels(schema)
        return translate(labels[value], language) if value in labels else value
    return json.dumps(value, ensure_ascii=False)


def read(text: str, schema: Mapping[str, Any] | None) -> Any:
    """Read the text of a cell.

    Raises:
        CellError: It is not as the schema has it.
    """
    if schema is None:
        return _json(text)
    kinds = schema.get("type")
    if kinds == "array":
        return [read(line, schema.get("items", {})) for line in text.split("\n") if line.strip()]
    if kinds == "boolean" or isinstance(schema.get("const"), bool):
        return _bool(text)
    if kinds in ("integer", "number"):
        return _number(text, whole=kinds == "integer")
    if "enum" in schema:
        return _code(text, schema)
    return text


def _labels(schema: Mapping[str, Any] | None) -> Mapping[str, str]:
    if schema is None:
        return {}
    found: Mapping[str, str] = schema.get("x-labels") or CODES.get(str(schema.get("x-codes")), {})
    return found


def _bool(text: str) -> bool:
    word = text.strip().casefold()
    for value, source in ((True, YES), (False, NO)):
        if word in {translate(source, language).casefold() for language in LANGUAGES}:
            return value
    raise CellError("bool", value=text[:60])


def _number(text: str, *, whole: bool) -> int | float:
    try:
        return int(text) if whole else _plain(float(text))
    except (ValueError, OverflowError):
        raise CellError("number", value=text[:60]) from None


def _plain(value: float) -> int | float:
    if not math.isfinite(value):
        raise ValueError
    return int(value) if value.is_integer() else value


def _code(text: str, schema: Mapping[str, Any]) -> Any:
    codes = [each for each in schema["enum"] if isinstance(each, str)]
    word = text.strip()
    if word in codes:
        return word
    labels = _labels(schema)
    for code in codes:
        names = {translate(labels[code], language).casefold() for language in LANGUAGES} if code in labels else set()
        if word.casefold() in names or word.casefold() == code.casefold():
            return code
    raise CellError("code", value=text[:60], known=", ".join(codes))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
