"""What people say about a letter that came: taken, accepted, declined (B.13 levels 40, 50, 51).

* One evidence a level and letter: a repeat returns the stored one, whatever it says this time.
* The order is that of B.13: first the letter is held, a decision is final, nothing is taken after it.
* Evidence and audit leaves are written in one transaction; the caller wakes the link of the peer after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, select

from rogatory_node.services.issuing import Fact, Issuing, Prepared
from rogatory_node.storage import audit_log
from rogatory_node.storage.tables import letters
from rogatory_protocol.audit import Head
from rogatory_protocol.errors import LocalProtocolError
from rogatory_protocol.evidence import Level, Mark, mark_of, may_issue
from rogatory_protocol.ids import Aid, Digest

EVENTS: Final[Mapping[Level, str]] = MappingProxyType(
    {Level.TAKEN: "letter.taken", Level.ACCEPTED: "letter.accepted", Level.DECLINED: "letter.declined"}
)
"""The levels that people give, with the names of their audit leaves."""


class AnswerError(Exception):
    """A letter cannot be answered so; nothing was written.

    Attributes:
        code: ``answer.unknown``: no such letter; ``answer.own``: it is our own; ``answer.order``: not after what was
            issued before; ``answer.malformed``: level, role, ground or note is not what the level wants.
    """

    def __init__(self, code: str, what: str) -> None:
        """Name the code and, for the log, what was wrong."""
        super().__init__(f"{code}: {what}")
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What an officer says.

    Attributes:
        letter: About this letter.
        level: TAKEN, ACCEPTED or DECLINED.
        role: In this role; TAKEN must name one.
        ground: Of DECLINED, the ground from the register.
        note: For the other authority; it carries no case content.
    """

    letter: Digest
    level: Level
    role: str | None = None
    ground: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What stands now.

    Attributes:
        letter: The letter.
        peer: Its sender: wake the link to it.
        evidence: The digest of the evidence.
        level: Its level.
        repeated: It had been issued before.
    """

    letter: Digest
    peer: Aid
    evidence: Digest
    level: Level
    repeated: bool


class Answering(Issuing):
    """The authority that answers."""

    __slots__ = ()

    def issue(self, connection: Connection, issues: Sequence[Issue]) -> list[Issued]:
        """Issue evidence for a group of answers.

        Raises:
            AnswerError: One of them cannot be given; the whole group is left to be rolled back.
        """
        # 1. Who sent each letter, and what we issued about it.
        # 2. Decide in order, so that a group is judged like one answer after another.
        # 3. Sign and write, the leaves last.
        now = int(self.wall())
        senders = _senders(connection, issues)  # 1
        issued = self.issued(connection, (each.letter for each in issues))
        head = audit_log.head(connection)
        fresh: list[Prepared] = []
        found = [self._decide(each, senders, issued, fresh, head, now) for each in issues]  # 2
        self.sign(connection, fresh, now)  # 3
        audit_log.append(
            connection, [event for each in fresh for event in _events(each.fact)], now=now, random=self.random
        )
        return found

    def _decide(
        self,
        each: Issue,
        senders: Mapping[Digest, Aid],
        issued: dict[Digest, dict[Mark, Digest]],
        fresh: list[Prepared],
        head: Head,
        now: int,
    ) -> Issued:
        if each.level not in EVENTS:
            raise AnswerError("answer.malformed", "only 40, 50 and 51 are answers")
        peer = senders.get(each.letter)
        if peer is None:
            raise AnswerError("answer.unknown", "no such letter")
        if peer == self.me:
            raise AnswerError("answer.own", "the letter is our own")
        marks, mark = issued.setdefault(each.letter, {}), mark_of(each.level, None)
        repeated = mark in marks
        if not repeated:
            if not may_issue(marks, mark):
                raise AnswerError("answer.order", f"{each.level.name} does not follow what was issued")
            fact = Fact(
                letter=each.letter, peer=peer, level=each.level, code=each.ground, role=each.role, note=each.note
            )
            fresh.append(self._prepare(fact, head, now))
            marks[mark] = fresh[-1].digest
        return Issued(letter=each.letter, peer=peer, evidence=marks[mark], level=each.level, repeated=repeated)

    def _prepare(self, fact: Fact, head: Head, now: int) -> Prepared:
        try:
            return self.prepare(fact, head, now)
        except LocalProtocolError as error:
            raise AnswerError("answer.malformed", str(error)) from None


def _senders(connection: Connection, issues: Sequence[Issue]) -> dict[Digest, Aid]:
    query = select(letters.c.digest, letters.c.from_aid).where(letters.c.digest.in_({each.letter for each in issues}))
    return {Digest(row.digest): Aid(row.from_aid) for row in connection.execute(query)}


def _events(fact: Fact) -> tuple[audit_log.Event, audit_log.Event]:
    who = fact.role or "node"
    return (
        audit_log.Event(ev=EVENTS[fact.level], obj=fact.letter, who=who),
        audit_log.Event(ev="evidence.issued", obj=fact.letter, who="node"),
    )
