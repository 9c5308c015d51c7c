"""``rogatory cases``, ``case`` and ``search``: the book of cases of the running node.

* Words of others are shown with their control characters replaced; codes are told by their labels, unknown ones as
  they stand.
* A case is shown with its measures, its history, what is owed and until when, and why a letter had no effect.
"""

import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

import typer

from rogatory_node.cli import words
from rogatory_node.cli.cases import CaseArgument
from rogatory_node.cli.client import Client
from rogatory_node.cli.options import AsOption, HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import USAGE, Failure, emit
from rogatory_node.i18n import _

_DAY_SECONDS: Final = 86_400
_DAYS: Final = re.compile(r"[0-9]{1,4}")
_SHORT: Final = 16

AfterOption = Annotated[str | None, typer.Option("--after", metavar="MARK", help=_("The page after this mark."))]
MostOption = Annotated[int, typer.Option("--most", min=1, max=100, help=_("How many cases."))]


def add(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("cases", help=_("List the cases of the book, the most urgent first."))(cases)
    app.command("case", help=_("Show where a case stands: measures, history, deadlines."))(case)
    app.command("search", help=_("Find cases by words of their letters."))(search)


# --- cases, search ----------------------------------------------------------------------------------------------------


def cases(
    home: HomeOption,
    mine: Annotated[bool, typer.Option("--mine", help=_("Only those that need your action."))] = False,
    waiting: Annotated[bool, typer.Option("--waiting", help=_("Only those that wait for others."))] = False,
    everything: Annotated[bool, typer.Option("--all", help=_("All cases, also closed ones."))] = False,
    counterpart: Annotated[
        str | None, typer.Option("--with", metavar="AUTHORITY", help=_("Only those with this authority."))
    ] = None,
    kind: Annotated[str | None, typer.Option("--type", metavar="TYPE", help=_("Only requests of this type."))] = None,
    state: Annotated[str | None, typer.Option("--state", metavar="STATE", help=_("Only those in this state."))] = None,
    grade: Annotated[str | None, typer.Option("--grade", metavar="GRADE", help=_("Only of this urgency."))] = None,
    due: Annotated[
        str | None, typer.Option("--due", metavar="WHEN", help=_("With a deadline before: days, or a date."))
    ] = None,
    after: AfterOption = None,
    most: MostOption = 50,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """List the cases of the book."""
    if mine + waiting + everything > 1:
        raise Failure(_("Choose one of --mine, --waiting and --all."), code=USAGE, slug="view")
    query: dict[str, Any] = {
        "view": "action" if mine else "waiting" if waiting else "all",
        "with": counterpart,
        "type": kind,
        "state": None if state is None else state.upper(),
        "grade": None if grade is None else grade.upper(),
        "due_before": None if due is None else _before(due),
    }
    found = Client(home_at(home), role=role).get("/book/cases", after=after, most=most, **query)
    if not found["cases"]:
        _refuse_misspelt(kind, query["state"], query["grade"])
    emit(as_json, found, "\n".join(_listed(found)))


def _refuse_misspelt(kind: str | None, state: str | None, grade: str | None) -> None:
    """Refuse codes that nobody knows; asked only when nothing was found, for a newer program may have sent one.

    Raises:
        Failure: A code is misspelt.
    """
    from rogatory_node.casework.codes import GRADES
    from rogatory_node.casework.life.states import STATES
    from rogatory_node.casework.types.catalogue import Unknown, type_of

    if kind is not None and isinstance(type_of(kind), Unknown):
        what = _("There is no type “{code}”.").format(code=words.clean(kind))
        raise Failure(what, _("List them all: rogatory types"), code=USAGE, slug="unknown")
    for code, known in ((state, STATES), (grade, GRADES)):
        if code is not None and code not in known:
            raise Failure(_("One of {known}.").format(known=", ".join(known)), code=USAGE, slug="usage")


def search(
    query: Annotated[list[str], typer.Argument(metavar="WORDS", help=_("Words, references or addresses."))],
    home: HomeOption,
    after: AfterOption = None,
    most: MostOption = 50,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Find cases by words."""
    found = Client(home_at(home), role=role).get("/book/cases", q=" ".join(query), after=after, most=most)
    emit(as_json, found, "\n".join(_listed(found)))


def _before(word: str) -> int:
    """Return the time before which a deadline is looked for: in so many days, or at the end of a date.

    Raises:
        Failure: It is neither.
    """
    if _DAYS.fullmatch(word):
        return int(time.time()) + int(word) * _DAY_SECONDS
    try:
        day = date.fromisoformat(word)
    except ValueError:
        what = _("“{word}” is neither a number of days nor a date like 2027-01-31.").format(word=words.clean(word))
        raise Failure(what, code=USAGE, slug="date") from None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) + _DAY_SECONDS


def _listed(found: Mapping[str, Any]) -> Iterator[str]:
    if not found["cases"]:
        yield _("No case.")
    for each in found["cases"]:
        yield from _line(each)
    if found["next"] is not None:
        yield _("More: the same command with --after {mark}").format(mark=found["next"])


def _line(each: Mapping[str, Any]) -> Iterator[str]:
    named = words.clean(each["own_ref"] or each["reference"] or each["case"][:_SHORT])
    told = [named, words.grade(each["grade"]), words.standing(each["state"]), words.type_title(each["type"])]
    if each["due_at"] is not None:
        told.append(_("due {when}").format(when=words.moment(each["due_at"])))
    yield "  ".join(part for part in told if part)
    if each["counterpart"] is not None:
        yield "    " + words.authority(each["counterpart"])
    if each["owes"]:
        yield "    " + _("You owe: {what}").format(what=", ".join(map(words.due, each["owes"])))
    if each["unread"]:
        yield "    " + _("Letters that cannot be shown yet: {count}").format(count=each["unread"])
    if each["unproved"]:
        yield "    " + _("Entered by hand; nothing proves it.")
    if each["summary"]:
        yield "    " + words.clean(each["summary"])


# --- case -------------------------------------------------------------------------------------------------------------


def case(case: CaseArgument, home: HomeOption, role: AsOption = "operator", as_json: JsonOption = False) -> None:
    """Show where a case stands."""
    found = Client(home_at(home), role=role).get("/book/case", case=case)
    emit(as_json, found, "\n".join(_shown(found)))


def _shown(found: Mapping[str, Any]) -> Iterator[str]:
    yield _("Case:   {case}").format(case=found["line"]["case"])
    yield from _line(found["line"])
    for each in found["requests"]:
        yield ""
        yield from _request(each, found["me"])
    if found["clocks"]:
        yield ""
    for clock in found["clocks"]:
        if clock["state"] not in {"RUNNING", "PAUSED"}:
            continue
        when = words.moment(clock["due_at"]) if clock["due_at"] is not None else "-"
        yield _("Deadline {when}: {what}").format(when=when, what=words.due(clock["rule"]))
    for kept in found["kept"]:
        yield _kept(kept)
    for each in found["unread"]:
        told = {"letter": each["letter"][:_SHORT], "why": words.reason(each["reason"])}
        yield _("Letter {letter} cannot be shown yet: {why}").format(**told)


def _request(each: Mapping[str, Any], me: str) -> Iterator[str]:
    named = {"when": words.moment(each["ts"]), "who": words.authority(each["from"]), "to": words.authority(each["to"])}
    yield _("Request of {when} from {who} to {to}").format(**named)
    yield f"  {each['digest']}"
    for measure in each["measures"]:
        until = measure["until"]
        said = [words.standing(measure["state"], until), words.outcome(measure["outcome"], until)]
        told = [words.type_title(measure["type"]), *dict.fromkeys(said), *map(words.ground, measure["grounds"])]
        yield f"  {words.clean(measure['id'])}. " + "  ".join(part for part in told if part)
    for ts, state in _history(each):
        yield f"    {words.moment(ts)}  {state}"
    for due in each["dues"]:
        ours = each["sender"] == me if due["side"] == "R" else each["recipient"] == me
        owed = _("You owe: {what}") if ours else _("They owe: {what}")
        yield "  " + owed.format(what=words.due(due["code"]))
    for kept in each["kept"]:
        yield "  " + _kept(kept)


def _history(request: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Return when the request came into which state; a step of several measures once."""
    places: dict[tuple[int, str], int] = {}
    for measure in request["measures"]:
        for place, step in enumerate(measure["steps"]):
            state = words.standing(step["state"], measure["until"], measure["machine"], step["move"])
            places.setdefault((step["ts"], state), place)
    return sorted(places, key=lambda each: (each[0], places[each]))


def _kept(kept: Mapping[str, Any]) -> str:
    told = {"letter": kept["letter"][:_SHORT], "why": words.reason(kept["reason"], kept["detail"])}
    return _("Letter {letter} had no effect: {why}").format(**told)
