"""Statistics over the socket: a period's report, the open cases with a partner, a digest entry, and a network's sums.

* What leaves for others is counts of one column at a time with small ones hidden, signed by this authority.
* Sums for a network are made of such signed counts only; whose they are is verified before they are added.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from rogatory_node.api.asking import case_of, number, read
from rogatory_node.api.book import authority
from rogatory_node.api.cases import who
from rogatory_node.api.context import Node, Problem, Route, read_json, say
from rogatory_node.api.law import refuse, signed_by
from rogatory_node.casebook import counted
from rogatory_node.casebook import publications as pub
from rogatory_node.casebook.inbox import Inbox
from rogatory_node.casework.statistics import digest, network
from rogatory_node.casework.statistics.report import report
from rogatory_node.i18n import later
from rogatory_protocol.ids import Aid

MOST_MEMBERS: Final = 300
_MOST_SECONDS: Final = 2**40


async def statistics(node: Node, request: web.Request) -> web.Response:
    """Return the report of a period. Query: ``begin`` and ``end`` in Unix seconds, ``with`` for one partner."""
    word = request.query.get("with")
    partner = None if word is None else authority(node, word)
    told = await made(node, request.query, partner)
    told["partners"] = {aid: who(node, Aid(bytes.fromhex(aid))) for aid in told["by"]["counterpart"]}
    return say(told)


async def made(node: Node, query: Mapping[str, object], partner: Aid | None = None) -> dict[str, Any]:
    """Return the report of a period.

    Raises:
        Problem: The period is none.
    """
    begin = number(query.get("begin"), "begin", 0, _MOST_SECONDS)
    end = number(query.get("end"), "end", begin, _MOST_SECONDS)
    found = await counted.tally(node.readers, begin=begin, end=end, now=node.trust.now(), counterpart=partner)
    return await asyncio.to_thread(report, found, begin=begin, end=end)


async def open_cases(node: Node, request: web.Request) -> web.Response:
    """List the open cases with a partner. Query: ``with``."""
    partner = authority(node, request.query.get("with", ""))
    inbox = Inbox(sealer=node.own.sealer)
    found = await read(node, lambda connection: list(counted.open_with(connection, inbox, partner)))
    return say(
        {
            "with": who(node, partner),
            "cases": [
                {
                    "case": each.case.hex(),
                    "reference": each.reference,
                    "direction": "asked" if each.side == "R" else "received",
                    "type": each.type,
                    "state": each.state,
                    "grade": each.grade,
                    "opened_at": each.opened_at,
                    "due_at": each.due_at,
                    "attention": each.attention,
                    "summary": each.summary,
                }
                for each in found
            ],
        }
    )


async def entry(node: Node, request: web.Request) -> web.Response:
    """Return the anonymous entry of a case for a digest. Query: ``case``."""
    case = await read(node, case_of, request.query.get("case", ""))
    found = await read(node, counted.measures, case)
    if not found:
        raise Problem(409, "no-request", later("The case holds no request of ours or to us."))
    return say(digest.entry(found))


async def share(node: Node, request: web.Request) -> web.Response:
    """Sign what others may see of a period. Body: ``begin``, ``end``."""
    body = await read_json(request)
    told = network.shareable(await made(node, body))
    content = json.dumps(told, separators=(",", ":"), sort_keys=True).encode()
    signed = signed_by(node, pub.STATISTICS, f"{told['from']}-{told['to']}", max(node.trust.now(), 1), content)
    return say({"shared": told, "publication": signed.raw.hex()})


async def together(node: Node, request: web.Request) -> web.Response:
    """Add up what members signed for one period. Body: ``publications``, each in hexadecimal digits."""
    body = await read_json(request)
    given = body.get("publications")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_MEMBERS:
        what = later("“{name}” must be a list of at most {most}.")
        raise Problem(400, "field", what, name="publications", most=MOST_MEMBERS)
    members = {}
    for each in given:
        signed = _verified(node, each)
        if signed.said.issuer in members:
            what = later("Two files are of one authority: {who}")
            raise Problem(409, "twice", what, who=signed.said.issuer.hex()[:16])
        members[signed.said.issuer] = _counts(signed.said.content)
    try:
        added = network.together(members.values())
    except ValueError as error:
        what = later("The files are not counts of one period.")
        raise Problem(422, f"statistics.{error}", what) from None
    return say({**added, "from_members": [who(node, aid) for aid in members]})


def _verified(node: Node, given: object) -> pub.Signed:
    try:
        raw = bytes.fromhex(given) if isinstance(given, str) else b""
        return pub.opened(node.trust, raw, pub.STATISTICS)
    except ValueError:
        raise Problem(400, "field", later("“{name}” must be text."), name="publications") from None
    except pub.PublicationError as error:
        refuse(error)


def _counts(content: bytes) -> dict[str, Any]:
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        told = None
    return told if isinstance(told, dict) else {}


ROUTES: Final = (
    Route("GET", "/book/statistics", statistics),
    Route("GET", "/book/statistics/open", open_cases),
    Route("GET", "/book/statistics/digest", entry),
    Route("POST", "/book/statistics/share", share),
    Route("POST", "/book/statistics/together", together),
)
