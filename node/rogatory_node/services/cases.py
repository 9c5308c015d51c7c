"""Cases: found by what people call them, listed by what they need, named by this authority's own reference.

* A case is found by its own reference, by its 32 digits or its conversation's, or by a prefix of six digits or more.
* The inbox holds the cases in which something is to be done, the most urgent first, then the one that waits longest.
* What is to be done is read from clear columns alone: letters that nobody took (no evidence 40, 50 or 51), a case that
  another authority opened and that nobody decided (no 50 or 51), attachments that still arrive. No letter is opened.
* A page is bounded; the next one starts behind a mark, so that what arrives meanwhile shifts nothing.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import urandom
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, Select, Subquery, and_, exists, func, literal, or_, select, update
from sqlalchemy import case as when

from rogatory_node.storage import audit_log
from rogatory_node.storage.tables import blobs, cases, evidence, letters, parties
from rogatory_protocol.evidence import Level
from rogatory_protocol.ids import Aid, Digest, Id16

MIN_PREFIX: Final = 6
MAX_REFERENCE: Final = 128
MOST_CASES: Final = 100
MOST_CANDIDATES: Final = 10
_HEX: Final = re.compile(rf"[0-9a-f]{{{MIN_PREFIX},32}}")
_ID_DIGITS: Final = 32
_TAKEN: Final = [int(level) for level in (Level.TAKEN, Level.ACCEPTED, Level.DECLINED)]
_DECIDED: Final = [int(level) for level in (Level.ACCEPTED, Level.DECLINED)]


class CaseError(Exception):
    """A case cannot be named, or not so."""

    code: ClassVar[str] = "case"


class CaseUnknownError(CaseError):
    """No case is called so."""

    code: ClassVar[str] = "case.unknown"


class CaseAmbiguousError(CaseError):
    """Several cases are called so.

    Attributes:
        candidates: Some of them.
    """

    code: ClassVar[str] = "case.ambiguous"

    def __init__(self, candidates: Sequence[Id16]) -> None:
        """Note the candidates."""
        super().__init__(f"{len(candidates)} cases or more")
        self.candidates = tuple(candidates)


class ReferenceTakenError(CaseError):
    """Another case has this reference."""

    code: ClassVar[str] = "case.reference-taken"


class ReferenceUnfitError(CaseError):
    """A reference is one line of 1 to 128 characters."""

    code: ClassVar[str] = "case.reference-unfit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """An officer gives a case this authority's own reference, or takes it away.

    Attributes:
        case: The case.
        reference: The reference, or None.
        role: The role of the officer, for the audit log.
    """

    case: Id16
    reference: str | None
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A case of the inbox.

    Attributes:
        id: The case.
        conv: Its conversation.
        own_ref: This authority's reference, if there is one.
        flagged: A stranger to the conversation opened it (B.8).
        parties: All that are ``from`` or ``to`` in it.
        urg: The urgency of its most urgent letter that needs something.
        since: When the first of these was stored.
        untaken: How many letters nobody has taken.
        undecided: Another authority opened it and nobody has decided.
        arriving: How many attachments are still to arrive.
        letters: How many letters it holds in all.
    """

    id: Id16
    conv: Id16
    own_ref: str | None
    flagged: bool
    parties: tuple[Aid, ...]
    urg: int
    since: int
    untaken: int
    undecided: bool
    arriving: int
    letters: int


Place = tuple[int, int, Id16]
"""Where a page ended: urgency, since, case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some cases of the inbox, and where the next page starts, if there is one."""

    cases: tuple[Waiting, ...]
    next: Place | None


# --- Finding --------------------------------------------------------------------------------------------------------


def find(connection: Connection, word: str) -> Id16:
    """Return the case that people call *word*.

    Raises:
        CaseUnknownError: There is none.
        CaseAmbiguousError: There are several.
    """
    by_reference = connection.execute(select(cases.c.id).where(cases.c.own_ref == word)).scalar_one_or_none()
    if by_reference is not None:
        return Id16(by_reference)
    digits = word.lower()
    if not _HEX.fullmatch(digits):
        raise CaseUnknownError(word)
    rows = connection.execute(_with_prefix(digits)).all()
    exact = [row for row in rows if row.id.hex() == digits]
    # A stranger who names a conversation opens a case beside it; the digits mean the case that was there.
    plain = [row for row in rows if not row.flagged]
    same = len({row.conv for row in rows}) == 1
    chosen = exact or (plain if same and plain else rows)
    if not chosen:
        raise CaseUnknownError(word)
    if len(chosen) > 1:
        raise CaseAmbiguousError([Id16(row.id) for row in chosen])
    return Id16(chosen[0].id)


