"""The lists of cases, and search: what needs our action, what waits for others, and all.

* A page holds what the person may see; the next one continues behind a place, which the link carries.
* Search says so when it finds nothing, and why that may be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy import Connection, select

from rogatory_node.casebook.actors import Actor, Permit, may
from rogatory_node.casebook.entries import Entry
from rogatory_node.casebook.inbox import Inbox, Page, Place, View, Wanted
from rogatory_node.casebook.searching import Searching
from rogatory_node.casebook.sight import sight_of, thing_of
from rogatory_node.casebook.words import Macs
from rogatory_node.casework.roles import Action
from rogatory_node.i18n import later
from rogatory_node.storage.tables import cases
from rogatory_node.web.desk import rendering, telling
from rogatory_node.web.desk.context import Ask, Refused

MOST: Final = 50
MOST_WORDS: Final = 400
VIEWS: Final[Mapping[View, str]] = {
    View.ACTION: later("Needs our action"),
    View.WAITING: later("Waits for others"),
    View.ALL: later("All"),
}
EMPTY: Final[Mapping[View, str]] = {
    View.ACTION: later("Nothing needs your action now."),
    View.WAITING: later("Nothing waits for others now."),
    View.ALL: later("There are no cases yet."),
}
_LARGEST: Final = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A case as a list shows it."""

    entry: Entry
    name: str
    other: str
    type: str
    grade: str
    step: int
    state: str
    owed: Sequence[str]
    due: telling.Due | None


async def show(ask: Ask) -> web.StreamResponse:
    """Show a list."""
    view, after = _view(ask.query("view")), _place(ask.query("after"))
    actor = ask.actor
    assert actor is not None  # the table says so

    def found(connection: Connection) -> tuple[Page, Mapping[bytes, str]]:
        sealer = ask.desk.own.sealer
        wanted = Wanted(sight=sight_of(connection, sealer, actor, Action.CASE_LIST))
        page = Inbox(sealer=sealer, wall=ask.desk.wall).page(connection, view, wanted, after=after, most=MOST)
        return page, own_references(connection, page.cases)

    page, names = await ask.desk.read(found)
    return rendering.page(
        ask,
        "inbox.html",
        tabs=[(f"/inbox?view={each.value}", title, each is view) for each, title in VIEWS.items()],
        lines=[line(ask, entry, names) for entry in page.cases],
        empty=EMPTY[view],
        more=None if page.next is None else f"/inbox?{urlencode({'view': view.value, 'after': _mark(page.next)})}",
        paged=after is not None,
    )


async def search(ask: Ask) -> web.StreamResponse:
    """Show what was found."""
    words, after = (ask.query("q") or "")[:MOST_WORDS].strip(), _number(ask.query("after"))
    actor, sealer = ask.actor, ask.desk.own.sealer
    assert actor is not None  # the table says so

    def found(connection: Connection) -> tuple[list[Entry], int | None, Mapping[bytes, str]]:
        searching = Searching(sealer=sealer, macs=Macs(sealer))
        result = searching.find(connection, words, after=after)
        seen = [entry for entry in result.cases if _sees(connection, ask, actor, entry)]
        return seen, result.next, own_references(connection, seen)

    entries, following, names = await ask.desk.read(found) if words else ([], None, {})
    return rendering.page(
        ask,
        "search.html",
        words=words,
        lines=[line(ask, entry, names) for entry in entries],
        more=None if following is None else f"/search?{urlencode({'q': words, 'after': following})}",
    )


def _sees(connection: Connection, ask: Ask, actor: Actor, entry: Entry) -> bool:
    thing = thing_of(connection, ask.desk.own.sealer, actor, entry.case)
    return isinstance(may(actor, Action.CASE_LIST, thing), Permit)


def line(ask: Ask, entry: Entry, names: Mapping[bytes, str]) -> Line:
    """Return a case as a list shows it."""
    word, step = telling.grade(ask, entry.grade)
    return Line(
        entry=entry,
        name=names.get(entry.case) or telling.clean(entry.reference or "") or entry.case.hex()[:8],
        other=telling.authority(ask, entry.counterpart),
        type=telling.type_name(ask, entry.type),
        grade=word,
        step=step,
        state=telling.state_name(ask, entry.state),
        owed=telling.owed(ask, entry),
        due=telling.due(ask, entry),
    )


def own_references(connection: Connection, entries: Sequence[Entry]) -> dict[bytes, str]:
    """Return the references that this authority gave to cases."""
    wanted = [entry.case for entry in entries]
    rows = connection.execute(select(cases.c.id, cases.c.own_ref).where(cases.c.id.in_(wanted)))
    return {bytes(row.id): row.own_ref for row in rows if row.own_ref}


# --- What the address says --------------------------------------------------------------------------------------------


def _view(word: str | None) -> View:
    return next((view for view in View if view.value == word), View.ACTION)


def _mark(place: Place) -> str:
    return f"{place.now}.{place.step}.{place.due_at}.{place.n}"


def _place(mark: str | None) -> Place | None:
    if mark is None:
        return None
    parts = [_number(part) for part in mark.split(".")]
    if len(parts) != 4:
        raise _wrong()
    now, step, due_at, n = (part or 0 for part in parts)
    return Place(now=now, step=step, due_at=due_at, n=n)


def _number(word: str | None) -> int | None:
    if word is None:
        return None
    if not (word.isascii() and word.isdigit() and len(word) < 20 and int(word) <= _LARGEST):
        raise _wrong()
    return int(word)


def _wrong() -> Refused:
    return Refused(400, later("This address is not as it should be."))
