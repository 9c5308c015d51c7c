"""``rogatory law``: which treaties carry a request between two States, and what is known of them.

* Works without a node and without a network over what is shipped; with ``--home``, also over the packs of that node.
* Whatever is shown says of which day it is: treaties change, and the program does not hear of it by itself.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from rogatory_node.cli import law_packs, words
from rogatory_node.cli.client import Client
from rogatory_node.cli.law_packs import MaybeHomeOption, corpus, state_of
from rogatory_node.cli.options import JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import REFUSED, USAGE, Failure, emit
from rogatory_node.i18n import LANGUAGE, _, later

if TYPE_CHECKING:
    pass

AtOption = Annotated[
    datetime | None,
    typer.Option("--at", formats=["%Y-%m-%d"], metavar="DATE", help=_("As on this day; today when it is not given.")),
]
STATUSES: Final = {
    "in_force": later("in force"),
    "later": later("not yet in force"),
    "signed": later("signed"),
    "not_party": later("not a party"),
    "ended": later("no longer a party"),
    "unknown": later("not known"),
}


def add(app: typer.Typer) -> None:
    """Register the commands."""
    law = typer.Typer(help=_("Treaties between States, and what carries a request."), no_args_is_help=True)
    law.command("find", help=_("Find what a request between two States may rest on."))(find)
    law.command("show", help=_("Show an instrument with its parties and statements, or list all."))(show)
    law.command("parties", help=_("Say how a State stands to every instrument."))(parties)
    law_packs.add_to(law)
    app.add_typer(law, name="law")


def find(
    requesting: Annotated[str, typer.Option("--from", metavar="XA", help=_("The State that asks."))],
    requested: Annotated[str, typer.Option("--to", metavar="XB", help=_("The State that is asked."))],
    kind: Annotated[str, typer.Option("--type", metavar="CODE", help=_("Type of the request."))],
    crime: Annotated[str | None, typer.Option("--offence", metavar="CODE", help=_("Type of crime."))] = None,
    years: Annotated[float | None, typer.Option("--years", min=0, help=_("Highest penalty in years."))] = None,
    organized: Annotated[
        bool | None, typer.Option("--organized/--not-organized", help=_("Transnational, of an organized group."))
    ] = None,
    at: AtOption = None,
    home: MaybeHomeOption = None,
    as_json: JsonOption = False,
) -> int:
    """Find legal bases."""
    from rogatory_node.casework.law import finder, telling

    query = finder.Query(
        requesting=state_of(requesting),
        requested=state_of(requested),
        type=_type(kind),
        at=_day(at),
        crime=_crime(crime),
        years=years,
        organized=organized,
    )
    answer = finder.find(corpus(home), query)
    told = telling.found(answer, LANGUAGE) | {"authorities": _competent(home, query.requested, query.type)}
    emit(as_json, told, "\n".join(_found(told)))
    return 0 if any(each["strength"] not in {"barred", "last"} for each in told["bases"]) else REFUSED


def show(
    code: Annotated[str | None, typer.Argument(metavar="INSTRUMENT", help=_("The instrument."))] = None,
    at: AtOption = None,
    home: MaybeHomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show an instrument, or list all."""
    from rogatory_node.casework.law import telling
    from rogatory_node.casework.types import catalogue

    known = corpus(home)
    if code is None:
        listed = [telling.instrument_short(each, LANGUAGE) for each in known.instruments.values()]
        emit(as_json, {"instruments": listed}, "\n".join(f"{each['code']:<12}{each['title']}" for each in listed))
        return
    if code not in known.instruments:
        what = _("There is no instrument “{code}”.").format(code=words.clean(code))
        raise Failure(what, _("List them all: rogatory law show"), code=USAGE, slug="unknown")
    types = [each.code for each in catalogue.types()]
    told = telling.instrument(known, known.instruments[code], types, _day(at), LANGUAGE)
    emit(as_json, told, "\n".join(_shown(told)))


