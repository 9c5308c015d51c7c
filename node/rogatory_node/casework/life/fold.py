"""The fold: from the set of letters and evidence of a case to where everything stands.

* ``fold(events)`` is a pure function of the set: both sides compute the same from the same letters and evidence,
  whatever arrived when. A letter that came late is read where it belongs.
* A letter about measures is judged for each of them over the table of moves; what the table or a guard does not allow
  makes no move and is kept with the reason.
* The same measure under the same reference of the same sender is a duplicate: it is shown, and nothing is done twice.
* Nothing here raises for what stands in a letter.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from rogatory_node.casework.kinds.register import KINDS
from rogatory_node.casework.life import beside, founding, stepping, tracing
from rogatory_node.casework.life.case import Case, Kept, Oral
from rogatory_node.casework.life.events import Event, Fact, Letter, in_order
from rogatory_node.casework.life.forms import mapping, text
from rogatory_node.casework.life.state import Book

REQUEST: Final = "request"
INFORMAL: Final = frozenset(
    {"draft.comment", "spontaneous", "consultation", "translation", "case.list", "breach.notice", "use.consent.request"}
)
"""Kinds that may stand without a request: they are neither requests nor evidence."""
OUTSIDE: Final = frozenset({"ping", "pong", "directory.update"})
"""Kinds that belong to no case."""


def fold(events: Iterable[Event]) -> Case:
    """Return the case that letters and evidence make, given in any order."""
    ordered = in_order(events)
    book = Book()
    for event in ordered.events:
        if isinstance(event, Fact):
            tracing.fact(book, event)
        elif event.digest in ordered.circular:
            book.keep(event, "circular")
        else:
            _letter(book, event)
    return Case(
        requests=tuple(thread.freeze() for thread in book.threads.values()),
        informal={digest: tuple(cites) for digest, cites in book.informal.items()},
        orals=tuple(book.orals.values()),
        kept=tuple(book.kept),
    )


def _letter(book: Book, letter: Letter) -> None:
    kind = KINDS.get(letter.kind)
    if kind is None:
        _unread(book, letter, "kind_unknown", letter.kind)
    elif _newer(letter.payload, kind.version):
        _unread(book, letter, "version_newer", letter.kind)
    elif letter.kind == REQUEST:
        founding.found(book, letter)
    elif letter.kind not in OUTSIDE:
        _about(book, letter)


def _newer(form: Mapping[str, object], known: int) -> bool:
    version = form.get("version", 1)
    return not isinstance(version, int) or version > known


def _unread(book: Book, letter: Letter, reason: str, detail: str) -> None:
    """Keep a letter that cannot be read yet with the requests that it names, or else with the case."""
    threads, _ = tracing.threads_of(book, letter)
    for thread in threads:
        thread.letters.append(letter.digest)
        thread.kept.append(Kept(letter=letter.digest, reason=reason, detail=detail[:64]))
    book.remember(letter, threads)
    if not threads:
        book.kept.append(Kept(letter=letter.digest, reason=reason, detail=detail[:64]))


def _about(book: Book, letter: Letter) -> None:
    threads, reason = tracing.threads_of(book, letter)
    if reason is not None:
        _alone(book, letter, reason)
        return
    book.remember(letter, threads)
    words = stepping.words_of(letter)
    for thread in threads:
        thread.letters.append(letter.digest)
        beside.note(thread, letter, moved=stepping.step(book, thread, letter, words))


def _alone(book: Book, letter: Letter, reason: str) -> None:
    """Note a letter that belongs to no request here: informal, an oral request that is logged, or without effect."""
    oral = mapping(letter.payload.get("oral"))
    if letter.kind == "acknowledgement" and (at := text(oral.get("at"))) is not None and reason == "request_missing":
        for sender in letter.to:
            book.orals[letter.digest, sender] = Oral(
                letter=letter.digest, sender=sender, recipient=letter.sender, at=at, confirmed=None, ts=letter.ts
            )
            book.unconfirmed.setdefault((sender, letter.sender), {})[letter.digest] = None
    elif letter.kind in INFORMAL and reason == "request_missing" and not tracing.names_missing(book, letter):
        book.informal.setdefault(letter.digest, [])
    else:
        book.keep(letter, reason)
