"""The book of cases over the socket, for commands: the same lists, search and case as for programs.

* The operator of the node sees the whole book, as he sees letters: who may open the socket holds the keys anyway.
* Authorities are told by name beside their digits, so that the command needs no directory.
"""

from typing import Any, Final

import msgspec
from aiohttp import web

from rogatory_node.api.asking import case_of, read, recipient
from rogatory_node.api.context import Node, Problem, Route, say
from rogatory_node.api.offnetwork import Outside, outside, who_is
from rogatory_node.api.v1.cases import CasesAsked, lines, told
from rogatory_node.casebook.showing import NotYetError, whole
from rogatory_node.i18n import later
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
    strangers = await outside(node)
    return say({"cases": [_named(node, each, strangers) for each in found["cases"]], "next": found["next"]})


async def case(node: Node, request: web.Request) -> web.Response:
    """Show one case. Query: ``case``."""
    identifier = await read(node, case_of, request.query.get("case", ""))
    try:
        found = await read(node, whole, node.own.sealer, identifier)
    except NotYetError as error:
        raise Problem(409, error.code, later("The book has not read this case yet."), later("Try again.")) from None
    shown = msgspec.to_builtins(told(found))
    strangers = await outside(node)
    shown["line"] = _named(node, shown["line"], strangers)
    for each in shown["requests"]:
        each["from"], each["to"] = (who_is(node, each[name], strangers) for name in ("sender", "recipient"))
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


def _named(node: Node, each: dict[str, Any], strangers: Outside) -> dict[str, Any]:
    other = each["counterpart"]
    return each | {"counterpart": None if other is None else who_is(node, other, strangers)}


ROUTES: Final = (
    Route("GET", "/book/cases", cases),
    Route("GET", "/book/case", case),
)
