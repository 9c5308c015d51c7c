"""The custody of evidence, for programs: the items of a case, their chain, notes, and erasing."""

from typing import Annotated, Any, Final

import msgspec

from rogatory_node.api.asking import case_of, read
from rogatory_node.api.custody import custody_of, erased, noted, problem_of, told
from rogatory_node.api.offnetwork import outside
from rogatory_node.api.v1.endpoint import Call, Endpoint, Model
from rogatory_node.casebook.actors import ActorError
from rogatory_node.casebook.custody import Erasing, Noting
from rogatory_node.casework.custody.actions import MAX_WORDS
from rogatory_node.casework.roles import Action
from rogatory_node.services.reading import Opening, Reading
from rogatory_protocol.ids import Digest

Word = Annotated[str, msgspec.Meta(max_length=MAX_WORDS)]
_PROBLEMS: Final = {
    "case.unknown": 404,
    "case.ambiguous": 409,
    "custody.item": 404,
    "custody.note": 422,
    "custody.held": 409,
    "custody.owed": 409,
    "custody.travelling": 409,
}


class Chain(Model):
    """Items of evidence and their chain, as both authorities see it, with the notes of this one."""

    case: str
    items: list[dict[str, Any]]
    chain: list[dict[str, Any]]


class Note(Model):
    """What was done: ``item`` is a key of the chain, ``all``, or absent for an object that is entered."""

    action: Annotated[str, msgspec.Meta(max_length=64)]
    item: Annotated[str, msgspec.Meta(max_length=64)] = ""
    at: Annotated[int, msgspec.Meta(ge=0, le=2**40)] | None = None
    words: dict[str, Word] = msgspec.field(default_factory=dict)


class Noted(Model):
    """Which item the note is about."""

    case: str
    item: str


class Why(Model):
    """Why an item is erased."""

    item: Annotated[str, msgspec.Meta(max_length=64)]
    why: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_WORDS)]


async def custody(call: Call) -> Chain:
    """Return items and chain of a case."""
    case = await read(call.node, case_of, call.path["case"])
    try:
        view, who = await read(call.node, custody_of(call.node).seen, case, call.acting)
    except ActorError as error:
        raise problem_of(error) from None
    own = call.node.own.aid.hex()
    came = tuple(Digest(bytes.fromhex(each.letter)) for each in view.links if each.action == "sent" and each.by != own)
    if came:
        opening = Opening(letters=tuple(dict.fromkeys(came)), role=who)
        await call.node.writer.execute(Reading(sealer=call.node.own.sealer).opened, opening)
    return Chain(case=case.hex(), **told(call.node, view, await outside(call.node)))


async def note(call: Call) -> Noted:
    """Note what was done to an item."""
    case, body = await read(call.node, case_of, call.path["case"]), call.body
    command = Noting(case=case, item=body.item, action=body.action, at=body.at, words=body.words, by=call.acting)
    return Noted(case=case.hex(), item=await noted(call.node, command))


async def erase(call: Call) -> Noted:
    """Have an item erased."""
    case = await read(call.node, case_of, call.path["case"])
    await erased(call.node, Erasing(case=case, item=call.body.item, why=call.body.why, by=call.acting))
    return Noted(case=case.hex(), item=call.body.item)


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/cases/{case}/custody",
        name="getCustody",
        action=Action.CASE_READ,
        summary="Items of evidence of a case and their chain of custody.",
        handler=custody,
        answer=Chain,
        problems={"case.unknown": 404, "case.ambiguous": 409},
    ),
    Endpoint(
        method="POST",
        path="/cases/{case}/custody",
        name="noteCustody",
        action=Action.EVIDENCE_HANDLE,
        summary="Note what was done to an item of evidence.",
        handler=note,
        body=Note,
        answer=Noted,
        status=201,
        problems=_PROBLEMS,
    ),
    Endpoint(
        method="POST",
        path="/cases/{case}/custody/erase",
        name="eraseEvidence",
        action=Action.EVIDENCE_HANDLE,
        summary="Erase an item of evidence, for a reason; what proves that it was here stays.",
        handler=erase,
        body=Why,
        answer=Noted,
        problems=_PROBLEMS,
    ),
)
