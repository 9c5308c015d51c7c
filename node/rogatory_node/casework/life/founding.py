"""How a request begins: its measures, its urgency, what it grows out of, and what it repeats.

* A request to several authorities begins one life for each.
* The same measure under the same reference is not asked for twice; only after it was withdrawn or returned may it be
  asked for anew.
* A request cites enquiries, drafts, contacts and preservations: an enquiry stays what it is; a preservation is followed
  up.
* A written request that confirms an oral one is linked with it.
"""

from dataclasses import replace
from typing import Final

from rogatory_node.casework.codes import GRADES
from rogatory_node.casework.life import noting
from rogatory_node.casework.life.building import Part, Thread, part
from rogatory_node.casework.life.case import Graded, Kept, Step
from rogatory_node.casework.life.events import Letter, answered
from rogatory_node.casework.life.forms import (
    MOST_MEASURES,
    Asked,
    duplicate_key,
    mapping,
    measures_of,
    previous,
    reference,
    text,
)
from rogatory_node.casework.life.machines import MACHINES, rows_of
from rogatory_node.casework.life.state import Book, Key

_MOST_CALLED: Final = 16  # of one name: more would let one reference cost the square of its uses
_ANEW: Final = frozenset({"WITHDRAWN", "REJECTED_ADDRESSEE"})


def found(book: Book, letter: Letter) -> None:
    """Begin a request, once for each authority that it asks."""
    asked = measures_of(letter.payload)
    if not asked or len(asked) > MOST_MEASURES:
        book.keep(letter, "measures_many" if asked else "measure_unknown")
        return
    for recipient in letter.to:
        if recipient != letter.sender:
            _begin(book, letter, recipient, asked)


def _begin(book: Book, letter: Letter, recipient: str, asked: tuple[Asked, ...]) -> None:
    key: Key = (letter.digest, recipient)
    fresh: dict[str, Part] = {}
    twice: dict[Key, list[str]] = {}
    for each in asked:
        first = _first(book, letter, recipient, key, each)
        if first == key:
            fresh[each.id] = _part(letter, each)
        else:
            twice.setdefault(first, []).append(each.id)
    for original, names in twice.items():
        kept = Kept(letter=letter.digest, reason="duplicate", measures=tuple(names), detail=original[0])
        book.threads[original].kept.append(kept)
        book.threads[original].letters.append(letter.digest)
    if not fresh:
        book.about[letter.digest] = (*book.about.get(letter.digest, ()), *twice)
        return
    book.threads[key] = _thread(letter, recipient, fresh)
    book.about[letter.digest] = (*book.about.get(letter.digest, ()), key)
    book.between.setdefault(frozenset((letter.sender, recipient)), []).append(key)
    for name in filter(None, (letter.digest, book.threads[key].reference)):
        called = book.called.setdefault((letter.sender, recipient, name), [])
        if len(called) < _MOST_CALLED:
            called.append(key)
    _cite(book, book.threads[key])
    _confirm(book, letter, recipient)


def _first(book: Book, letter: Letter, recipient: str, key: Key, asked: Asked) -> Key:
    """Return the request that asked for a measure first: this one, or an earlier one."""
    shared = duplicate_key(letter.payload, asked.id, asked.type)
    if shared is None:
        return key
    place = (letter.sender, recipient, *shared)
    known, measure = book.asked.setdefault(place, (key, asked.id))
    if known != key and book.threads[known].parts[measure].state in _ANEW:
        book.asked[place] = (key, asked.id)
        return key
    return known


def _part(letter: Letter, asked: Asked) -> Part:
    made = part(asked.id, asked.type)
    made.noted = noting.of_request(letter.payload, asked.fields, letter.ts)
    made.steps.append(Step(move="transmit", letter=letter.digest, ts=letter.ts, state=made.state))
    return made


def _thread(letter: Letter, recipient: str, parts: dict[str, Part]) -> Thread:
    thread = Thread(
        digest=letter.digest,
        sender=letter.sender,
        recipient=recipient,
        ts=letter.ts,
        form=letter.payload,
        reference=reference(letter.payload),
        parties=frozenset({letter.sender, *letter.to}),
        parts=parts,
        letters=[letter.digest],
        zone=text(mapping(letter.payload.get("requested_authority")).get("time_zone")),
    )
    thread.owe("acknowledge", "Q", letter=letter.digest, since=letter.ts)
    urgency = mapping(letter.payload.get("urgency"))
    grade = text(urgency.get("grade")) or "ROUTINE"
    grade = grade if grade in GRADES else "ROUTINE"
    thread.urgency.append(
        Graded(
            what="asked",
            grade=grade,
            side="R",
            by=text(urgency.get("by")),
            reasons=text(urgency.get("reasons")),
            letter=letter.digest,
            ts=letter.ts,
        )
    )
    return thread


def _cite(book: Book, thread: Thread) -> None:
    """Link a request with what it grows out of."""
    named = dict.fromkeys((*previous(thread.form), *answered(thread.form)))
    cites = [each for each in named if each in book.informal]
    for each in cites:
        book.informal[each].append(thread.digest)
    keys: dict[Key, None] = {}
    for each in named:
        keys.update(dict.fromkeys(book.called.get((thread.sender, thread.recipient, each), ())))
    earlier = [book.threads[key] for key in keys if key[0] != thread.digest]
    thread.cites = (*cites, *(each.digest for each in earlier))
    if any(each.machine != "preservation" for each in thread.parts.values()):
        for other in earlier:
            _follow_up(other, thread)


def _follow_up(earlier: Thread, thread: Thread) -> None:
    row = rows_of("preservation", "request")[0]
    step = Step(move=f"preservation.{row.to}", letter=thread.digest, ts=thread.ts, state=row.to)
    for each in earlier.parts.values():
        if each.machine == MACHINES["preservation"].name and each.sub in row.froms and thread.sender == earlier.sender:
            each.sub, each.follow_up = row.to, thread.digest
            each.steps.append(step)


def _confirm(book: Book, letter: Letter, recipient: str) -> None:
    """Link the written confirmation with the oral request that was logged."""
    waiting = book.unconfirmed.get((letter.sender, recipient), {})
    oral = mapping(letter.payload.get("oral_first"))
    named = [each for each in (*answered(letter.payload), text(oral.get("letter"))) if each in waiting]
    chosen = named[0] if named else next(iter(waiting), None) if oral else None
    if chosen is not None:
        del waiting[chosen]
        place = (chosen, letter.sender)
        book.orals[place] = replace(book.orals[place], confirmed=letter.digest)
