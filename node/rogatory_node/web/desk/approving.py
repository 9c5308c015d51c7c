"""Check, hand in, approve or return: what stands between writing and sending.

* The page shows the letter exactly as it would leave, and what a check says of it.
* Who approves has just proved who he is, and approves the bytes that he was shown: their hash is in the form.
* The last approval sends; there is no further button.
"""

import asyncio

from aiohttp import web

from rogatory_node.casebook.actors import ActorError
from rogatory_node.casebook.approvals import Approving, Recalling, Returning, Submitting
from rogatory_node.casebook.drafting import ConflictError, DraftError, DraftState
from rogatory_node.casebook.offered import ApprovalError, NotOfferedError, ReasonError, SamePersonError, Standing
from rogatory_node.casework.roles import Action
from rogatory_node.documents import formal
from rogatory_node.documents.page import Block, DocumentError
from rogatory_node.i18n import later
from rogatory_node.services.composing import UnfitError
from rogatory_node.services.sending import HeldError
from rogatory_node.web.desk import drafting, rendering, telling
from rogatory_node.web.desk.context import AGAIN, NOT_YOURS, Ask, Refused, nothing_here
from rogatory_node.web.desk.drafting import Written
from rogatory_node.web.desk.serving import see_other
from rogatory_node.web.desk.writer import CHANGED
from rogatory_protocol.ids import Digest


async def check(ask: Ask) -> web.StreamResponse:
    """Show the letter, what is to be said of it, and the button that hands it in."""
    return await _page(ask, await drafting.of(ask), "draft_check.html")


async def decide(ask: Ask) -> web.StreamResponse:
    """Show the letter to who may approve it."""
    written = await drafting.of(ask)
    if written.draft.state is not DraftState.OFFERED:
        raise Refused(409, later("This draft does not wait for approval."))
    return await _page(ask, written, "draft_approve.html")


async def _page(ask: Ask, written: Written, template: str, wrong: str = "") -> web.StreamResponse:
    found = [
        (each.level, each.said(ask.language), each.article, drafting.section_of_finding(each).code)
        for each in drafting.findings(ask, written)
    ]
    try:
        standing: Standing | None = await ask.desk.read(ask.desk.approvals.standing, written.draft.id)
    except NotOfferedError:
        standing = None
    return rendering.page(
        ask,
        template,
        422 if wrong else 200,
        draft=written.draft,
        kind=written.kind,
        to=[telling.authority(ask, aid) for aid in written.content.to],
        blocks=_blocks(ask, written),
        found=found,
        levels=LEVELS,
        standing=standing,
        editable=drafting.editable(written),
        wrong=wrong,
        approves=Action.DRAFT_APPROVE in ask.actions or Action.DRAFT_SEND_ALONE in ask.actions,
    )


LEVELS = {
    "missing": later("missing"),
    "wrong": later("wrong"),
    "risk": later("risk"),
    "hint": later("hint"),
}


def _blocks(ask: Ask, written: Written) -> tuple[Block, ...]:
    try:
        return formal.page(written.form, (ask.language,)).blocks
    except DocumentError:
        return ()


async def submit(ask: Ask) -> web.StreamResponse:
    """Hand the draft in, in the version that was shown."""
    written = await drafting.of(ask)
    word = ask.field("version")
    version = int(word) if word.isascii() and word.isdigit() and len(word) < 10 else 0
    submitting = Submitting(draft=written.draft.id, version=version, by=ask.acting)
    try:
        await ask.desk.write(ask.desk.approvals.submit, submitting)
    except ConflictError:
        raise Refused(409, CHANGED, AGAIN) from None
    except UnfitError:
        return await _page(ask, written, "draft_check.html", later("The letter cannot be sent as it is."))
    except (DraftError, ActorError):
        raise Refused(403, NOT_YOURS) from None
    return see_other(f"/drafts/{written.draft.id.hex()}/check")


async def recall(ask: Ask) -> web.StreamResponse:
    """Take the draft back, to be written on."""
    written = await drafting.of(ask)
    try:
        await ask.desk.write(ask.desk.approvals.recall, Recalling(draft=written.draft.id, by=ask.acting))
    except (DraftError, ActorError):
        raise Refused(403, NOT_YOURS) from None
    return see_other(f"/drafts/{written.draft.id.hex()}")


def _hash(ask: Ask) -> Digest:
    try:
        raw = bytes.fromhex(ask.field("hash"))
    except ValueError:
        raise nothing_here() from None
    if len(raw) != 32:
        raise nothing_here()
    return Digest(raw)


async def approve(ask: Ask) -> web.StreamResponse:
    """Approve exactly what was shown; the last approval sends."""
    draft = drafting.id_of(ask)
    approving = Approving(draft=draft, hash=_hash(ask), by=ask.acting)
    try:
        standing: Standing = await ask.desk.write(ask.desk.approvals.approve, approving)
    except SamePersonError:
        what = later("Whoever wrote it or handed it in cannot approve it.")
        raise Refused(403, what, later("Another person must.")) from None
    except ApprovalError:
        raise Refused(409, later("This is not what waits now: it was changed or taken back."), AGAIN) from None
    except HeldError:
        what = later("The recipient has not given back what a restore lost.")
        raise Refused(409, what, later("See what waits: rogatory held")) from None
    except (DraftError, ActorError):
        raise Refused(403, NOT_YOURS) from None
    for aid in standing.to:
        ask.desk.wake(aid)
    for name in standing.erase:
        await asyncio.to_thread(ask.desk.blobs.erase, name)
    return see_other(f"/drafts/{draft.hex()}/done")


async def give_back(ask: Ask) -> web.StreamResponse:
    """Return the draft to its author, with a reason."""
    draft = drafting.id_of(ask)
    returning = Returning(draft=draft, hash=_hash(ask), reason=ask.field("reason"), by=ask.acting)
    try:
        await ask.desk.write(ask.desk.approvals.give_back, returning)
    except ReasonError:
        return await _page(ask, await drafting.of(ask), "draft_approve.html", later("Say why it is returned."))
    except ApprovalError:
        raise Refused(409, later("This is not what waits now: it was changed or taken back."), AGAIN) from None
    except (DraftError, ActorError):
        raise Refused(403, NOT_YOURS) from None
    return see_other("/drafts")


async def done(ask: Ask) -> web.StreamResponse:
    """Say what has become of a draft that was approved."""
    written = await drafting.of(ask)
    standing = None
    if written.draft.state is DraftState.OFFERED:
        standing = await ask.desk.read(ask.desk.approvals.standing, written.draft.id)
    case = written.draft.case
    return rendering.page(
        ask,
        "draft_done.html",
        draft=written.draft,
        kind=written.kind,
        to=[telling.authority(ask, aid) for aid in written.content.to],
        standing=standing,
        case=None if case is None else case.hex(),
    )
