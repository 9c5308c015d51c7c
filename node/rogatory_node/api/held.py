"""What waits after a restore, and the officers' decisions on it (B.12.4).

* ``GET /held`` says which letters others ask back, which authorities have not given back what we lost, and which cases
  wait for them.
* ``POST /held/release`` gives back letters that an authority asked for, all or those named.
* ``POST /held/override`` lets the letters of a case go. With ``check`` both say only what they would do.
"""

from typing import Any, Final

from aiohttp import web

from rogatory_node.api.asking import case_of, members, octets, read, recipient, several, spelled, text
from rogatory_node.api.cases import who
from rogatory_node.api.context import Node, Problem, Route, acting, read_json, say
from rogatory_node.i18n import later
from rogatory_node.services import cases
from rogatory_node.services.releasing import MOST_SHOWN, Held, HeldCase, Override, Release, Releasing, Request, Waited
from rogatory_protocol.ids import Digest


def _releasing(node: Node) -> Releasing:
    return Releasing(wall=node.sending.wall)


async def held(node: Node, request: web.Request) -> web.Response:
    """Say what waits."""
    found: Held = await read(node, _releasing(node).held)
    return say(
        {
            "requests": [_request(node, each) for each in found.requests],
            "authorities": [_waited(node, each) for each in found.peers],
            "cases": [await _case(node, each) for each in found.cases],
        }
    )


def _request(node: Node, each: Request) -> dict[str, Any]:
    return {
        "letter": each.letter.hex(),
        "authority": who(node, each.peer),
        "outgoing": each.outgoing,
        "written": each.written,
        "asked": each.asked,
        "released": each.released,
    }


def _waited(node: Node, each: Waited) -> dict[str, Any]:
    return {"authority": who(node, each.peer), "since": each.since, "letters": each.letters}


async def _case(node: Node, each: HeldCase) -> dict[str, Any]:
    own_ref = await read(node, cases.reference, each.case)
    return {"case": each.case.hex(), "own_ref": own_ref, "letters": each.letters}


async def release(node: Node, request: web.Request) -> web.Response:
    """Give letters back to an authority that asked for them."""
    body, role = await read_json(request), acting(request)
    entry = recipient(node, await spelled(members(node), text(body, "to") or ""))
    named = {Digest(octets(each, 32, "letters")) for each in several(body, "letters", MOST_SHOWN)}
    found: Held = await read(node, _releasing(node).held)
    waiting = [each for each in found.requests if each.peer == entry.aid and each.released is None]
    chosen = [each for each in waiting if not named or each.letter in named]
    if not chosen or named - {each.letter for each in chosen}:
        what = later("This authority has not asked for such letters, or they are released already.")
        raise Problem(404, "release.none", what, later("See what waits: rogatory held"))
    if body.get("check") is not True:
        letters = tuple(each.letter for each in chosen)
        await node.writer.execute(_releasing(node).release, Release(peer=entry.aid, letters=letters, role=role))
    return say({"authority": who(node, entry.aid), "letters": [_request(node, each) for each in chosen]})


async def override(node: Node, request: web.Request) -> web.Response:
    """Let the letters of a case go before all is back."""
    body, role = await read_json(request), acting(request)
    case = await read(node, case_of, text(body, "case") or "")
    found: Held = await read(node, _releasing(node).held)
    others = await read(node, cases.Cases(me=node.own.aid).others, case)
    waited = [each.peer for each in found.peers if each.peer in others]
    if not waited:
        what = later("Nothing holds this case: no other party of it still has to give back what was lost.")
        raise Problem(409, "override.none", what, later("See what waits: rogatory held"))
    if body.get("check") is not True:
        await node.writer.execute(_releasing(node).override, Override(case=case, role=role))
        for aid in waited:
            node.wake(aid)
    own_ref = await read(node, cases.reference, case)
    return say({"case": case.hex(), "own_ref": own_ref, "authorities": [who(node, aid) for aid in waited]})


ROUTES: Final = (
    Route("GET", "/held", held),
    Route("POST", "/held/release", release),
    Route("POST", "/held/override", override),
)
