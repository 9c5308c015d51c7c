"""Running a registry: applications, and decisions that show their effect before they are made.

* ``preview`` and ``decisions`` take the same order; the second names the statement that the person was shown.
* On a node that is no registry every route says so.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from rogatory_node.api import asking
from rogatory_node.api.context import Node, Problem, Route, acting, read_json, say
from rogatory_node.i18n import later
from rogatory_node.registry.admitting import Admitting, AdmittingError, Application, Fault, Order, Preview
from rogatory_node.registry.fence import FenceError, State
from rogatory_node.transport.fetch import Fetcher, FetchError
from rogatory_protocol.decision import MAX_WHY_BYTES, Act
from rogatory_protocol.errors import RefusedError
from rogatory_protocol.ids import Aid, Digest, digits_of
from rogatory_protocol.statement_fields import MAX_ROLES

MIN_PREFIX: Final = 8

_FAULTS: Final[Mapping[Fault, tuple[int, str]]] = {
    Fault.UNKNOWN: (404, later("No authority of that name has applied or is in the log.")),
    Fault.STANDING: (409, later("As the authority stands now, this decision makes no sense.")),
    Fault.CHANGED: (409, later("Another statement of this authority has come since; look at it first.")),
    Fault.NOTHING: (409, later("Nothing would change: the authority is admitted by this statement already.")),
    Fault.ROLES: (409, later("The statement does not name these roles.")),
}

_FENCES: Final[Mapping[State, tuple[str, str]]] = {
    State.LISTENING: (
        later(
            "The registry has just started; for half a minute it signs nothing, so that members can say what they hold."
        ),
        later("Wait a moment, then decide again."),
    ),
    State.COMPARING: (
        later("Nothing is signed: too few members have said yet which head of our log they hold."),
        later(
            "Let members connect. If this is not a restored backup, or nobody has more than it: rogatory registry vouch"
        ),
    ),
    State.BEHIND: (
        later("Nothing is signed: somebody holds a larger log of ours. This copy is an old backup."),
        later("It is read back from members by itself; or name a copy: rogatory registry refill --from URL"),
    ),
}


def registry_of(node: Node) -> Admitting:
    """Return our registry.

    Raises:
        Problem: This node is none.
    """
    if node.registries.admitting is None:
        raise Problem(
            409, "no-registry", later("This node is no registry."),
            later("Found one: rogatory init --registry, in another home."),
        )  # fmt: skip
    return node.registries.admitting


async def state(node: Node, request: web.Request) -> web.Response:
    """Say how our log stands."""
    ours = registry_of(node)
    head = ours.log.head
    return say(
        {
            "aid": node.own.aid.hex(),
            "digits": digits_of(node.own.aid),
            "origin": None if head is None else head.origin,
            "size": 0 if head is None else head.size,
            "time": None if head is None else head.time,
            "applications": len(await ours.applications()),
            "signing": ours.log.fence.state.value,
            "agreed": ours.log.fence.agreed,
            "needed": ours.log.fence.needed,
            "shown": None if ours.log.fence.ahead is None else ours.log.fence.ahead.size,
        }
    )


async def applications(node: Node, request: web.Request) -> web.Response:
    """List the first statements that wait for a decision."""
    found = await registry_of(node).applications()
    # In a thread: digits are slow on purpose, and a thousand may wait.
    return say({"applications": await asyncio.to_thread(lambda: [_application(each) for each in found])})


async def preview(node: Node, request: web.Request) -> web.Response:
    """Say what a decision would do."""
    ours, body = registry_of(node), await read_json(request)
    return say(await _told(ours.preview(await _order(node, ours, body))))


async def decide(node: Node, request: web.Request) -> web.Response:
    """Make a decision and publish it."""
    ours, body = registry_of(node), await read_json(request)
    order = await _order(node, ours, body)
    if order.stmt is None:
        raise Problem(400, "field", later("“{name}” must be {digits} hexadecimal digits."), name="stmt", digits=64)
    return say(await _told(ours.decide(order, acting(request))))


async def vouch(node: Node, request: web.Request) -> web.Response:
    """Take a person's word that this copy of the log is the newest."""
    ours = registry_of(node)
    try:
        await ours.log.fence.vouch(acting(request))
    except FenceError as error:
        raise _unsigned(error) from None
    return await state(node, request)