def _with_prefix(digits: str) -> Select[Any]:
    least, most = (bytes.fromhex(digits.ljust(_ID_DIGITS, fill)) for fill in "0f")
    return (
        select(cases.c.id, cases.c.conv, cases.c.flagged)
        .where(or_(cases.c.id.between(least, most), cases.c.conv.between(least, most)))
        .order_by(cases.c.flagged, cases.c.id)
        .limit(MOST_CANDIDATES)
    )


# --- Naming ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """What this authority does with its cases.

    Attributes:
        me: This authority.
        wall: The clock.
        random: Randomness for audit leaves.
    """

    me: Aid
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = urandom

    def name(self, connection: Connection, namings: Sequence[Naming]) -> list[None]:
        """Set own references, with an audit leaf each.

        Raises:
            CaseUnknownError: There is no such case.
            ReferenceTakenError: Another case has the reference.
            ReferenceUnfitError: It is empty, too long, or not one line.
        """
        events = []
        for each in namings:
            _check_reference(connection, each)
            changed = connection.execute(
                update(cases).where(cases.c.id == each.case).values(own_ref=each.reference).returning(cases.c.id)
            )
            if changed.one_or_none() is None:
                raise CaseUnknownError(each.case.hex())
            events.append(audit_log.Event(ev="case.named", obj=_opened_by(connection, each.case), who=each.role))
        audit_log.append(connection, events, now=int(self.wall()), random=self.random)
        return [None for _ in namings]

    # --- The inbox ----------------------------------------------------------------------------------------------------

    def inbox(self, connection: Connection, *, after: Place | None = None, most: int = MOST_CASES) -> Page:
        """Return a page of the cases in which something is to be done."""
        most = min(max(most, 1), MOST_CASES)
        needs = self._needs()
        order = (needs.c.urg.desc(), needs.c.since, needs.c.id)
        query = select(needs).where(or_(needs.c.untaken > 0, needs.c.undecided == 1, needs.c.arriving > 0))
        if after is not None:
            urg, since, last = after
            query = query.where(
                or_(
                    needs.c.urg < urg,
                    and_(needs.c.urg == urg, needs.c.since > since),
                    and_(needs.c.urg == urg, needs.c.since == since, needs.c.id > last),
                )
            )
        rows = connection.execute(query.order_by(*order).limit(most + 1)).all()
        shown = rows[:most]
        who = _parties(connection, [row.id for row in shown])
        end = shown[-1] if len(rows) > most else None
        return Page(
            cases=tuple(_waiting(row, who.get(row.id, ())) for row in shown),
            next=None if end is None else (end.urg, end.since, Id16(end.id)),
        )

    def _needs(self) -> Subquery:
        """Return, for each case that holds letters of others, what it needs."""
        each = self._needs_of_letters()
        open_urg = when((each.c.open == 1, each.c.urg), else_=-1)
        open_since = when((each.c.open == 1, each.c.stored_at), else_=None)
        decided = func.max(each.c.decided)
        first_in, first_out = func.min(each.c.came_at), func.min(each.c.went_at)
        # Ours when our letter was there first; within one second our own goes before an answer to it.
        opened_by_other = and_(first_in.is_not(None), or_(first_out.is_(None), first_in < first_out))
        undecided = when((and_(opened_by_other, decided == 0), 1), else_=0)
        grouped = (
            select(
                each.c.case.label("id"),
                func.max(open_urg).label("open_urg"),
                func.max(each.c.urg).label("any_urg"),
                func.min(open_since).label("open_since"),
                first_in.label("first_in"),
                func.sum(each.c.untaken).label("untaken"),
                func.sum(each.c.arriving).label("arriving"),
                func.count().label("letters"),
                undecided.label("undecided"),
            )
            .group_by(each.c.case)
            .subquery()
        )
        return (
            select(
                cases.c.id,
                cases.c.conv,
                cases.c.own_ref,
                cases.c.flagged,
                when((grouped.c.open_urg >= 0, grouped.c.open_urg), else_=grouped.c.any_urg).label("urg"),
                func.coalesce(grouped.c.open_since, grouped.c.first_in, 0).label("since"),
                grouped.c.untaken,
                grouped.c.undecided,
                grouped.c.arriving,
                grouped.c.letters,
            )
            .join(grouped, grouped.c.id == cases.c.id)
            .subquery()
        )

    def _needs_of_letters(self) -> Subquery:
        """Return, for each letter, whether it came, was taken, was decided, and what of it is still to arrive."""
        came = letters.c.direction == "in"
        arriving = (
            select(func.count())
            .where(blobs.c.letter == letters.c.digest, ~blobs.c.verified, letters.c.exp >= int(self.wall()))
            .scalar_subquery()
        )
        untaken = when((and_(came, ~self._issued(_TAKEN)), 1), else_=0)
        missing = when((came, arriving), else_=0)
        return select(
            letters.c.case,
            letters.c.urg,
            letters.c.stored_at,
            untaken.label("untaken"),
            missing.label("arriving"),
            when((or_(untaken == 1, missing > 0), 1), else_=0).label("open"),
            when((and_(came, self._issued(_DECIDED)), 1), else_=0).label("decided"),
            when((came, letters.c.stored_at), else_=None).label("came_at"),
            when((came, literal(None)), else_=letters.c.stored_at).label("went_at"),
        ).subquery()

    def _issued(self, levels: list[int]) -> Any:
        mine = (evidence.c.from_aid == self.me, evidence.c.direction == "out", evidence.c.lvl.in_(levels))
        return exists().where(evidence.c.letter == letters.c.digest, *mine)

    # --- Answering ----------------------------------------------------------------------------------------------------

    def untaken(self, connection: Connection, case: Id16) -> list[Digest]:
        """Return the letters of a case that nobody of this authority has taken, in order of arrival."""
        return self._unanswered(connection, case, _TAKEN)

    def undecided(self, connection: Connection, case: Id16) -> list[Digest]:
        """Return the letters of a case that this authority has neither accepted nor refused, in order of arrival."""
        return self._unanswered(connection, case, _DECIDED)

    def _unanswered(self, connection: Connection, case: Id16, levels: list[int]) -> list[Digest]:
        query = (
            select(letters.c.digest)
            .where(letters.c.case == case, letters.c.direction == "in", ~self._issued(levels))
            .order_by(letters.c.stored_at, letters.c.ts, letters.c.seq, letters.c.digest)
        )
        return [Digest(digest) for digest in connection.execute(query).scalars()]

    def others(self, connection: Connection, case: Id16) -> tuple[Aid, ...]:
        """Return who takes part in a case beside this authority."""
        return tuple(aid for aid in _parties(connection, [case]).get(case, ()) if aid != self.me)


def conversation(connection: Connection, case: Id16) -> Id16:
    """Return the conversation of a case that exists."""
    return Id16(connection.execute(select(cases.c.conv).where(cases.c.id == case)).scalar_one())


def reference(connection: Connection, case: Id16) -> str | None:
    """Return this authority's own reference of a case that exists."""
    found: str | None = connection.execute(select(cases.c.own_ref).where(cases.c.id == case)).scalar_one()
    return found


