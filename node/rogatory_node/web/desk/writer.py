"""The request writer: which drafts there are, a new one, and its list of tasks.

* First what is needed, then which State; then one topic a page, in any order.
* A new draft already holds what this node knows: who asks, in which language, on which day.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from rogatory_keys.directory import Entry
from rogatory_node.casebook.actors import ActorError
from rogatory_node.casebook.drafting import ConflictError, Content, Draft, DraftError, DraftState
from rogatory_node.casebook.drafts import Creating, Discarding
from rogatory_node.casework.roles import Action
from rogatory_node.casework.types.catalogue import GROUPS, RequestType, type_of, types
from rogatory_node.i18n import later
from rogatory_node.services.recipients import NotAdmittedError, RecipientAmbiguousError, RecipientUnknownError, resolve
from rogatory_node.web.desk import drafting, rendering, telling
from rogatory_node.web.desk.context import AGAIN, NOT_YOURS, Ask, Refused, nothing_here
from rogatory_node.web.desk.rendering import own_name
from rogatory_node.web.desk.serving import see_other

STATES: Final = {
    DraftState.OPEN: later("Being written"),
    DraftState.OFFERED: later("Waits for approval"),
}
CHANGED: Final = later("Somebody else saved this draft meanwhile.")


async def show(ask: Ask) -> web.StreamResponse:
    """List the drafts that a person may read."""
    found: list[Draft] = await ask.desk.read(drafting.drafts(ask).listed, ask.acting)
    lines = [
        {
            "path": f"/drafts/{each.id.hex()}",
            "type": telling.type_name(ask, each.type),
            "state": STATES.get(each.state, each.state.value),
            "grade": telling.grade(ask, each.grade or "ROUTINE"),
            "changed_at": each.changed_at,
            "approves": each.state is DraftState.OFFERED and Action.DRAFT_APPROVE in ask.actions,
        }
        for each in found
    ]
    return rendering.page(ask, "drafts.html", lines=lines, writes=Action.DRAFT_CREATE in ask.actions)


async def choose(ask: Ask) -> web.StreamResponse:
    """Ask what is needed; with a type, which State."""
    word = ask.query("type")
    if word is None:
        groups = [(title, [each for each in types() if each.group == group]) for group, title in GROUPS.items()]
        return rendering.page(ask, "draft_type.html", groups=groups)
    return _state(ask, _type(word))


def _state(ask: Ask, kind: RequestType, wrong: str = "") -> web.StreamResponse:
    known = [entry for entry in ask.desk.trust.entries() if entry.aid != ask.desk.own.aid and _admitted(entry)]
    told = sorted((telling.authority(ask, entry.aid), entry.aid.hex()) for entry in known)
    return rendering.page(ask, "draft_state.html", 422 if wrong else 200, kind=kind, authorities=told, wrong=wrong)


def _admitted(entry: Entry) -> bool:
    return entry.standing.value == "admitted"


def _type(word: str) -> RequestType:
    found = type_of(word)
    if not isinstance(found, RequestType):
        raise nothing_here()
    return found


async def begin(ask: Ask) -> web.StreamResponse:
    """Begin a draft."""
    kind = _type(ask.field("type"))
    try:
        to = resolve(ask.desk.trust.entries(), ask.field("to"))
    except (RecipientUnknownError, RecipientAmbiguousError, NotAdmittedError):
        return _state(ask, kind, later("Choose the authority that is asked."))
    content = Content(form=drafting.form_bytes(_first(ask, kind)), to=(to.aid,), lang=ask.language)
    try:
        made = await ask.desk.write(drafting.drafts(ask).create, Creating(content=content, by=ask.acting))
    except (ActorError, DraftError):
        raise Refused(403, NOT_YOURS) from None
    return see_other(f"/drafts/{made.id.hex()}")


def _first(ask: Ask, kind: RequestType) -> dict[str, Any]:
    """Return what this node knows before the first question."""
    today = datetime.fromtimestamp(ask.desk.wall(), UTC).date()
    return {
        "kind": "request",
        "type": kind.code,
        "language": ask.language,
        "date": today.isoformat(),
        "requesting_authority": {"name": own_name(ask), "person": ask.name},
    }


async def tasks(ask: Ask) -> web.StreamResponse:
    """Show what is to be done in a draft."""
    written = await drafting.of(ask)
    found = drafting.findings(ask, written)
    return rendering.page(
        ask,
        "draft.html",
        draft=written.draft,
        kind=written.kind,
        to=[telling.authority(ask, aid) for aid in written.content.to],
        tasks=drafting.progress(written, found),
        files=len(written.content.entries),
        state=STATES.get(written.draft.state, ""),
        editable=drafting.editable(written),
        returned=await ask.desk.read(ask.desk.approvals.returned, written.draft.id),
        discards=written.draft.author in (ask.actor.selves if ask.actor else ()),
    )


async def discard(ask: Ask) -> web.StreamResponse:
    """Give a draft up."""
    written = await drafting.of(ask)
    discarding = Discarding(draft=written.draft.id, version=written.draft.version, by=ask.acting)
    try:
        gone = await ask.desk.write(drafting.drafts(ask).discard, discarding)
    except ConflictError:
        raise Refused(409, CHANGED, AGAIN) from None
    except (ActorError, DraftError):
        raise Refused(403, NOT_YOURS) from None
    for name in gone.erase:
        await asyncio.to_thread(ask.desk.blobs.erase, name)
    return see_other("/drafts")


async def ask_discard(ask: Ask) -> web.StreamResponse:
    """Ask whether a draft is to be given up."""
    return rendering.page(ask, "draft_discard.html", written=await drafting.of(ask))
