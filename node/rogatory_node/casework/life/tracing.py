"""Which requests a letter or evidence is about, and what evidence tells of them.

* A letter is about the requests that the letters it answers are about. Where it answers none, it is about the one
  request between its sender and its recipients; where there are several, it has to say which.
* Node receipts (30, 35), the taking by an officer (40) and the formal answer (50, 51) are different facts, shown apart.
"""

from dataclasses import replace
from typing import Final

from rogatory_node.casework.life import moves
from rogatory_node.casework.life.building import Part, Thread
from rogatory_node.casework.life.case import Step
from rogatory_node.casework.life.events import Fact, Letter, answered
from rogatory_node.casework.life.state import Book, Key
from rogatory_node.casework.life.states import UNACKNOWLEDGED

STORED: Final = 30
COMPLETE: Final = 35
TAKEN: Final = 40
FORMAL: Final = 50, 51
NODE_REFUSED: Final = 90
UNDELIVERED: Final = 91


def threads_of(book: Book, letter: Letter) -> tuple[list[Thread], str | None]:
    """Return the requests that a letter is about, or the reason why it is about none."""
    named = answered(letter.payload)
    keys = dict.fromkeys(key for digest in named for key in book.about.get(digest, ()))
    if named and not keys:
        return [], "request_missing"
    if keys:
        threads = [book.threads[key] for key in keys if _party(book.threads[key], letter)]
        return threads, None if threads else "stranger"
    found: dict[Key, None] = {}
    for other in letter.to:
        between = book.between.get(frozenset({letter.sender, other}), ())
        found.update(dict.fromkeys(between[:2]))
    if len({digest for digest, _ in found}) > 1:
        return [], "request_unclear"
    return ([book.threads[key] for key in found], None) if found else ([], "request_missing")


def names_missing(book: Book, letter: Letter) -> bool:
    """Tell whether a letter answers one that is not here."""
    return any(each not in book.about and each not in book.informal for each in answered(letter.payload))


def _party(thread: Thread, letter: Letter) -> bool:
    """Tell whether a letter goes between the two sides of a request."""
    side = thread.side(letter.sender)
    other = thread.recipient if side == "R" else thread.sender
    return side is not None and other in letter.to


# --- Evidence -------------------------------------------------------------------------------------------------------


def fact(book: Book, event: Fact) -> None:
    """Read evidence: about a request, or about the answer to one."""
    for key in book.about.get(event.letter, ()):
        thread = book.threads[key]
        if event.letter == thread.digest and event.issuer == thread.recipient:
            _of_request(thread, event)
        elif event.letter == thread.digest and event.issuer == thread.sender and event.level == UNDELIVERED:
            if thread.receipts.stored is None:
                thread.receipts = replace(thread.receipts, undelivered=event.ts)
        elif event.level == COMPLETE and event.issuer == thread.sender:
            _verified(thread, event)


def _of_request(thread: Thread, event: Fact) -> None:
    known = thread.receipts
    if event.level == NODE_REFUSED:
        thread.receipts = replace(known, refused_by_node=known.refused_by_node or event.code or "")
        return
    stored = event.ts if known.stored is None else known.stored
    known = replace(known, stored=stored, undelivered=None)
    if event.level == COMPLETE and known.complete is None:
        known = replace(known, complete=event.ts)
    elif event.level == TAKEN and known.taken is None:
        known = replace(known, taken=event.ts, taken_by=event.role)
    elif event.level in FORMAL and known.formal is None:
        known = replace(known, formal=event.level, formal_at=event.ts)
        _formal(thread, event)
    thread.receipts = known
    _move(thread, event, {"TRANSMITTED"}, "DELIVERED", "deliver")


def _formal(thread: Thread, event: Fact) -> None:
    thread.settle("Q", "acknowledge")
    if event.level == FORMAL[0]:
        _move(thread, event, UNACKNOWLEDGED | {"ACKNOWLEDGED"}, "UNDER_REVIEW", "review")
    elif any(each.state != "REFUSED" for each in thread.parts.values()):
        # The ground alone refuses nothing: the reasons come in a letter.
        thread.owe("give_reasons", "Q", letter=event.letter, since=event.ts)


def _verified(thread: Thread, event: Fact) -> None:
    source, target = moves.VERIFY
    parts = [each for each in thread.parts.values() if each.answer == event.letter]
    if parts:
        thread.settle("R", "verify_answer")
    _move(thread, event, {source}, target, "verify", parts)


def _move(
    thread: Thread, event: Fact, froms: set[str] | frozenset[str], to: str, name: str, parts: list[Part] | None = None
) -> None:
    step = Step(move=name, letter=event.letter, ts=event.ts, state=to)
    for each in thread.parts.values() if parts is None else parts:
        if each.state in froms:
            each.state = to
            each.steps.append(step)
