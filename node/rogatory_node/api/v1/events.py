"""The feed of events: what happened here, in one order, from a mark onwards.

* The audit log numbers everything in the transaction in which it happens; its numbers are the cursor, so a program that
  keeps its cursor misses nothing and is told nothing twice, whatever was restarted in between.
* An event is its name, its time and the digits of what it is about: no content, no person.
* ``wait`` holds the answer back until something happens or the seconds are over.
"""

import asyncio
from typing import Annotated, Any, Final

import msgspec
from sqlalchemy import Connection, select, tuple_

from rogatory_node.api.asking import read
from rogatory_node.api.v1.endpoint import Call, Endpoint, Model
from rogatory_node.casework.roles import Action
from rogatory_node.storage.tables import audit, evidence, letters

CURSOR: Final = r"^[0-9]{1,18}\.[0-9]{1,18}$"  # two numbers that fit a column
MOST: Final = 500
MAX_WAIT: Final = 30
LOOK_SECONDS: Final = 0.5  # while somebody waits; a look is one read by the primary key
SHOWN: Final = ("letter.", "evidence.", "attachment.", "case.", "draft.", "conversation.")


class From(Model):
    """Where to go on, how much, and how long to wait for something new."""

    after: Annotated[str, msgspec.Meta(pattern=CURSOR)] | None = None
    most: Annotated[int, msgspec.Meta(ge=1, le=MOST)] = 100
    wait: Annotated[int, msgspec.Meta(ge=0, le=MAX_WAIT)] = 0


class Event(Model):
    """Something that happened. ``letter`` and ``case`` are there where it concerns one."""

    cursor: str
    event: str
    at: int
    object: str | None
    letter: str | None
    case: str | None


class Events(Model):
    """Events in order, and where to go on."""

    events: list[Event]
    next: str


async def events(call: Call) -> Events:
    """Return events behind a cursor."""
    mark = _mark(call.query.after)
    deadline = asyncio.get_running_loop().time() + call.query.wait
    while True:
        found, end = await read(call.node, page, mark, call.query.most)
        left = deadline - asyncio.get_running_loop().time()
        if found or left <= 0:
            return Events(events=found, next=f"{end[0]}.{end[1]}")
        await asyncio.sleep(min(LOOK_SECONDS, left))


def _mark(word: str | None) -> tuple[int, int]:
    epoch, _, n = (word or "0.").partition(".")
    return int(epoch), int(n or -1)


def page(connection: Connection, mark: tuple[int, int], most: int) -> tuple[list[Event], tuple[int, int]]:
    """Return the events among the next entries of the log behind a mark, and the mark after these entries."""
    place = tuple_(audit.c.epoch, audit.c.n)
    query = select(audit.c.epoch, audit.c.n, audit.c.ev, audit.c.ts, audit.c.obj).where(place > tuple_(*mark))
    rows = connection.execute(query.order_by(audit.c.epoch, audit.c.n).limit(most)).all()
    shown = [row for row in rows if row.ev.startswith(SHOWN)]
    about = _letters(connection, {bytes(row.obj) for row in shown if row.obj is not None})
    end = (rows[-1].epoch, rows[-1].n) if rows else mark
    return [_event(row, about) for row in shown], (max(end[0], 0), max(end[1], 0))


def _letters(connection: Connection, objects: set[bytes]) -> dict[bytes, tuple[str, str | None]]:
    """Return for each object the letter that it is or is about, and its case."""
    wanted = list(objects)
    of = {bytes(row.digest): bytes(row.letter) for row in connection.execute(
        select(evidence.c.digest, evidence.c.letter).where(evidence.c.digest.in_(wanted))
    )}  # fmt: skip
    known = select(letters.c.digest, letters.c["case"]).where(letters.c.digest.in_([*wanted, *of.values()]))
    cases = {bytes(row[0]): row[1].hex() for row in connection.execute(known)}
    direct: dict[bytes, tuple[str, str | None]] = {each: (each.hex(), cases[each]) for each in wanted if each in cases}
    return direct | {each: (letter.hex(), cases.get(letter)) for each, letter in of.items()}


def _event(row: Any, about: dict[bytes, tuple[str, str | None]]) -> Event:
    letter, case = about.get(bytes(row.obj), (None, None)) if row.obj is not None else (None, None)
    return Event(
        cursor=f"{row.epoch}.{row.n}",
        event=row.ev,
        at=row.ts,
        object=None if row.obj is None else row.obj.hex(),
        letter=letter,
        case=case,
    )


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/events",
        name="listEvents",
        action=Action.CASE_LIST,
        summary="Events behind a cursor, in order; waits for new ones when asked.",
        handler=events,
        query=From,
        answer=Events,
    ),
)
