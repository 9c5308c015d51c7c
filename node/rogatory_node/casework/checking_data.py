"""Rules for accounts, addresses and other identifiers: can anybody find what is meant?

* An IPv4 address is shared by many at a time: without the port and the exact time it names nobody.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from rogatory_node.casework.checking_finding import Case, Finding, Level, entries, moment, pointer, short
from rogatory_node.i18n import later

_ADDRESSES: Final = frozenset({"ipv4", "ipv6"})
_SHAPES: Final[Mapping[str, re.Pattern[str]]] = {
    "email": re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}"),
    "phone": re.compile(r"\+?[0-9][0-9 ().-]{3,30}"),
    "imsi": re.compile(r"[0-9]{14,15}"),
    "imei": re.compile(r"[0-9]{14,16}"),
    "domain": re.compile(r"[^\s/@:]+\.[^\s/@:]+"),
}
_ALL: Final = re.compile(r"[*%]|(?i:all|any|every|todos?|tous|все|الكل|全部)")


def identifiers(case: Case) -> Iterator[Finding]:
    """Yield identifiers by which nothing can be found."""
    for each, kind in case.known:
        # To preserve is urgent, and data of all who shared an address can be kept; to disclose them is another thing.
        level: Level = "risk" if kind.group == "preserve" else "missing"
        for path, found in _identifiers(each.fields):
            place = each.pointer + path
            yield from _value(found, place)
            sort = found.get("kind")
            if not isinstance(sort, str):
                continue
            if sort in _ADDRESSES and found.get("fixed") is not True:
                yield from _time(found, place, level)
                if sort == "ipv4" and "port" not in found:
                    text = later("The IP address has no source port; many subscribers share one address.")
                    yield Finding(code="ip.port", level=level, path=f"{place}/port", text=text)
            if sort == "wallet" and not found.get("chain"):
                text = later("The virtual-asset address does not name its chain or ledger.")
                yield Finding(code="wallet.chain", level="missing", path=f"{place}/chain", text=text)


def accounts(case: Case) -> Iterator[Finding]:
    """Yield accounts that no bank could find, and assets that cannot be told apart."""
    for each, _ in case.known:
        for place, account in entries(each.fields.get("accounts")):
            if not any(account.get(name) for name in ("iban", "holder", "card")):
                text = later("The account cannot be identified: give its number or its holder.")
                path = each.pointer + pointer("accounts", place)
                yield Finding(code="account.unidentified", level="missing", path=path, text=text)
            elif not account.get("institution"):
                text = later("The account does not name the institution.")
                path = each.pointer + pointer("accounts", place, "institution")
                yield Finding(code="account.institution", level="risk", path=path, text=text)


def data(case: Case) -> Iterator[Finding]:
    """Yield sets of data without a category, or without a period."""
    for each, kind in case.known:
        for place, found in entries(each.fields.get("data")):
            path = each.pointer + pointer("data", place)
            if kind.data_category is None and not found.get("categories"):
                text = later("The category of the data is not named: subscriber, traffic or content.")
                yield Finding(code="data.category", level="missing", path=f"{path}/categories", text=text)
            timed = all("at" in one for _, one in entries(found.get("identifiers")))
            if "period" not in found and not timed:
                text = later(
                    "The period of the data is not given; a request that seems to search at large is often refused."
                )
                yield Finding(code="fishing.open", level="risk", path=f"{path}/period", text=text)


def _value(found: Mapping[str, Any], place: str) -> Iterator[Finding]:
    kind, value = found.get("kind"), found.get("value")
    if not isinstance(value, str) or not isinstance(kind, str):
        return
    if _ALL.fullmatch(value.strip()) or "*" in value:
        text = later("“{value}” stands for everybody; name the account, address or person.")
        args = {"value": short(value)}
        yield Finding(code="fishing.identifier", level="wrong", path=f"{place}/value", text=text, args=args)
    elif (kind in _ADDRESSES and not _is_address(kind, value)) or not _shaped(kind, value):
        text = later("“{value}” is not written as an identifier of its kind is.")
        args = {"value": short(value)}
        yield Finding(code="identifier.shape", level="wrong", path=f"{place}/value", text=text, args=args)


def _time(found: Mapping[str, Any], place: str, level: Level) -> Iterator[Finding]:
    value = found.get("at")
    if value is None:
        text = later("The IP address has no point in time; addresses change hands within minutes.")
        yield Finding(code="ip.time", level=level, path=f"{place}/at", text=text)
    elif moment(value) is None or (isinstance(value, str) and len(value) == len("2026-01-01")):
        text = later("The point in time has no time zone, or is not a time that exists.")
        code = "ip.zone" if _readable(value) else "ip.time"
        yield Finding(code=code, level="wrong", path=f"{place}/at", text=text)


def _readable(value: Any) -> bool:
    try:
        datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        return False
    return True


def _is_address(kind: str, value: str) -> bool:
    try:
        (ipaddress.IPv4Address if kind == "ipv4" else ipaddress.IPv6Address)(value)
    except ValueError:
        return False
    return True


def _shaped(kind: str, value: str) -> bool:
    shape = _SHAPES.get(kind)
    return shape is None or shape.fullmatch(value) is not None


def _identifiers(fields: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for place, each in entries(fields.get("identifiers")):
        yield pointer("identifiers", place), each
    for place, each in entries(fields.get("data")):
        for inner, found in entries(each.get("identifiers")):
            yield pointer("data", place, "identifiers", inner), found
    for place, each in entries(fields.get("assets")):
        if isinstance(each.get("identifier"), Mapping):
            yield pointer("assets", place, "identifier"), each["identifier"]


RULES: Final = (identifiers, accounts, data)
