"""The book of cases over the socket, for commands: the same lists, search and case as for programs.

* The operator of the node sees the whole book, as he sees letters: who may open the socket holds the keys anyway.
* Authorities are told by name beside their digits, so that the command needs no directory.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from aiohttp import web

from rogatory_node.api.asking import case_of, read, recipient
from rogatory_node.api.cases import who
from rogatory_node.api.context import Node, Problem, Route, say
from rogatory_node.api.v1.cases import CasesAsked, lines, told
from rogatory_node.casebook.offnetwork import OffNetwork, Partner
from rogatory_node.casebook.showing import NotYetError, whole
from rogatory_node.i18n import SOURCE, later
from rogatory_protocol.ids import Aid

_AID_BYTES: Final = 32


async def cases(node: Node, request: web.Request) -> web.Response:
    """List or search cases. Query: that of the interface for programs, and ``with`` for an authority."""
    given = dict(request.query)
    word = given.pop("with", None)
    if word is not None:
        given["counterpart"] = authority(node, word).hex()
    try:
        asked = msgspec.convert(given, CasesAsked, strict=False)
    except msgspec.ValidationError as error:
        raise Problem(400, "query", later("The query is not as it should be."), errors=str(error)) from None
    found = msgspec.to_builtins(await read(node, lines, node, asked))
    outside = await _outside(node)
    return say({"cases": [_named(node, each, outside) for each in found["cases"]], "next": found["next"]})


async def case(node: Node, request: web.Request) -> web.Response:
    """Show one case. Query: ``case``."""
    identifier = await read(node, case_of, request.query.get("case", ""))
    try:
        found = await read(node, whole, node.own.sealer, identifier)
    except NotYetError as error:
        raise Problem(409, error.code, later("The book has not read this case yet."), later("Try again.")) from None
    shown = msgspec.to_builtins(told(found))
    outside = await _outside(node)
    shown["line"] = _named(node, shown["line"], outside)
    for each in shown["requests"]:
        each["from"], each["to"] = (_who(node, each[name], outside) for name in ("sender", "recipient"))
    return say({**shown, "me": node.own.aid.hex()})


def authority(node: Node, word: str) -> Aid:
    """Return the authority that a word names; digits name one that the directory no longer holds, too.

    Raises:
        Problem: None or several are called so.
    """
    try:
        raw = bytes.fromhex(word)
    except ValueError:
        raw = b""
    return Aid(raw) if len(raw) == _AID_BYTES else recipient(node, word).aid


Outside = Mapping[str, Partner]
"""Partners that are not on the network, by the digits that stand for them."""


async def _outside(node: Node) -> Outside:
    book = OffNetwork(me=node.own.aid, sealer=node.own.sealer)
    return {each.id.hex(): each for each in await read(node, book.listed)}


def _who(node: Node, digits: str, outside: Outside) -> dict[str, Any]:
    found = outside.get(digits)
    if found is None:
        return who(node, Aid(bytes.fromhex(digits)))
    return {"aid": digits, "cc": found.cc, "name": {SOURCE: found.name}, "self": False}


def _named(node: Node, each: dict[str, Any], outside: Outside) -> dict[str, Any]:
    other = each["counterpart"]
    return each | {"counterpart": None if other is None else _who(node, other, outside)}


ROUTES: Final = (
    Route("GET", "/book/cases", cases),
    Route("GET", "/book/case", case),
)
