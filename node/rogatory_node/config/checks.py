"""Checks of settings: each takes what TOML gave and returns the typed value, or raises ``WrongError``.

* A check says what would be right in the words of the format, never what it was given: that may be a secret.
"""

from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from rogatory_node.config.hours import HoursError, parse_hours, parse_zone

ENGINES: Final = ("sqlite", "postgresql")
AID_BYTES: Final = 32


class Reason(Enum):
    """Why a setting is refused."""

    NOT_TOML = "not-toml"
    UNKNOWN = "unknown"
    MISSING = "missing"
    TYPE = "type"
    VALUE = "value"
    SECRET = "secret"  # noqa: S105 - the name of a reason


class WrongError(Exception):
    """A check's refusal of one value."""

    def __init__(self, reason: Reason, wanted: str) -> None:
        """Say why, and what would be right."""
        super().__init__(wanted)
        self.reason = reason
        self.wanted = wanted


Check = Callable[[Any], Any]


def text(most: int) -> Check:
    """Check a line of text."""

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise WrongError(Reason.TYPE, "text")
        if not 1 <= len(value) <= most or any(ord(letter) < 32 for letter in value):
            raise WrongError(Reason.VALUE, f"1 to {most} characters on one line")
        return value

    return check


def whole(least: int, most: int) -> Check:
    """Check a whole number."""

    def check(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise WrongError(Reason.TYPE, "whole number")
        if not least <= value <= most:
            raise WrongError(Reason.VALUE, f"{least} to {most}")
        return value

    return check


def yes_or_no(value: Any) -> bool:
    """Check a truth value."""
    if not isinstance(value, bool):
        raise WrongError(Reason.TYPE, "true or false")
    return value


def path(value: Any) -> Path:
    """Check the path of a file or folder."""
    return Path(text(1_024)(value)).expanduser()


def one_of(allowed: tuple[str, ...]) -> Check:
    """Check a word of a list."""

    def check(value: Any) -> str:
        if value not in allowed:
            raise WrongError(Reason.VALUE, ", ".join(allowed))
        return str(value)

    return check


def several(item: Check, most: int) -> Check:
    """Check a list, item by item."""

    def check(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise WrongError(Reason.TYPE, "list")
        if len(value) > most:
            raise WrongError(Reason.VALUE, f"at most {most}")
        return tuple(item(each) for each in value)

    return check


def url(*schemes: str) -> Check:
    """Check a URL without secrets in it."""

    def check(value: Any) -> str:
        try:
            parts = urlsplit(text(255)(value))
            usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise WrongError(Reason.VALUE, " or ".join(f"{scheme}://…" for scheme in schemes))
        if parts.password is not None or parts.username is not None:
            raise WrongError(Reason.SECRET, "no name or password")
        return str(value)

    return check


def origin(value: Any) -> str:
    """Check the address of pages: scheme, host and port, and nothing after them."""
    found: str = url("https", "http")(value)
    if found != found.lower() or found.count("/") != 2 or found.endswith(":") or set(found) & set("?#"):
        raise WrongError(Reason.VALUE, "https://host")
    return found


def database_url(value: Any) -> str:
    """Check the URL of a database, which holds no password."""
    found: str = text(1_024)(value)
    try:
        parts = urlsplit(found)
        secret = parts.password is not None
    except ValueError:
        raise WrongError(Reason.VALUE, "URL") from None
    if parts.scheme not in ENGINES:
        raise WrongError(Reason.VALUE, " or ".join(f"{engine}://…" for engine in ENGINES))
    if secret:
        raise WrongError(Reason.SECRET, "database.password_file")
    return found


def aid(value: Any) -> bytes:
    """Check an authority id and return its bytes."""
    found = text(2 * AID_BYTES)(value)
    try:
        raw = bytes.fromhex(found)
    except ValueError:
        raw = b""
    if len(raw) != AID_BYTES:
        raise WrongError(Reason.VALUE, f"{2 * AID_BYTES} hexadecimal digits")
    return raw


def country(value: Any) -> str:
    """Check a country code, or the star for all."""
    found: str = text(2)(value)
    if found != "*" and not (len(found) == 2 and found.isascii() and found.isalpha() and found.isupper()):
        raise WrongError(Reason.VALUE, "two capital letters, or *")
    return found


def name(most: int) -> Check:
    """Check a word of ASCII without blanks, as roles, languages and kinds are in a card."""

    def check(value: Any) -> str:
        found: str = text(most)(value)
        if not found.isascii() or " " in found:
            raise WrongError(Reason.VALUE, f"1 to {most} ASCII characters without blanks")
        return found

    return check


def hours(value: Any) -> str:
    """Check the hours of a contact."""
    found: str = text(200)(value)
    try:
        parse_hours(found)
    except HoursError:
        raise WrongError(Reason.VALUE, "24/7, or as in Mon-Fri 08:00-12:00, 13:00-17:00; Sat 09:00-13:00") from None
    return found


def zone(value: Any) -> str:
    """Check the name of a time zone."""
    found: str = text(64)(value)
    try:
        parse_zone(found)
    except HoursError:
        raise WrongError(Reason.VALUE, "IANA time zone, as in Africa/Abidjan") from None
    return found
