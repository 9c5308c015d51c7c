"""Drafts: letters that are being written, every version kept, sealed at rest.

* Who saves says which version he read; if another saved meanwhile he is refused and shown both, and nothing is lost.
* Saving voids what waits for approval: an approval is for exact bytes.
* Files of a draft lie sealed in the folder of attachments; the draft holds what opens them. What is discarded loses its
  words and files; that it was there, and the hash of each version, stay.
* What is to be erased from the folder is returned, and erased after the commit.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from os import urandom
from typing import Final

from sqlalchemy import Connection, Row, delete, select, update

from rogatory_node.casebook.actors import Acting, Actor, Permit, Thing, event, load, may, name_of_object, require
from rogatory_node.casebook.drafting import (
    GOING,
    ConflictError,
    Content,
    Draft,
    DraftCaseError,
    DraftClosedError,
    DraftState,
    DraftTooLargeError,
    DraftUnknownError,
    content_bytes,
    draft_of,
    parse_content,
    read_said,
    thing_of,
)
from rogatory_node.casebook.sight import thing_of as thing_of_case
from rogatory_node.casework.roles import Action
from rogatory_node.storage import audit_log
from rogatory_node.storage.book_tables import draft_files, draft_versions, drafts, offers, readings
from rogatory_node.storage.rows import add
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import cases
from rogatory_protocol.ids import Digest, Id16
from rogatory_protocol.limits import MAX_FORM_BYTES

MOST_LISTED: Final = 200
_ID_BYTES: Final = 16
_GOING: Final = [state.value for state in GOING]


@dataclass(frozen=True, slots=True, kw_only=True)
class Creating:
    """A draft is begun."""

    content: Content
    case: Id16 | None = None
    by: Acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """A version is saved over the one that was read."""

    draft: Id16
    version: int
    content: Content
    by: Acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Discarding:
    """A draft is given up."""

    draft: Id16
    version: int
    by: Acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A draft is opened for a reason, which is noted before anything is seen."""

    draft: Id16
    reason: str = field(repr=False)
    by: Acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Discarded:
    """A draft was given up; these files are to be erased."""

    draft: Id16
    erase: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A draft in a transaction: who acts on it, its row, and by what he may."""

    actor: Actor
    row: Row[tuple[object, ...]]
    permit: Permit


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """What is done with drafts.

    Attributes:
        sealer: Seals what they say.
        wall: The clock.
        random: Randomness for identifiers and audit leaves.
    """

    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = urandom

    def create(self, connection: Connection, commands: Sequence[Creating]) -> list[Draft]:
        """Begin drafts.

        Raises:
            ActorError: Who begins one is unknown or may not.
            DraftCaseError: There is no such case for him.
            DraftTooLargeError: A form is too large.
        """
        now, made, events = int(self.wall()), [], []
        for each in commands:
            actor = load(connection, each.by, now=now)
            owner = actor.in_name_of or actor.person
            permit = require(actor, Action.DRAFT_CREATE, Thing(owner=owner))
            self._check_case(connection, actor, each.case)
            draft = Id16(self.random(_ID_BYTES))
            row = {"id": draft, "author": owner, "unit": actor.unit, "agency": actor.agency, "case": each.case}
            state = {"state": DraftState.OPEN.value, "version": 0, "made_at": now, "changed_at": now}
            add(connection, drafts, [row | state])
            self._save(connection, draft, 1, actor, each.content, now)
            made.append(self.read(connection, draft))
            events.append(event("draft.created", actor, name_of_object("draft", draft), role=permit.role))
        audit_log.append(connection, events, now=now, random=self.random)
        return made

    def save(self, connection: Connection, commands: Sequence[Saving]) -> list[Draft]:
        """Save new versions; what waited for approval is void. A version that says the same is not saved again.

        Raises:
            ActorError: Who saves one is unknown or may not.
            DraftUnknownError: There is no such draft for him.
            DraftClosedError: It was sent or discarded.
            ConflictError: Another saved a version meanwhile.
            DraftTooLargeError: A form is too large.
        """
        now, saved, events = int(self.wall()), [], []
        for each in commands:
            held = self.held(connection, each.draft, each.by, Action.DRAFT_EDIT, now)
            newest = self.check_version(connection, held.row, each.version)
            if newest.content != each.content:
                if held.row.offered is not None:
                    end_offer(connection, held.row, "voided", now)
                    events.append(event("draft.voided", held.actor, Digest(held.row.offered), role=held.permit.role))
                self._save(connection, each.draft, each.version + 1, held.actor, each.content, now)
                obj = name_of_object("draft", each.draft)
                events.append(event("draft.edited", held.actor, obj, role=held.permit.role))
            saved.append(self.read(connection, each.draft))
        audit_log.append(connection, events, now=now, random=self.random)
        return saved

    def discard(self, connection: Connection, commands: Sequence[Discarding]) -> list[Discarded]:
        """Give drafts up: their words are gone, and their files are to be erased.

        Raises:
            ActorError: Who does it is unknown or may not.
            DraftUnknownError: There is no such draft for him.
            DraftClosedError: It was sent or discarded.
            ConflictError: Another saved a version meanwhile.
        """
        now, gone, events = int(self.wall()), [], []
        for each in commands:
            held = self.held(connection, each.draft, each.by, Action.DRAFT_DISCARD, now)
            self.check_version(connection, held.row, each.version)
            if held.row.offered is not None:
                end_offer(connection, held.row, "discarded", now)
            emptied = (draft_versions, "content_sealed"), (offers, "letter_sealed")
            for table, column in emptied:
                connection.execute(update(table).where(table.c.draft == each.draft).values({column: b""}))
            changed = {"state": DraftState.DISCARDED.value, "changed_at": now, "offered": None}
            connection.execute(update(drafts).where(drafts.c.id == each.draft).values(**changed))
            gone.append(Discarded(draft=each.draft, erase=release_files(connection, each.draft)))
            obj = name_of_object("draft", each.draft)
            events.append(event("draft.discarded", held.actor, obj, role=held.permit.role))
        audit_log.append(connection, events, now=now, random=self.random)
        return gone

    def open(self, connection: Connection, commands: Sequence[Opening]) -> list[None]:
        """Note that drafts are opened, and why; who asked may then ``read`` them.

        Raises:
            ActorError: Who opens one is unknown or may not, reason or not.
            DraftUnknownError: There is no such draft.
        """
        now, rows, events = int(self.wall()), [], []
        for each in commands:
            actor, row = load(connection, each.by, now=now), _row(connection, each.draft)
            permit = require(actor, Action.DRAFT_READ, thing_of(row, reason=each.reason))
            identifier = self.random(_ID_BYTES)
            reason = self.sealer.seal("readings", "reason_sealed", identifier, each.reason.strip().encode())
            what = {"draft": each.draft, "case": row.case, "person": actor.person, "at": now}
            rows.append({"id": identifier, **what, "reason_sealed": reason})
            events.append(event("draft.opened", actor, name_of_object("draft", each.draft), role=permit.role))
        add(connection, readings, rows)
        audit_log.append(connection, events, now=now, random=self.random)
        return [None for _ in commands]

    # --- Reading ----------------------------------------------------------------------------------------------------

    def listed(self, connection: Connection, acting: Acting) -> list[Draft]:
        """Return the drafts that are written or wait and that this person may read, the last changed first.

        What they say is left out.

        Raises:
            ActorError: Who asks is unknown.
        """
        actor = load(connection, acting, now=int(self.wall()))
        query = select(drafts).where(drafts.c.state.in_(_GOING)).order_by(drafts.c.changed_at.desc(), drafts.c.id)
        seen = (row for row in connection.execute(query) if _readable(actor, row))
        return [draft_of(row, None) for _, row in zip(range(MOST_LISTED), seen, strict=False)]

    def shown(self, connection: Connection, draft: Id16, acting: Acting, *, version: int | None = None) -> Draft:
        """Return a draft with its newest version, or another one, to who may read it without giving a reason.

        Raises:
            ActorError: Who asks is unknown.
            DraftUnknownError: There is no such draft for him, or no such version.
        """
        row = _row(connection, draft)
        if not _readable(load(connection, acting, now=int(self.wall())), row):
            raise DraftUnknownError("draft")
        return self.read(connection, draft, version=version)

    def read(self, connection: Connection, draft: Id16, *, version: int | None = None) -> Draft:
        """Return a draft. The caller asked whether it may be read.

        Raises:
            DraftUnknownError: There is no such draft, or no such version.
        """
        row = _row(connection, draft)
        wanted = row.version if version is None else version
        this = (draft_versions.c.draft == draft, draft_versions.c.version == wanted)
        sealed = connection.execute(select(draft_versions.c.content_sealed).where(*this)).scalar_one_or_none()
        if sealed is None:
            raise DraftUnknownError("version")
        raw = self.sealer.open("draft_versions", "content_sealed", _place(draft, wanted), sealed) if sealed else b""
        return draft_of(row, parse_content(raw) if raw else None)

    # --- For approvals ------------------------------------------------------------------------------------------------

    def held(
        self, connection: Connection, draft: Id16, by: Acting, action: Action, now: int, *, alone: bool = False
    ) -> Held:
        """Return a draft in which something is still to be done, for who may do this to it.

        Raises:
            ActorError: Who acts is unknown or may not.
            DraftUnknownError: There is no such draft for him.
            DraftClosedError: It was sent or discarded.
        """
        actor, row = load(connection, by, now=now), _row(connection, draft)
        thing = thing_of(row, alone=alone)
        answer = may(actor, action, thing)
        if not isinstance(answer, Permit) and not _readable(actor, row):
            raise DraftUnknownError("draft")
        permit = require(actor, action, thing)
        if row.state not in GOING:
            raise DraftClosedError("draft")
        return Held(actor=actor, row=row, permit=permit)

    def check_version(self, connection: Connection, row: Row[tuple[object, ...]], version: int) -> Draft:
        """Return a draft when nobody saved another version meanwhile.

        Raises:
            ConflictError: Somebody did.
        """
        newest = self.read(connection, Id16(row.id))
        if newest.version != version:
            raise ConflictError(newest)
        return newest

    def _check_case(self, connection: Connection, actor: Actor, case: Id16 | None) -> None:
        """Check that somebody may write in a case: who sees it, or a measure of it that is assigned to him.

        Raises:
            DraftCaseError: He may not, or there is none.
        """
        if case is None:
            return
        there = connection.execute(select(cases.c.id).where(cases.c.id == case)).one_or_none()
        thing = thing_of_case(connection, self.sealer, actor, case)
        sees = [may(actor, action, thing) for action in (Action.CASE_READ, Action.MEASURE_READ)]
        if there is None or not any(isinstance(each, Permit) for each in sees):
            raise DraftCaseError("case")

    def _save(
        self, connection: Connection, draft: Id16, version: int, actor: Actor, content: Content, now: int
    ) -> None:
        if len(content.form) > MAX_FORM_BYTES:
            raise DraftTooLargeError("form")
        raw = content_bytes(content)
        row = {
            "draft": draft,
            "version": version,
            "person": actor.person,
            "in_name_of": actor.in_name_of,
            "at": now,
            "hash": hashlib.sha256(b"rogatory/1 draft\0" + raw).digest(),
            "content_sealed": self.sealer.seal("draft_versions", "content_sealed", _place(draft, version), raw),
        }
        add(connection, draft_versions, [row])
        files = set(connection.execute(select(draft_files.c.path).where(draft_files.c.draft == draft)).scalars())
        add(connection, draft_files, [{"path": path, "draft": draft} for path in content.blobs if path not in files])
        said = read_said(content.form)
        codes = {"kind": said.kind, "type": said.type, "grade": said.grade}
        changed = {"version": version, "changed_at": now, "state": DraftState.OPEN.value, "offered": None}
        connection.execute(update(drafts).where(drafts.c.id == draft).values(**codes, **changed))


def end_offer(connection: Connection, row: Row[tuple[object, ...]], outcome: str, now: int, **more: object) -> None:
    """End what waits for approval of a draft."""
    ended = {"outcome": outcome, "ended_at": now, **more}
    connection.execute(update(offers).where(offers.c.hash == row.offered).values(**ended))


def release_files(connection: Connection, draft: Id16, *, carried: Sequence[str] = ()) -> tuple[str, ...]:
    """Take the files away from a draft and return those to be erased: all that no letter carries."""
    files = connection.execute(select(draft_files.c.path).where(draft_files.c.draft == draft)).scalars().all()
    connection.execute(delete(draft_files).where(draft_files.c.draft == draft))
    return tuple(sorted(set(files) - set(carried)))


def _readable(actor: Actor, row: Row[tuple[object, ...]]) -> bool:
    return isinstance(may(actor, Action.DRAFT_READ, thing_of(row)), Permit)


def _place(draft: Id16, version: int) -> bytes:
    return draft + version.to_bytes(8)


def _row(connection: Connection, draft: Id16) -> Row[tuple[object, ...]]:
    row = connection.execute(select(drafts).where(drafts.c.id == draft)).one_or_none()
    if row is None:
        raise DraftUnknownError("draft")
    return row
