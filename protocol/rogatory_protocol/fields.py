"""Field tables: which keys a decoded map holds and what each may be (B.1 rules 5 and 6).

* A check takes a decoded value and the name of what it checks; it returns the typed value or refuses it as MALFORMED.
* A map holds exactly the keys of its table; a table that lists ``x`` carries an extension map.
* Booleans are not integers here, whatever Python thinks.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.limits import MAX_EXTENSION_BYTES
from rogatory_protocol.rcbor import Value, encode

Check = Callable[[Value, str], Any]
Table = Mapping[str, Check]

MAX_UINT: Final = 2**64 - 1
_ASCII_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+/;= -]*")


def take(value: Value, fields: Table, what: str) -> dict[str, Any]:
    """Check that *value* is a map with exactly the keys of the table, each as its check wants it.

    Raises:
        RefusedError: MALFORMED.
    """
    if not isinstance(value, dict) or value.keys() != fields.keys():
        raise wrong(what, "does not hold exactly its keys")
    return {name: check(value[name], f"{what}.{name}") for name, check in fields.items()}


def wrong(what: str, why: str) -> RefusedError:
    """Make the refusal of a value."""
    return RefusedError(Code.MALFORMED, f"{what} {why}")


def uint(lo: int = 0, hi: int = MAX_UINT) -> Check:
    """Check an unsigned integer between *lo* and *hi*, both included."""

    def check(value: Value, what: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not lo <= value <= hi:
            raise wrong(what, f"is not an integer from {lo} to {hi}")
        return value

    return check


def b(size: int) -> Check:
    """Check a byte string of exactly *size* bytes."""
    return data(size, size)


def data(most: int, least: int = 0) -> Check:
    """Check a byte string of *least* to *most* bytes."""

    def check(value: Value, what: str) -> bytes:
        if not isinstance(value, bytes) or not least <= len(value) <= most:
            raise wrong(what, f"is not {least} to {most} bytes")
        return value

    return check


def text(most: int, least: int = 1) -> Check:
    """Check text of *least* to *most* bytes of UTF-8."""

    def check(value: Value, what: str) -> str:
        if not isinstance(value, str) or not least <= len(value.encode()) <= most:
            raise wrong(what, f"is not text of {least} to {most} bytes")
        return value

    return check


def ascii_name(most: int) -> Check:
    """Check an identifier in the plain ASCII grammar of kinds, media types and languages."""
    plain = text(most)

    def check(value: Value, what: str) -> str:
        name: str = plain(value, what)
        if not _ASCII_NAME.fullmatch(name):
            raise wrong(what, "is not a plain ASCII name")
        return name

    return check


def array(item: Check, lo: int = 0, hi: int = 256) -> Check:
    """Check an array of *lo* to *hi* items; it becomes a tuple."""

    def check(value: Value, what: str) -> tuple[Any, ...]:
        if not isinstance(value, list) or not lo <= len(value) <= hi:
            raise wrong(what, f"is not an array of {lo} to {hi}")
        return tuple(item(each, f"{what}[{n}]") for n, each in enumerate(value))

    return check


def mapping(key: Check, item: Check, hi: int, lo: int = 0) -> Check:
    """Check a map of free keys."""

    def check(value: Value, what: str) -> dict[str, Any]:
        if not isinstance(value, dict) or not lo <= len(value) <= hi:
            raise wrong(what, f"is not a map of {lo} to {hi}")
        return {key(name, what): item(each, f"{what}.{name}") for name, each in value.items()}

    return check


def nullable(check: Check) -> Check:
    """Allow null beside what *check* allows."""
    return lambda value, what: None if value is None else check(value, what)


def const(only: int | str) -> Check:
    """Check for one value only; another version or type is refused like any malformed field."""

    def check(value: Value, what: str) -> int | str:
        if type(value) is not type(only) or value != only:
            raise wrong(what, f"is not {only!r}")
        return only

    return check


def table(fields: Table) -> Check:
    """Check a nested map by its own table."""
    return lambda value, what: take(value, fields, what)


def extension(value: Value, what: str) -> dict[str, Value]:
    """Check an extension map: its entries are ignored, its size is not."""
    if not isinstance(value, dict) or len(encode(value)) > MAX_EXTENSION_BYTES:
        raise wrong(what, "is not an extension map")
    return value
