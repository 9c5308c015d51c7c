"""The chain of custody: who had each item when, from letters, evidence and the notes of this authority.

* In one order: by time, then as letters, evidence and notes come. Links that evidence proves are told apart from words.
* A link that contradicts what came before it (erased and yet examined, a hash that differs) is kept and marked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Final

from rogatory_node.casework.custody.items import Item, Source, items_of

ALL: Final = "all"
"""The item of a note that is about every item of the case."""
PROVED: Final[Mapping[int, str]] = MappingProxyType({30: "stored", 35: "verified", 40: "taken"})
_GONE: Final = frozenset({"returned", "erased"})
_STILL: Final = frozenset({"held", "hold-ended", "deviation"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A step that a person of this authority noted.

    Attributes:
        n: Its number among the notes of the case.
        item: The key of the item, or ``all``.
        action: A code of ``ACTIONS``.
        at: When it was done.
        noted_at: When it was noted.
        role: In which role.
        words: What was written.
    """

    n: int
    item: str
    action: str
    at: int
    noted_at: int
    role: str
    words: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link of the chain.

    Attributes:
        item: The key of the item.
        action: A code of ``ACTIONS``.
        at: When; None where only words say when.
        by: The authority or role.
        to: To whom, or "".
        letter: The letter that says or carries it, or "".
        proved: A letter's signature or evidence proves it.
        words: What was said of it.
        odd: Why it does not fit what came before: ``after_end``, ``hash``, or "".
    """

    item: str
    action: str
    at: int | None
    by: str
    to: str = ""
    letter: str = ""
    proved: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    odd: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """The items of a case, their chain, and what is still to be done.

    Attributes:
        items: The items.
        links: All links, in order.
        held: Keys of items under a legal hold.
        gone: Keys of items that are returned or erased.
        to_return: Item and date by which it must be back.
        to_destroy: Item and date after which it must be destroyed.
    """

    items: tuple[Item, ...]
    links: tuple[Link, ...]
    held: frozenset[str]
    gone: frozenset[str]
    to_return: tuple[tuple[str, str], ...]
    to_destroy: tuple[tuple[str, str], ...]

    def of(self, key: str) -> Item | None:
        """Return an item by its key."""
        return next((each for each in self.items if each.key == key), None)


def custody(letters: Sequence[Source], notes: Iterable[Note] = ()) -> Custody:
    """Return items and chain of a case."""
    noted = sorted(notes, key=lambda each: (each.at, each.noted_at, each.n))
    items = (*items_of(letters), *_entered(noted))
    sources = {each.digest: each for each in letters}
    links = [*_from_letters(items, sources), *_from_notes(items, noted)]
    links.sort(key=lambda each: (each.at if each.at is not None else -1, not each.proved))
    judged = tuple(_judged(links, {each.key: each for each in items}))
    gone = frozenset(each.item for each in judged if each.action in _GONE)
    open_items = [each for each in items if each.key not in gone]
    return Custody(
        items=items,
        links=judged,
        held=_held(items, noted),
        gone=gone,
        to_return=tuple((each.key, each.return_by) for each in open_items if each.return_by),
        to_destroy=tuple((each.key, each.destroy_after) for each in open_items if each.destroy_after),
    )


def overdue(by: str, now: int) -> bool:
    """Tell whether a written date is past: a day ends with its last second in UTC."""
    try:
        if len(by) == len("2000-01-01"):
            day = date.fromisoformat(by)
            return now >= datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() + 86_400
        at = datetime.fromisoformat(by)
    except ValueError:
        return False
    return now > (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


# --- Links ------------------------------------------------------------------------------------------------------------


def _entered(notes: Iterable[Note]) -> Iterator[Item]:
    """Yield the items that this authority entered by hand; each has the digits of the note that entered it."""
    for each in notes:
        if each.action == "recorded":
            told = {name: each.words[name] for name in ("description", "seal", "method", "tool") if name in each.words}
            yield Item(key=each.item, letter="", name=each.words.get("description", ""), told=told)


def _from_letters(items: Iterable[Item], sources: Mapping[str, Source]) -> Iterator[Link]:
    for item in items:
        source = sources.get(item.letter)
        if source is None:
            continue
        if item.told.get("acquired_at") or item.told.get("acquired_by"):
            at = _moment(item.told.get("acquired_at", ""))
            by = item.told.get("acquired_by", source.sender)
            yield Link(item=item.key, action="acquired", at=at, by=by, letter=source.digest, words=item.told)
        action = "sent" if item.file is not None else "handed-over"
        to = ", ".join(source.to)
        yield Link(
            item=item.key,
            action=action,
            at=source.ts,
            by=source.sender,
            to=to,
            letter=source.digest,
            proved=source.proved,
        )
        for fact in source.facts:
            # An object is not in the letter: that the letter arrived says nothing of it.
            if fact.level in PROVED and item.file is not None:
                yield Link(
                    item=item.key,
                    action=PROVED[fact.level],
                    at=fact.ts,
                    by=fact.issuer,
                    letter=source.digest,
                    proved=True,
                    words={} if fact.role is None else {"by": fact.role},
                )


def _from_notes(items: Sequence[Item], notes: Iterable[Note]) -> Iterator[Link]:
    for note in notes:
        keys = [each.key for each in items] if note.item == ALL else [note.item]
        for key in keys:
            yield Link(
                item=key, action=note.action, at=note.at, by=note.role, to=note.words.get("to", ""), words=note.words
            )


def _judged(links: Iterable[Link], items: Mapping[str, Item]) -> Iterator[Link]:
    ended: set[str] = set()
    for link in links:
        item = items.get(link.item)
        said = link.words.get("sha256", "").lower()
        if link.item in ended and link.action not in _STILL:
            yield replace(link, odd="after_end")
        elif said and item is not None and item.file is not None and said != item.file.sha256:
            yield replace(link, odd="hash")
        else:
            yield link
        if link.action == "erased":
            ended.add(link.item)


def _held(items: Sequence[Item], notes: Iterable[Note]) -> frozenset[str]:
    """Return what is held; a hold on everything covers what comes later, and ends only for everything."""
    whole, single = False, set[str]()
    for each in notes:
        if each.action not in {"held", "hold-ended"}:
            continue
        begins = each.action == "held"
        if each.item == ALL:
            whole = begins
        elif begins:
            single.add(each.item)
        else:
            single.discard(each.item)
    return frozenset({item.key for item in items} | {ALL} if whole else single)


def _moment(text: str) -> int | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
