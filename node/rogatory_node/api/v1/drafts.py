"""Drafts for programs: begun, written version by version, given up.

* Who changes a draft says by ``If-Match`` which version he read; if another saved one meanwhile he gets 412 and loses
  nothing.
* Attachments are named by their identifiers: those of the newest version, or uploads (``PUT /uploads/{upload}``).
* An auditor names a reason, which is noted before he sees anything.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from rogatory_node.api.asking import read
from rogatory_node.api.context import Problem
from rogatory_node.api.v1.draft_models import (
    VERSION_DIGITS,
    DraftList,
    DraftShort,
    DraftWhole,
    NewDraft,
    Nothing,
    Shown,
    Written,
    said,
    short,
    standing,
)
from rogatory_node.api.v1.endpoint import Answer, Call, Endpoint
from rogatory_node.api.v1.fields import UNKNOWN, id_in_path, id_of, of
from rogatory_node.casebook import drafting as d
from rogatory_node.casebook.drafts import Creating, Discarding, Opening, Saving
from rogatory_node.casework.roles import Action
from rogatory_node.i18n import later
from rogatory_node.services import uploads
from rogatory_node.services.intake import Taken
from rogatory_protocol.ids import Aid, Id16
from rogatory_protocol.limits import DAY_SECONDS

# --- Reading ----------------------------------------------------------------------------------------------------------


async def listed(call: Call) -> DraftList:
    """List drafts."""
    found = await read(call.node, call.book.drafts.listed, call.acting)
    return DraftList(drafts=[DraftShort(**short(each)) for each in found])


async def one(call: Call) -> Answer:
    """Show a draft."""
    asked: Shown = call.query
    draft = id_in_path(call, "draft")
    if asked.reason.strip():
        opening = Opening(draft=draft, reason=asked.reason, by=call.acting)
        await call.node.writer.execute(call.book.drafts.open, opening)
        found = await read(call.node, _read, call, draft, asked.version)
    else:
        found = await read(call.node, _shown, call, draft, asked.version)
    return _versioned(found)


def _read(connection: Any, call: Call, draft: Id16, version: int | None) -> DraftWhole:
    return _whole(connection, call, call.book.drafts.read(connection, draft, version=version))


def _shown(connection: Any, call: Call, draft: Id16, version: int | None) -> DraftWhole:
    return _whole(connection, call, call.book.drafts.shown(connection, draft, call.acting, version=version))


def _whole(connection: Any, call: Call, draft: d.Draft) -> DraftWhole:
    whole = said(draft)
    whole.returned = call.book.approvals.returned(connection, draft.id)
    if draft.offered is not None:
        whole.approvals = standing(call.book.approvals.standing(connection, draft.id))
    return whole


# --- Writing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Files:
    """The attachments of a version: what it says of them, where they are, and which uploads it takes up."""

    content: d.Content
    uploads: Sequence[Id16]
    taken: Sequence[Taken]


async def create(call: Call) -> Answer:
    """Begin a draft."""
    files = _content(call, None)
    creating = Creating(content=files.content, case=id_of(call.body.case), by=call.acting)
    value, done = await _kept(call, call.book.drafts.create, creating, files)
    return Answer(value=value, version="1", place=None if done is None else f"/drafts/{done.id.hex()}")


async def save(call: Call) -> Answer:
    """Save a version over the one that was read."""
    draft, version = id_in_path(call, "draft"), version_of(call)
    newest = await read(call.node, call.book.drafts.shown, draft, call.acting)
    files = _content(call, newest.content)
    saving = Saving(draft=draft, version=version, content=files.content, by=call.acting)
    value, _ = await _kept(call, call.book.drafts.save, saving, files)
    return _versioned(value)


async def _kept(call: Call, kind: Any, command: Any, files: _Files) -> tuple[Any, d.Draft | None]:
    """Have a version kept; its uploads may be used again when it was not."""
    try:
        return await call.do(kind, command, said)
    except BaseException:
        call.node.uploads.restore(files.uploads, files.taken)
        raise


async def discard(call: Call) -> Nothing:
    """Give a draft up."""
    discarding = Discarding(draft=id_in_path(call, "draft"), version=version_of(call), by=call.acting)
    gone = await call.node.writer.execute(call.book.drafts.discard, discarding)
    await erase(call, gone.erase)
    return Nothing()


def _content(call: Call, newest: d.Content | None) -> _Files:
    """Read what a version says, and take its uploads.

    Raises:
        Problem: The form is no text, or an attachment is not there.
    """
    body: Written = call.body
    held = (
        {}
        if newest is None
        else {each.id: (each, blob) for each, blob in zip(newest.entries, newest.blobs, strict=True)}
    )
    wanted = [Id16(bytes.fromhex(each)) for each in body.attachments]
    chosen = [each for each in wanted if each not in held]
    if len(set(wanted)) != len(wanted):
        raise Problem(422, "attachment.twice", later("An attachment is named twice."))
    try:
        form = body.form.encode()
    except UnicodeEncodeError:
        raise Problem(422, "body", later("The body is not as it should be."), errors="form") from None
    try:
        taken = call.node.uploads.take(chosen)
    except uploads.UploadUnknownError as error:
        then = later("Send the attachments again.")
        raise Problem(409, error.code, later("An attachment is not here any more."), then) from None
    held |= {upload: (each.entry, each.blob) for upload, each in zip(chosen, taken, strict=True)}
    content = d.Content(
        form=form,
        to=tuple(sorted({Aid(bytes.fromhex(each)) for each in body.to})),
        lang=body.lang or call.node.config.language,
        life_seconds=body.life_days * DAY_SECONDS,
        entries=tuple(held[each][0] for each in wanted),
        blobs=tuple(held[each][1] for each in wanted),
    )
    return _Files(content=content, uploads=chosen, taken=taken)


def version_of(call: Call) -> int:
    """Return the version that the caller read.

    Raises:
        Problem: He does not say it.
    """
    word = call.unless or ""
    if not (word.isascii() and word.isdecimal() and len(word) <= VERSION_DIGITS):
        raise Problem(428, "version", later("Say in If-Match which version you read."))
    return int(word)


async def erase(call: Call, blobs: Sequence[str]) -> None:
    """Remove files that no letter carries from the folder of attachments."""
    for blob in blobs:
        await asyncio.to_thread(call.node.blobs.erase, blob)


def _versioned(draft: Any) -> Answer:
    return Answer(value=draft, version=str(draft.version) if isinstance(draft, DraftWhole) else None)


DRAFT: Final = UNKNOWN | of(d.DraftUnknownError)
GOING: Final = DRAFT | of(d.DraftClosedError)
_FILES: Final = {"upload.unknown": 409, "attachment.twice": 422} | of(d.DraftTooLargeError)
ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/drafts",
        name="listDrafts",
        action=Action.DRAFT_READ,
        summary="List drafts that are written or wait for approval.",
        handler=listed,
        answer=DraftList,
    ),
    Endpoint(
        method="POST",
        path="/drafts",
        name="createDraft",
        action=Action.DRAFT_CREATE,
        summary="Begin a draft.",
        handler=create,
        body=NewDraft,
        answer=DraftWhole,
        status=201,
        once=True,
        problems=_FILES | of(d.DraftCaseError),
    ),
    Endpoint(
        method="GET",
        path="/drafts/{draft}",
        name="getDraft",
        action=Action.DRAFT_READ,
        summary="Show a draft; its ETag is its newest version.",
        handler=one,
        query=Shown,
        answer=DraftWhole,
        problems=DRAFT,
    ),
    Endpoint(
        method="PUT",
        path="/drafts/{draft}",
        name="saveDraft",
        action=Action.DRAFT_EDIT,
        summary="Save a version; what waited for approval is void.",
        handler=save,
        body=Written,
        answer=DraftWhole,
        matched=True,
        problems=GOING | _FILES | of(d.ConflictError),
    ),
    Endpoint(
        method="POST",
        path="/drafts/{draft}/discard",
        name="discardDraft",
        action=Action.DRAFT_DISCARD,
        summary="Give a draft up.",
        handler=discard,
        answer=Nothing,
        matched=True,
        problems=GOING | of(d.ConflictError),
    ),
)
