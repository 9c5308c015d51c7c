"""A draft as the writer's pages see it: read, saved, and how far each part is.

* The form is JSON; what is not (another program's, or damaged) is not opened for questions but stays as it is.
* Saving says which version was read; if another saved meanwhile, both are there to be seen.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from rogatory_node.casebook.actors import ActorError
from rogatory_node.casebook.drafting import (
    ConflictError,
    Content,
    Draft,
    DraftClosedError,
    DraftError,
    DraftState,
    DraftTooLargeError,
)
from rogatory_node.casebook.drafts import Drafts, Saving
from rogatory_node.casework.checking import GRAVE, Finding, check
from rogatory_node.casework.types.catalogue import RequestType, type_of
from rogatory_node.i18n import later
from rogatory_node.web.desk.context import NOT_YOURS, Ask, Refused, nothing_here
from rogatory_node.web.desk.sections import SECTIONS, Section, schema_of, section_with
from rogatory_protocol.ids import Id16

_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A draft with its form.

    Attributes:
        draft: As the book has it.
        content: Its version.
        form: What it says.
        kind: The type of the request.
    """

    draft: Draft
    content: Content
    form: dict[str, Any] = field(repr=False)
    kind: RequestType


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a part is: nothing yet, so many things missing, or done."""

    section: Section
    begun: bool
    required: bool
    missing: int


def drafts(ask: Ask) -> Drafts:
    """Return what is done with drafts here."""
    return Drafts(sealer=ask.desk.own.sealer, wall=ask.desk.wall)


def id_of(ask: Ask) -> Id16:
    """Return the draft of the address.

    Raises:
        Refused: It is none.
    """
    try:
        raw = bytes.fromhex(ask.path["draft"])
    except ValueError:
        raise nothing_here() from None
    if len(raw) != _ID_BYTES:
        raise nothing_here()
    return Id16(raw)


async def of(ask: Ask) -> Written:
    """Return the draft of the address, for who may read it.

    Raises:
        Refused: There is none for him, it was discarded, or its form is not one of questions.
    """
    try:
        draft = await ask.desk.read(drafts(ask).shown, id_of(ask), ask.acting)
    except DraftError:
        raise nothing_here() from None
    if draft.content is None:
        raise nothing_here()
    try:
        form = json.loads(draft.content.form)
    except (ValueError, RecursionError):
        form = None
    kind = type_of(form.get("type")) if isinstance(form, dict) else None
    if not isinstance(form, dict) or not isinstance(kind, RequestType):
        what = later("This draft is not a request that these pages can ask for.")
        raise Refused(409, what, later("Open it where it was written."))
    return Written(draft=draft, content=draft.content, form=form, kind=kind)


async def save(ask: Ask, written: Written, form: Mapping[str, Any], version: int, **changed: Any) -> Draft:
    """Save a version over the one that was read.

    Raises:
        ConflictError: Another saved meanwhile.
        Refused: He may not, or it is closed or too large.
    """
    content = replace(written.content, form=form_bytes(form), **changed)
    saving = Saving(draft=written.draft.id, version=version, content=content, by=ask.acting)
    try:
        return await ask.desk.write(drafts(ask).save, saving)
    except ConflictError:
        raise
    except DraftTooLargeError:
        raise Refused(413, later("The form is too large.")) from None
    except DraftClosedError:
        raise Refused(409, later("This draft was sent or discarded.")) from None
    except (DraftError, ActorError):
        raise Refused(403, NOT_YOURS) from None


def form_bytes(form: Mapping[str, Any]) -> bytes:
    """Write a form as letters carry it."""
    return json.dumps(form, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def findings(ask: Ask, written: Written) -> Sequence[Finding]:
    """Return what a check says of a draft."""
    names = [entry.name for entry in written.content.entries]
    return check(written.form, at=datetime.fromtimestamp(ask.desk.wall(), UTC), attached=names)


def progress(written: Written, found: Sequence[Finding]) -> list[Progress]:
    """Return how far each part is."""
    grave = [section_of_finding(each) for each in found if each.level in GRAVE]
    told = []
    for section in SECTIONS:
        schema = schema_of(section, written.kind)
        begun = any(name in written.form for name in schema["properties"])
        told.append(
            Progress(section=section, begun=begun, required=bool(schema["required"]), missing=grave.count(section))
        )
    return told


def section_of_finding(finding: Finding) -> Section:
    """Return the page on which something can be put right."""
    parts = finding.path.split("/")
    field_name = parts[3] if parts[1:2] == ["assistance"] and len(parts) > 3 else (parts[1] if len(parts) > 1 else "")
    return section_with(field_name)


def editable(written: Written) -> bool:
    """Tell whether a draft can still be written on."""
    return written.draft.state in (DraftState.OPEN, DraftState.OFFERED)