def parties(
    state: Annotated[str, typer.Argument(metavar="XA", help=_("The State."))],
    at: AtOption = None,
    home: MaybeHomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how a State stands to every instrument."""
    from rogatory_node.casework.law import telling
    from rogatory_node.casework.law.standing import standing

    known, asked = corpus(home), state_of(state)
    listed = [
        {"instrument": code, **telling.party(standing(known, each, asked, _day(at)))}
        for code, each in known.instruments.items()
        if (code, asked) in known.parties
    ]
    text = "\n".join(f"{each['instrument']:<12}{_standing(each)}" for each in listed)
    emit(as_json, {"parties": listed}, text or _("Nothing is known of this State."))


# --- What was asked ---------------------------------------------------------------------------------------------------


def _competent(home: Path | None, state: str, kind: str) -> list[dict[str, Any]]:
    from rogatory_node.casework.authorities import competence, directory
    from rogatory_node.casework.authorities.telling import short

    if home is not None:
        asked: dict[str, Any] = {"state": state, "type": kind}
        return list(Client(home_at(home)).get("/authorities", **asked)["authorities"])
    found = competence.competent(directory.practice(), state, kind)
    return [short(each, datetime.now(UTC).date()) for each in found]


def _type(word: str) -> str:
    from rogatory_node.casework.types import catalogue

    if isinstance(catalogue.type_of(word), catalogue.Unknown):
        what = _("There is no type “{code}”.").format(code=words.clean(word))
        raise Failure(what, _("List them all: rogatory types"), code=USAGE, slug="unknown")
    return word


def _crime(word: str | None) -> str | None:
    from rogatory_node.casework.codes import CRIME_TYPES

    if word is not None and word not in CRIME_TYPES:
        what = _("There is no type of crime “{code}”.").format(code=words.clean(word))
        raise Failure(what, ", ".join(CRIME_TYPES), code=USAGE, slug="unknown")
    return word


def _day(at: datetime | None) -> date:
    return (at or datetime.now(UTC)).date()


# --- What is shown ----------------------------------------------------------------------------------------------------


def _found(told: dict[str, Any]) -> Iterator[str]:
    from rogatory_node.casework.law.finding import in_language

    for each in told["bases"]:
        articles = ", ".join(each["articles"])
        yield words.clean(
            f"{each['instrument']} {articles}".rstrip() + f"  [{each['strength_title']}]  {each['title']}"
        )
        yield from (f"    {words.clean(line)}" for line in _details(each))
    if told["absent"]:
        yield _("These do not carry it:")
    for each in told["absent"]:
        why = " ".join(one["text"] for one in each["why"])
        yield words.clean(f"  {each['instrument']}: {why}")
    yield from (words.clean(each["text"]) for each in told["remarks"])
    if told["authorities"]:
        yield _("Competent there:")
    for each in told["authorities"]:
        phone = each["urgent_phone"] or each["phone"] or ""
        yield words.clean(f"  {each['id']}  {in_language(each['names'], LANGUAGE)}  {phone}".rstrip())


def _details(each: dict[str, Any]) -> Iterator[str]:
    if each["since"]:
        yield _("In force between the two since {date}.").format(date=each["since"])
    if each["languages"]:
        yield _("Languages accepted: {languages}").format(languages=", ".join(each["languages"]))
    yield _("Sent {ways}").format(ways=", ".join(way["title"] for way in each["channels"]))
    if each["urgent"]:
        yield _("When urgent: {ways}").format(ways=", ".join(way["title"] for way in each["urgent"]))
    if each["authority"]:
        yield _("Authority named: {name}").format(name=each["authority"])
    for one in each["remarks"]:
        yield f"{one['text']} ({one['article']})" if one["article"] else one["text"]
    yield from _age(each)


def _age(each: dict[str, Any]) -> Iterator[str]:
    if each["as_of"]:
        told = _("As of {date}.").format(date=each["as_of"])
        yield told if each["checked"] else f"{told} " + _("Not all compared with official texts.")


def _shown(told: dict[str, Any]) -> Iterator[str]:
    yield words.clean(f"{told['code']}: {told['title']}")
    yield f"{told['kind_title']}  {told['adopted'] or ''}  {told['in_force'] or ''}".rstrip()
    for code, articles in told["articles"].items():
        yield f"  {code:<28}{', '.join(articles)}"
    for each in told["parties"]:
        yield f"  {each['state']}  {_standing(each)}"
    for each in told["statements"]:
        what = " ".join(part for part in (each["article"], ", ".join(each["values"]), each["text"]) if part)
        yield words.clean(f"  {each['state']}  {each['effect_title']}  {what}".rstrip())
    yield from _age(told)


def _standing(each: dict[str, Any]) -> str:
    days = " → ".join(day for day in (each["since"], each["until"]) if day)
    told = _(STATUSES[each["status"]])
    return f"{told}  {days}  ({_('As of {date}.').format(date=each['as_of'])})"