def own_letter(connection: Connection, me: Aid, letter_id: Id16) -> tuple[Digest, Id16] | None:
    """Return digest and case of the letter that we sent under this identifier, if we did."""
    query = select(letters.c.digest, letters.c.case).where(letters.c.from_aid == me, letters.c.letter_id == letter_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else (Digest(row.digest), Id16(row.case))


def _check_reference(connection: Connection, naming: Naming) -> None:
    reference = naming.reference
    if reference is None:
        return
    if not 1 <= len(reference) <= MAX_REFERENCE or not reference.isprintable() or reference != reference.strip():
        raise ReferenceUnfitError("reference")
    taken = select(cases.c.id).where(cases.c.own_ref == reference, cases.c.id != naming.case)
    if connection.execute(taken).first() is not None:
        raise ReferenceTakenError("reference")


def _opened_by(connection: Connection, case: Id16) -> Digest | None:
    """Return the letter that opened a case: by it an audit leaf names the case."""
    query = select(letters.c.digest).where(letters.c.case == case).order_by(letters.c.stored_at, letters.c.digest)
    found = connection.execute(query.limit(1)).scalar_one_or_none()
    return None if found is None else Digest(found)


def _parties(connection: Connection, wanted: Sequence[bytes]) -> dict[bytes, tuple[Aid, ...]]:
    found: dict[bytes, tuple[Aid, ...]] = {}
    query = select(parties.c.case, parties.c.aid).where(parties.c.case.in_(wanted)).order_by(parties.c.aid)
    for row in connection.execute(query):
        found[row.case] = (*found.get(row.case, ()), Aid(row.aid))
    return found


def _waiting(row: Any, who: tuple[Aid, ...]) -> Waiting:
    return Waiting(
        id=Id16(row.id),
        conv=Id16(row.conv),
        own_ref=row.own_ref,
        flagged=row.flagged,
        parties=who,
        urg=row.urg,
        since=row.since,
        untaken=int(row.untaken),
        undecided=bool(row.undecided),
        arriving=int(row.arriving),
        letters=row.letters,
    )
