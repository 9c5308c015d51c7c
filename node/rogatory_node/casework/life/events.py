"""What a case is folded from: letters and evidence, and the one order in which both sides read them.

* A letter comes after all that it answers or knew of (``after``), whatever the clocks said; then by time, then by
  digest. Evidence comes after its letter, then by time, then by level and issuer; before other letters of the same
  second, because a node issues it at once and people write later.
* The order is a function of the set alone: it does not matter when or in which order anything arrived.
* What refers to a letter that is not here is read as if it did not: it moves on when that letter arrives.
* Letters that refer to each other in a circle, which honest digests cannot, come last and are named.
* Each letter and each evidence counts once, however often it is given.
"""

import heapq
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter as the fold reads it.

    Attributes:
        digest: Its digest, 64 hex digits.
        kind: Its kind.
        sender: The authority that sent it, 64 hex digits.
        to: The authorities that it is addressed to.
        ts: Unix time at which it was signed.
        after: Digests of the letters that it follows: the sender's previous one and those that it had seen.
        payload: Its form.
    """

    digest: str
    kind: str
    sender: str
    to: tuple[str, ...]
    ts: int
    after: tuple[str, ...] = ()
    payload: Mapping[str, Any] = field(default_factory=dict, hash=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Evidence about a letter, as the fold reads it.

    Attributes:
        level: 30, 35, 40, 50, 51, 90 or 91.
        letter: Digest of the letter.
        issuer: Who issued it.
        ts: Unix time.
        role: Of the officer who took or decided.
        code: Of a refusal: the number of level 90, or the ground of level 51.
    """

    level: int
    letter: str
    issuer: str
    ts: int
    role: str | None = None
    code: str | None = None


Event: TypeAlias = Letter | Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """The events in their order, and the letters that refer to each other in a circle."""

    events: tuple[Event, ...]
    circular: frozenset[str]


def answered(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the digests that a form says it answers: ``in_reply_to``, or the older list ``letters``."""
    value = payload.get("in_reply_to")
    given = [value] if isinstance(value, str) else value if isinstance(value, list) else payload.get("letters")
    return tuple(each for each in given if isinstance(each, str)) if isinstance(given, list) else ()


def in_order(events: Iterable[Event]) -> Ordered:
    """Put events into the order in which they are read."""
    letters: dict[str, Letter] = {}
    facts: dict[Fact, None] = {}
    for event in events:
        if isinstance(event, Letter):
            letters[event.digest] = event
        else:
            facts[event] = None
    order, circular = _sorted(letters)
    place = {digest: index for index, digest in enumerate(order)}
    # Evidence is merged by time where its letter is already read; the letters keep the order among themselves.
    keyed: list[tuple[tuple[int, int, int, str], Event]] = []
    clock = 0
    reached: list[int] = []
    for index, digest in enumerate(order):
        clock = max(clock, letters[digest].ts)
        reached.append(clock)
        keyed.append(((clock, index, 0, digest), letters[digest]))
    for fact in facts:
        known = place.get(fact.letter)
        if known is not None:
            at = max(fact.ts, reached[known])
            last = max(known, bisect_left(reached, at) - 1)
            keyed.append(((at, last, fact.level, f"{fact.letter}{fact.issuer}{fact.ts}{fact.role}{fact.code}"), fact))
    keyed.sort(key=lambda pair: pair[0])
    return Ordered(events=tuple(event for _, event in keyed), circular=circular)


def _sorted(letters: Mapping[str, Letter]) -> tuple[list[str], frozenset[str]]:
    """Return the digests, each after what it follows, then by time and digest; and those in a circle."""
    waits: dict[str, int] = dict.fromkeys(letters, 0)
    followers: dict[str, list[str]] = {}
    for digest, letter in letters.items():
        for before in _befores(letter, letters):
            waits[digest] += 1
            followers.setdefault(before, []).append(digest)
    ready = [(letters[digest].ts, digest) for digest, count in waits.items() if not count]
    heapq.heapify(ready)
    order: list[str] = []
    while ready:
        digest = heapq.heappop(ready)[1]
        order.append(digest)
        for follower in followers.get(digest, ()):
            waits[follower] -= 1
            if not waits[follower]:
                heapq.heappush(ready, (letters[follower].ts, follower))
    left = waits.keys() - set(order) if len(order) < len(letters) else set()
    return order + sorted(left, key=lambda digest: (letters[digest].ts, digest)), frozenset(left)


def _befores(letter: Letter, known: Collection[str]) -> set[str]:
    return {each for each in (*letter.after, *answered(letter.payload)) if each in known and each != letter.digest}
