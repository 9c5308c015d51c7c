"""What a draft is: its states, what a version says, who it belongs to, and the bytes in which it is kept.

* A version holds the form's bytes as they would be sent; while it is being written they need not be right.
* To the table of roles a draft of a home agency belongs to that agency alone until it is handed in.
* A duty officer alone is enough when the catalogue says so of every measure of a request.
"""

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Final

from sqlalchemy import Row

from rogatory_node.casebook.actors import Thing
from rogatory_node.casework.types import shape
from rogatory_node.casework.types.catalogue import RequestType
from rogatory_node.services import composing
from rogatory_protocol.attachment import Entry, entry_bytes, parse_entry
from rogatory_protocol.ids import Aid, Digest, Id16
from rogatory_protocol.limits import DAY_SECONDS
from rogatory_protocol.rcbor import Value, decode, encode


class DraftState(StrEnum):
    """Where a draft stands."""

    OPEN = "open"
    OFFERED = "offered"
    SENT = "sent"
    DISCARDED = "discarded"


GOING: Final = (DraftState.OPEN, DraftState.OFFERED)
"""The states in which something is still to be done."""


class DraftError(Exception):
    """Something about a draft cannot be done."""

    code: ClassVar[str] = "draft"


class DraftUnknownError(DraftError):
    """There is no such draft, or this person may not see it: which of these is not said."""

    code: ClassVar[str] = "draft.unknown"


class DraftClosedError(DraftError):
    """It was sent or discarded."""

    code: ClassVar[str] = "draft.closed"


class DraftCaseError(DraftError):
    """There is no such case, or this person may not write in it: which of these is not said."""

    code: ClassVar[str] = "draft.case"


class DraftTooLargeError(DraftError):
    """Its form is larger than a letter's may be."""

    code: ClassVar[str] = "draft.too-large"


class ConflictError(DraftError):
    """Another saved a version meanwhile.

    Attributes:
        newest: What stands there now, to be shown beside what was not saved.
    """

    code: ClassVar[str] = "draft.conflict"

    def __init__(self, newest: "Draft") -> None:
        """Note what stands there."""
        super().__init__("version")
        self.newest = newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a version of a draft says.

    Attributes:
        form: The form's bytes.
        to: The recipients.
        lang: Language of the form.
        life_seconds: How long delivery would be tried.
        entries: What the letter would say of its attachments.
        blobs: Where their sealed bytes are, in the same order.
    """

    form: bytes = field(repr=False)
    to: tuple[Aid, ...] = ()
    lang: str
    life_seconds: int = composing.DEFAULT_LIFE_DAYS * DAY_SECONDS
    entries: tuple[Entry, ...] = field(default=(), repr=False)
    blobs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft with one of its versions.

    Attributes:
        id: Its identifier.
        author: To whom it belongs.
        unit: The author's unit.
        agency: The author's home agency.
        state: Where it stands.
        version: The newest version.
        kind: Of the letter, as far as the form says it.
        type: Of the request, likewise.
        grade: Of urgency, likewise.
        case: The case to which it belongs, or None until it opens one.
        changed_at: When it last changed.
        offered: What approvals are over, when it was handed in.
        letter: The letter that it became.
        content: What the version says; None in lists and when it was discarded.
    """

    id: Id16
    author: Id16
    unit: Id16 | None
    agency: Id16 | None
    state: DraftState
    version: int
    kind: str | None
    type: str | None
    grade: str | None
    case: Id16 | None
    changed_at: int
    offered: Digest | None
    letter: Digest | None
    content: Content | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a form says in known words: codes that lists are made of."""

    kind: str | None = None
    type: str | None = None
    grade: str | None = None
    alone: bool = False


def read_said(form: bytes) -> Said:
    """Read the codes of a form, as far as it has them."""
    try:
        found = composing.read_form(form)
    except composing.UnfitError:
        return Said()
    types = [each.type for each in shape.measures(json.loads(form))]
    known = [each for each in types if isinstance(each, RequestType)]
    whole = bool(known) and len(known) == len(types) and found.kind == composing.REQUEST
    return Said(
        kind=found.kind,
        type=known[0].code if known else None,
        grade=found.grade,
        alone=whole and all(each.duty_officer_alone for each in known),
    )


def thing_of(row: Row[tuple[object, ...]], *, alone: bool = False, reason: str = "") -> Thing:
    """Return what the table of roles must know of a draft."""
    being_written = row.state == DraftState.OPEN
    return Thing(
        owner=Id16(row.author),
        unit=None if row.unit is None else Id16(row.unit),
        agency=Id16(row.agency) if row.agency is not None and being_written else None,
        alone=alone,
        reason=reason,
    )


def draft_of(row: Row[tuple[object, ...]], content: Content | None) -> Draft:
    """Return the draft of a row of the table, with what one of its versions says."""
    return Draft(
        id=Id16(row.id),
        author=Id16(row.author),
        unit=None if row.unit is None else Id16(row.unit),
        agency=None if row.agency is None else Id16(row.agency),
        state=DraftState(row.state),
        version=row.version,
        kind=row.kind,
        type=row.type,
        grade=row.grade,
        case=None if row.case is None else Id16(row.case),
        changed_at=row.changed_at,
        offered=None if row.offered is None else Digest(row.offered),
        letter=None if row.letter is None else Digest(row.letter),
        content=content,
    )


def content_bytes(content: Content) -> bytes:
    """Write what a version says."""
    entries: list[Value] = [entry_bytes(entry) for entry in content.entries]
    return encode([content.form, list(content.to), content.lang, content.life_seconds, entries, list(content.blobs)])


def parse_content(raw: bytes) -> Content:
    """Read what ``content_bytes`` wrote: our own bytes, sealed, so whatever does not fit is a broken store."""
    value: Any = decode(raw)
    form, to, lang, life, entries, blobs = value
    return Content(
        form=form,
        to=tuple(map(Aid, to)),
        lang=lang,
        life_seconds=life,
        entries=tuple(map(parse_entry, entries)),
        blobs=tuple(blobs),
    )
