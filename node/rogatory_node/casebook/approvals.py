"""Approvals: a letter is handed in, approved by so many persons, and sent in the very transaction of the last one.

* What is handed in is composed at once, with its identifier and salts; exactly these bytes are approved and sent.
* Who wrote any version of it or handed it in does not approve it, neither himself nor in anybody's name; nobody counts
  twice, also not when he represents another.
* It is sent when so many persons approved as the rules ask, one of them a signatory: who reviews does not transmit.
* Saving voids it with its approvals (``Drafts.save``); who wrote it may take it back, an approver may return it.
* A duty officer sends his own draft alone where the catalogue says so for its types; so does, in a case, whose duty
  the letter is (``approving.DUTIES``), unless a rule asks for more persons.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from os import urandom
from typing import Final

from sqlalchemy import Connection, Row, select, update

from rogatory_node.casebook.actors import Acting, Permit, event, load, may
from rogatory_node.casebook.drafting import DraftState, read_said, thing_of
from rogatory_node.casebook.drafts import Drafts, Held, end_offer, release_files
from rogatory_node.casebook.offered import (
    NotOfferedError,
    ReasonError,
    SamePersonError,
    StaleError,
    Standing,
    hash_of,
    offered_bytes,
    parse_offered,
)
from rogatory_node.casebook.sight import thing_of as thing_of_case
from rogatory_node.casework.approving import DUTIES, LEAST, Rule, needed
from rogatory_node.casework.roles import Action, Role
from rogatory_node.services import cases, composing
from rogatory_node.services.sending import Sending
from rogatory_node.storage import audit_log
from rogatory_node.storage.book_tables import approvals, draft_versions, drafts, offers
from rogatory_node.storage.rows import add
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import letters
from rogatory_protocol.ids import Digest, Id16

MAX_REASON: Final = 4_000
_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitting:
    """A draft is handed in for approval, in the version that was read."""

    draft: Id16
    version: int
    by: Acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalling:
    """A draft that waits for approval is taken back, to be written on."""

    draft: Id16
    by: Acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Approving:
    """Somebody approves exactly what has this hash."""

    draft: Id16
    hash: Digest
    by: Acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Returning:
    """Somebody returns what has this hash to its author, with a reason."""

    draft: Id16
    hash: Digest
    reason: str = field(repr=False)
    by: Acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """What is done to letters that wait for approval.

    Attributes:
        book: The drafts.
        sending: Queues what is approved.
        rules: How many persons approve what.
        sealer: Seals what was handed in.
        wall: The clock.
        random: Randomness for letters and audit leaves.
    """

    book: Drafts
    sending: Sending
    rules: tuple[Rule, ...] = ()
    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = urandom

    def submit(self, connection: Connection, commands: Sequence[Submitting]) -> list[Standing]:
        """Hand drafts in. The same version again is the same letter.

        Raises:
            ActorError: Who hands one in is unknown or may not.
            DraftError: There is no such draft for him, it is closed, or another saved a version meanwhile.
            UnfitError: It cannot be sent as it is; the error holds every reason.
        """
        now, offered, events = int(self.wall()), [], []
        for each in commands:
            held = self.book.held(connection, each.draft, each.by, Action.DRAFT_SUBMIT, now)
            self.book.check_version(connection, held.row, each.version)
            if held.row.offered is None:
                hash = self._offer(connection, held, now)
                events.append(event("draft.submitted", held.actor, hash, role=held.permit.role))
            offered.append(self.standing(connection, each.draft))
        audit_log.append(connection, events, now=now, random=self.random)
        return offered

    def recall(self, connection: Connection, commands: Sequence[Recalling]) -> list[None]:
        """Take back what waits for approval; its approvals are void. One that does not wait stays as it is.

        Raises:
            ActorError: Who takes it back is unknown or may not.
            DraftError: There is no such draft for him, or it is closed.
        """
        now, events = int(self.wall()), []
        for each in commands:
            held = self.book.held(connection, each.draft, each.by, Action.DRAFT_SUBMIT, now)
            if held.row.offered is not None:
                events.append(event("draft.recalled", held.actor, Digest(held.row.offered), role=held.permit.role))
                _reopen(connection, held.row, "recalled", now)
        audit_log.append(connection, events, now=now, random=self.random)
        return [None for _ in commands]

    def approve(self, connection: Connection, commands: Sequence[Approving]) -> list[Standing]:
        """Approve letters; the last approval sends. The same approval again changes nothing.

        Raises:
            ActorError: Who approves is unknown or may not.
            DraftError: There is no such draft for him, or it was discarded.
            ApprovalError: It is not what waits, or he is one of its authors.
            HeldError: It is of an old conversation, and a recipient has not given back what a restore lost.
        """
        now, stood = int(self.wall()), []
        for each in commands:
            if self._repeated(connection, each, now):
                stood.append(self.standing(connection, each.draft))
                continue
            held, alone = self._approver(connection, each, now)
            role = held.permit.role
            ev = "draft.sent-alone" if alone else "draft.approved"
            self._note(connection, each.hash, held, now, alone=alone)
            leaf = event(ev, held.actor, each.hash, role=role)
            audit_log.append(connection, [leaf], now=now, random=self.random)
            standing = self.standing(connection, each.draft)
            done = alone or (standing.signed and standing.approved >= standing.needed)
            stood.append(self._send(connection, held.row, standing, now) if done else standing)
        return stood

    def give_back(self, connection: Connection, commands: Sequence[Returning]) -> list[None]:
        """Return letters to their authors; their approvals are void.

        Raises:
            ActorError: Who returns it is unknown or may not.
            DraftError: There is no such draft for him, or it is closed.
            ApprovalError: It is not what waits, or there is no fit reason.
        """
        now, events = int(self.wall()), []
        for each in commands:
            reason = each.reason.strip()
            if not 1 <= len(reason) <= MAX_REASON:
                raise ReasonError("reason")
            held = self.book.held(connection, each.draft, each.by, Action.DRAFT_RETURN, now)
            _check_hash(held.row, each.hash)
            sealed = self.sealer.seal("offers", "reason_sealed", each.hash, reason.encode())
            _reopen(connection, held.row, "returned", now, reason_sealed=sealed)
            events.append(event("draft.returned", held.actor, each.hash, role=held.permit.role))
        audit_log.append(connection, events, now=now, random=self.random)
        return [None for _ in commands]

    # --- Reading ----------------------------------------------------------------------------------------------------

    def standing(self, connection: Connection, draft: Id16) -> Standing:
        """Return how a draft stands that was handed in. The caller asked whether it may be read.

        Raises:
            NotOfferedError: It was not handed in.
        """
        row = connection.execute(select(drafts).where(drafts.c.id == draft)).one_or_none()
        if row is None or row.offered is None:
            raise NotOfferedError("offer")
        given = connection.execute(select(approvals).where(approvals.c.hash == row.offered)).all()
        return Standing(
            draft=draft,
            hash=Digest(row.offered),
            needed=row.needed,
            approved=len(given),
            signed=any(each.alone or each.role == Role.SIGNATORY for each in given),
            letter=None if row.letter is None else Digest(row.letter),
        )

    def returned(self, connection: Connection, draft: Id16) -> str | None:
        """Return why a draft was last returned, if nobody saved a version since. The caller asked whether he may."""
        query = (
            select(offers.c.hash, offers.c.reason_sealed)
            .join(drafts, drafts.c.id == offers.c.draft)
            .where(offers.c.draft == draft, offers.c.version == drafts.c.version, offers.c.outcome == "returned")
            .order_by(offers.c.ended_at.desc())
            .limit(1)
        )
        row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return self.sealer.open("offers", "reason_sealed", row.hash, row.reason_sealed).decode()

    # --- Private ----------------------------------------------------------------------------------------------------

    def _offer(self, connection: Connection, held: Held, now: int) -> Digest:
        """Compose the letter, keep it, and return what is to be approved of it."""
        row, actor = held.row, held.actor
        content = self.book.read(connection, Id16(row.id)).content
        assert content is not None  # only a discarded draft has none
        order = composing.Order(
            id=Id16(self.random(_ID_BYTES)),
            to=content.to,
            form=content.form,
            conv=None if row.case is None else cases.conversation(connection, Id16(row.case)),
            lang=content.lang,
            life_seconds=content.life_seconds,
            entries=content.entries,
            blobs=content.blobs,
        )
        draft = composing.compose(order, me=self.sending.me, random=self.random)
        hash = hash_of(draft.body)
        kept = {
            "hash": hash,
            "draft": row.id,
            "version": row.version,
            "person": actor.person,
            "in_name_of": actor.in_name_of,
            "at": now,
            "letter_sealed": self.sealer.seal("offers", "letter_sealed", hash, offered_bytes(draft)),
        }
        add(connection, offers, [kept])
        persons = needed(self.rules, row.type, row.grade)
        changed = {"state": DraftState.OFFERED.value, "offered": hash, "needed": persons, "changed_at": now}
        connection.execute(update(drafts).where(drafts.c.id == row.id).values(**changed))
        return hash

    def _repeated(self, connection: Connection, each: Approving, now: int) -> bool:
        """Tell whether this very person has approved this very letter of this draft before."""
        actor = load(connection, each.by, now=now)
        query = (
            select(approvals.c.hash)
            .join(drafts, drafts.c.offered == approvals.c.hash)
            .where(approvals.c.hash == each.hash, approvals.c.person == actor.person, drafts.c.id == each.draft)
        )
        return connection.execute(query).one_or_none() is not None

    def _approver(self, connection: Connection, each: Approving, now: int) -> tuple[Held, bool]:
        """Return who approves what, by which role, and whether his word alone is enough."""
        seen = self.book.held(connection, each.draft, each.by, Action.DRAFT_READ, now)
        alone = self._alone(connection, seen)
        if alone is not None:
            _check_hash(seen.row, each.hash)
            return Held(actor=seen.actor, row=seen.row, permit=alone), True
        held = self.book.held(connection, each.draft, each.by, Action.DRAFT_APPROVE, now)
        _check_hash(held.row, each.hash)
        if not held.actor.selves.isdisjoint(_concerned(connection, held.row)):
            raise SamePersonError("person")
        signs = Role.SIGNATORY in held.actor.roles
        return (Held(actor=held.actor, row=held.row, permit=Permit(Role.SIGNATORY)) if signs else held), False

    def _alone(self, connection: Connection, seen: Held) -> Permit | None:
        """Return the permit of somebody to send this draft of his alone: a duty officer, or whose duty it is."""
        content = self.book.read(connection, Id16(seen.row.id)).content
        fit = content is not None and read_said(content.form).alone
        answers = [may(seen.actor, Action.DRAFT_SEND_ALONE, thing_of(seen.row, alone=fit))]
        duty = DUTIES.get(seen.row.kind or "")
        own = Id16(seen.row.author) in seen.actor.selves
        if duty is not None and own and seen.row.case is not None and seen.row.needed == LEAST:
            answers.append(
                may(seen.actor, duty, thing_of_case(connection, self.sealer, seen.actor, Id16(seen.row.case)))
            )
        return next((answer for answer in answers if isinstance(answer, Permit)), None)

    def _note(self, connection: Connection, hash: Digest, held: Held, now: int, *, alone: bool) -> None:
        who = {"person": held.actor.person, "in_name_of": held.actor.in_name_of, "role": held.permit.role.value}
        add(connection, approvals, [{"hash": hash, **who, "alone": alone, "at": now}])

    def _send(self, connection: Connection, row: Row[tuple[object, ...]], standing: Standing, now: int) -> Standing:
        """Queue exactly what was approved."""
        sealed = connection.execute(select(offers.c.letter_sealed).where(offers.c.hash == standing.hash)).scalar_one()
        draft = parse_offered(self.sealer.open("offers", "letter_sealed", standing.hash, sealed))
        assert hash_of(draft.body) == standing.hash  # the seal is over the hash as well
        digest = self.sending.queue(connection, [draft])[0]
        case = connection.execute(select(letters.c["case"]).where(letters.c.digest == digest)).scalar_one()
        end_offer(connection, row, "sent", now)
        sent = {"state": DraftState.SENT.value, "letter": digest, "case": case, "changed_at": now}
        connection.execute(update(drafts).where(drafts.c.id == standing.draft).values(**sent))
        return Standing(
            draft=standing.draft,
            hash=standing.hash,
            needed=standing.needed,
            approved=standing.approved,
            signed=True,
            letter=digest,
            to=draft.body.to,
            erase=release_files(connection, standing.draft, carried=draft.blobs),
        )


def _reopen(connection: Connection, row: Row[tuple[object, ...]], outcome: str, now: int, **more: object) -> None:
    end_offer(connection, row, outcome, now, **more)
    back = {"state": DraftState.OPEN.value, "offered": None, "changed_at": now}
    connection.execute(update(drafts).where(drafts.c.id == row.id).values(**back))


def _check_hash(row: Row[tuple[object, ...]], hash: Digest) -> None:
    if row.offered is None:
        raise NotOfferedError("offer")
    if row.offered != hash:
        raise StaleError("hash")


def _concerned(connection: Connection, row: Row[tuple[object, ...]]) -> set[Id16]:
    """Return who cannot approve: who wrote a version, handed it in or approved it, and whom these represent."""
    persons: set[bytes | None] = {row.author}
    for query in (
        select(draft_versions.c.person, draft_versions.c.in_name_of).where(draft_versions.c.draft == row.id),
        select(offers.c.person, offers.c.in_name_of).where(offers.c.hash == row.offered),
        select(approvals.c.person, approvals.c.in_name_of).where(approvals.c.hash == row.offered),
    ):
        persons.update(each for pair in connection.execute(query) for each in pair)
    return {Id16(each) for each in persons if each is not None}
