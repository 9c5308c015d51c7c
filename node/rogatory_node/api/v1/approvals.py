"""Approvals for programs: a draft is handed in, approved over exact bytes, and sent by the last approval.

* What is approved is a hash that the draft shows; what was edited meanwhile has another one.
* The same call again, with the same key, is the same answer; without a key, the same approval again changes nothing.
"""

from typing import Final

from rogatory_node.api.asking import read, recipient
from rogatory_node.api.v1.draft_models import Approvals, Approved, Nothing, Returned, standing
from rogatory_node.api.v1.drafts import GOING, erase, version_of
from rogatory_node.api.v1.endpoint import Answer, Call, Endpoint
from rogatory_node.api.v1.fields import id_in_path, of
from rogatory_node.casebook import approvals as a
from rogatory_node.casebook import drafting as d
from rogatory_node.casebook import offered as o
from rogatory_node.casework.roles import Action
from rogatory_node.services import composing, sending
from rogatory_protocol.ids import Digest


async def submit(call: Call) -> Answer:
    """Hand a draft in for approval; its recipients must be admitted."""
    draft = id_in_path(call, "draft")
    found = await read(call.node, call.book.drafts.shown, draft, call.acting)
    for aid in () if found.content is None else found.content.to:
        recipient(call.node, aid.hex())
    submitting = a.Submitting(draft=draft, version=version_of(call), by=call.acting)
    return Answer(value=(await call.do(call.book.approvals.submit, submitting, standing))[0])


async def recall(call: Call) -> Nothing:
    """Take back what waits for approval."""
    recalling = a.Recalling(draft=id_in_path(call, "draft"), by=call.acting)
    await call.node.writer.execute(call.book.approvals.recall, recalling)
    return Nothing()


async def approve(call: Call) -> Answer:
    """Approve exactly what has this hash; the last approval sends it."""
    hash = Digest(bytes.fromhex(call.body.hash))
    approving = a.Approving(draft=id_in_path(call, "draft"), hash=hash, by=call.acting)
    value, done = await call.do(call.book.approvals.approve, approving, standing)
    if done is not None and done.letter is not None:
        for aid in done.to:
            call.node.wake(aid, (done.letter,))
        await erase(call, done.erase)
    return Answer(value=value)


async def give_back(call: Call) -> Nothing:
    """Return a draft to its author."""
    hash = Digest(bytes.fromhex(call.body.hash))
    returning = a.Returning(draft=id_in_path(call, "draft"), hash=hash, reason=call.body.reason, by=call.acting)
    await call.node.writer.execute(call.book.approvals.give_back, returning)
    return Nothing()


_WAITING: Final = GOING | of(o.NotOfferedError, o.StaleError)
_TO: Final = {"recipient.unknown": 404, "recipient.not-admitted": 409}
ENDPOINTS: Final = (
    Endpoint(
        method="POST",
        path="/drafts/{draft}/submit",
        name="submitDraft",
        action=Action.DRAFT_SUBMIT,
        summary="Hand a draft in for approval.",
        handler=submit,
        answer=Approvals,
        once=True,
        matched=True,
        problems=GOING | _TO | of(d.ConflictError, composing.UnfitError),
    ),
    Endpoint(
        method="POST",
        path="/drafts/{draft}/recall",
        name="recallDraft",
        action=Action.DRAFT_SUBMIT,
        summary="Take back what waits for approval.",
        handler=recall,
        answer=Nothing,
        problems=GOING,
    ),
    Endpoint(
        method="POST",
        path="/drafts/{draft}/approve",
        name="approveDraft",
        action=None,
        summary="Approve exactly what has this hash; the last approval sends it.",
        handler=approve,
        body=Approved,
        answer=Approvals,
        once=True,
        problems=_WAITING | of(o.SamePersonError, sending.HeldError),
    ),
    Endpoint(
        method="POST",
        path="/drafts/{draft}/return",
        name="returnDraft",
        action=Action.DRAFT_RETURN,
        summary="Return a draft to its author, with a reason.",
        handler=give_back,
        body=Returned,
        answer=Nothing,
        problems=_WAITING | of(o.ReasonError),
    ),
)