async def refill(node: Node, request: web.Request) -> web.Response:
    """Read what our log lacks from a copy of it."""
    registry_of(node)
    keeping, url = node.registries.keeping, asking.text(await read_json(request), "url") or ""
    assert keeping is not None  # a registry has both
    async with Fetcher(node.config.proxy) as fetch:
        try:
            came = await keeping.refill(fetch, url.rstrip("/"))
        except FetchError as error:
            what = later("There is no copy of the log at {url} ({fault}).")
            raise Problem(409, "registry.no-copy", what, url=url, fault=error.fault.value) from None
        except RefusedError as refusal:
            what = later("What is at {url} does not continue our log (error {code}).")
            raise Problem(409, "registry.other-copy", what, url=url, code=int(refusal.code)) from None
    return say({"came": came, **json.loads((await state(node, request)).text or "{}")})


async def _told(work: Any) -> dict[str, Any]:
    try:
        return _shown(await work)
    except AdmittingError as error:
        status, what = _FAULTS[error.fault]
        raise Problem(status, f"registry.{error.fault.value}", what, later("See: rogatory directory")) from None
    except FenceError as error:
        raise _unsigned(error) from None
    except RefusedError as refusal:
        what = later("Every node would refuse this decision (error {code}).")
        raise Problem(409, "registry.refused", what, code=int(refusal.code)) from None


def _unsigned(error: FenceError) -> Problem:
    what, next_ = _FENCES[error.state]
    return Problem(409, f"registry.{error.state.value}", what, next_)


async def _order(node: Node, ours: Admitting, body: Mapping[str, Any]) -> Order:
    act = asking.text(body, "act")
    if act not in set(Act):
        raise Problem(400, "field", later("“{name}” must be one of: {words}"), name="act", words=", ".join(Act))
    why = asking.text(body, "why") or ""
    if len(why.encode()) > MAX_WHY_BYTES:
        raise Problem(400, "field", later("“{name}” is longer than {most} bytes."), name="why", most=MAX_WHY_BYTES)
    roles = None if body.get("roles") is None else tuple(map(str, asking.several(body, "roles", MAX_ROLES)))
    replaces = body.get("replaces")
    stmt = None if body.get("stmt") is None else Digest(asking.octets(body["stmt"], 32, "stmt"))
    return Order(
        act=Act(act),
        aid=await _named(node, ours, body.get("authority")),
        stmt=stmt,
        roles=roles,
        replaces=None if replaces is None else await _named(node, ours, replaces),
        why=why,
    )


async def _named(node: Node, ours: Admitting, word: object) -> Aid:
    """Return the authority that a word names among those in the log and those that applied."""
    countries = {each.aid: each.listing.cc for each in node.trust.entries()}
    countries |= {each.statement.aid: each.statement.content.cc for each in await ours.applications()}
    text = await asking.spelled(countries, word)
    found = [aid for aid in countries if len(text) >= MIN_PREFIX and aid.hex().startswith(text.lower())]
    found = found or [aid for aid, cc in countries.items() if cc == text.upper()]
    if len(found) == 1:
        return found[0]
    if not found:
        raise Problem(404, "registry.unknown", _FAULTS[Fault.UNKNOWN][1], later("See: rogatory registry applications"))
    listed = ", ".join(aid.hex()[:16] for aid in found[:10])
    what = later("Several authorities fit “{word}”: {candidates}")
    raise Problem(409, "registry.ambiguous", what, later("Name one by its digits."), word=text, candidates=listed)


def _application(each: Application) -> dict[str, Any]:
    content = each.statement.content
    return {
        "aid": each.statement.aid.hex(),
        "digits": digits_of(each.statement.aid),
        "name": dict(content.name),
        "cc": content.cc,
        "roles": list(content.roles),
        "statement": each.statement.digest.hex(),
        "exp": content.exp,
        "received_at": each.received_at,
    }


def _shown(preview: Preview) -> dict[str, Any]:
    decision, content = preview.decision, preview.statement.content
    return {
        "act": decision.act.value,
        "aid": decision.aid.hex(),
        "digits": preview.digits,
        "name": dict(content.name),
        "cc": decision.cc,
        "roles": list(decision.roles),
        "stmt": decision.stmt.hex(),
        "ver": content.ver,
        "exp": content.exp,
        "ts": decision.ts,
        "why": decision.why,
        "before": None if preview.before is None else preview.before.value,
        "after": preview.after.value,
        "second": list(preview.second),
        "replaced": preview.replaced,
        "outside": preview.outside,
    }


ROUTES: Final = (
    Route("GET", "/registry", state),
    Route("GET", "/registry/applications", applications),
    Route("POST", "/registry/preview", preview),
    Route("POST", "/registry/decisions", decide),
    Route("POST", "/registry/vouch", vouch),
    Route("POST", "/registry/refill", refill),
)
