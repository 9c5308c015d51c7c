"""Rules of time: dates that cannot be, deadlines that are over, data that are deleted before anybody looks."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from rogatory_node.casework.checking_finding import Case, Finding, entries, moment, pick, pointer
from rogatory_node.i18n import later

ORDER_DAYS: Final = 90  # of a domestic preservation order, BC 16(2)
FISHING_DAYS: Final = 2 * 366
STORED: Final = frozenset({"data", "period"})
AHEAD: Final = frozenset(
    {"joint.investigation", "sit.covert", "transfer.detained", "data.realtime.traffic", "data.intercept"}
)
"""Types whose period lies ahead."""


def urgency(case: Case) -> Iterator[Finding]:
    """Yield a deadline or a deletion that is over."""
    deadline = moment(pick(case.common, "urgency", "deadline"), end=True)
    if deadline is not None and deadline < case.at:
        text = later("The date by which the answer is needed has passed.")
        yield Finding(code="deadline.passed", level="wrong", path="/urgency/deadline", text=text)
    deleted = moment(pick(case.common, "urgency", "retention_estimate"), end=True)
    if deleted is not None and deleted < case.at:
        text = later("By the estimate given here, the data are deleted already.")
        yield Finding(code="retention.passed", level="risk", path="/urgency/retention_estimate", text=text)


def past(case: Case) -> Iterator[Finding]:
    """Yield days that must have been, but are to come."""
    for place, each in entries(case.common.get("persons")):
        born = each.get("born")
        if isinstance(born, str) and born[:4].isdigit() and born > case.at.date().isoformat()[: len(born)]:
            yield _future(pointer("persons", place, "born"))
    for name, field in (("offences", "committed"), ("domestic_legal_basis", "date")):
        for place, each in entries(case.common.get(name)):
            if _after(each.get(field), case.at):
                yield _future(pointer(name, place, field))


def periods(case: Case) -> Iterator[Finding]:
    """Yield periods that end before they begin, lie ahead for stored data, or are so wide that they fish."""
    for each, kind in case.known:
        for path, period in _periods(each.fields):
            place = each.pointer + path
            begin, end = moment(period.get("from")), moment(period.get("to"), end=True)
            if begin is None or end is None:
                continue
            if end < begin:
                text = later("The period ends before it begins.")
                yield Finding(code="period.reversed", level="wrong", path=place, text=text)
            elif kind.code not in AHEAD and begin > case.at and "window" not in path and "monitoring" not in path:
                yield _future(f"{place}/from")
            elif kind.code not in AHEAD and end - begin > timedelta(days=FISHING_DAYS):
                text = later(
                    "The period is longer than two years; a request that seems to search at large is often refused."
                )
                yield Finding(code="fishing.period", level="risk", path=place, text=text)


def retention(case: Case) -> Iterator[Finding]:
    """Yield periods that begin before what the provider keeps."""
    for each, _ in case.known:
        days = pick(each.fields, "custodian", "retention_days")
        if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= 100_000:
            continue
        oldest = case.at - timedelta(days=days)
        for path, period in _periods(each.fields):
            begin = moment(period.get("from"))
            if begin is not None and begin < oldest:
                text = later("The period begins before the oldest data that the provider keeps ({days} days).")
                place = each.pointer + path
                args = {"days": days}
                yield Finding(code="retention.beyond", level="risk", path=f"{place}/from", text=text, args=args)


def preservation(case: Case) -> Iterator[Finding]:
    """Yield preservations that nothing follows, or that are asked for longer than an order lasts."""
    for each, kind in case.known:
        if kind.code != "data.preserve":
            continue
        intent, days = each.fields.get("intent_to_submit_mla"), each.fields.get("duration_asked_days")
        path = each.pointer + "/intent_to_submit_mla"
        if pick(intent, "yes") is False:
            text = later("A preservation needs the intent to ask for the data afterwards.")
            yield Finding(code="intent.none", level="wrong", path=f"{path}/yes", text=text, article="BC 29(2)(f)")
        yield from _expected(case, pick(intent, "expected"), days, f"{path}/expected")
        if isinstance(days, int) and days > ORDER_DAYS:
            text = later(
                "A preservation order lasts at most {most} days under the Budapest Convention; "
                "ask for an extension later."
            )
            place = each.pointer + "/duration_asked_days"
            args = {"most": ORDER_DAYS}
            yield Finding(code="duration.long", level="risk", path=place, text=text, args=args, article="BC 16(2)")


def ahead(case: Case) -> Iterator[Finding]:
    """Yield hearings, transits and returns that should lie ahead, but are over."""
    names = ("appearance_at", "transit_at", "return_date", "latest", "hearing_date", "new_end")
    for each, _ in case.known:
        found = [(pointer(name), each.fields.get(name)) for name in names]
        found += [(pointer("slots", n, "start"), slot.get("start")) for n, slot in entries(each.fields.get("slots"))]
        for path, value in found:
            when = moment(value, end=True)
            if when is not None and when < case.at:
                text = later("This date should lie ahead, but it has passed.")
                yield Finding(code="date.passed", level="wrong", path=each.pointer + path, text=text)


def _expected(case: Case, value: Any, days: Any, path: str) -> Iterator[Finding]:
    expected = moment(value, end=True)
    if expected is None:
        return
    if expected < case.at:
        text = later("The day on which the request for the data was expected has passed.")
        yield Finding(code="intent.passed", level="risk", path=path, text=text)
    elif isinstance(days, int) and 0 < days < 100_000 and expected > case.at + timedelta(days=days + 1):
        text = later("The request for the data is expected only after the preservation ends.")
        yield Finding(code="intent.late", level="risk", path=path, text=text, article="BC 29(7)")


def _periods(fields: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name in ("period", "monitoring", "window"):
        if isinstance(fields.get(name), Mapping):
            yield f"/{name}", fields[name]
    for place, each in entries(fields.get("data")):
        if isinstance(each.get("period"), Mapping):
            yield pointer("data", place, "period"), each["period"]


def _after(value: Any, at: datetime) -> bool:
    when = moment(value)
    return when is not None and when > at


def _future(path: str) -> Finding:
    text = later("This date should lie in the past, but it is still to come.")
    return Finding(code="date.future", level="wrong", path=path, text=text)


RULES: Final = (urgency, past, periods, retention, preservation, ahead)
