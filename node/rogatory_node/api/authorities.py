"""The directory of competent authorities on the socket: finding, showing, editing, taking files, reading tables.

* Looking up asks nobody: everything is in what this node took.
* ``edit`` signs an entry as this authority; ``table`` signs many as a registry, all or none.
* What a file or a table would bring is shown first; then it is taken.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

import msgspec
from aiohttp import web

from rogatory_node.api.context import Node, Problem, Route, acting, say
from rogatory_node.api.law import body_of, listed, refuse, signed_by, taking
from rogatory_node.casebook import authorities as book
from rogatory_node.casebook import publications as pub
from rogatory_node.casework.authorities import competence, directory, table, telling
from rogatory_node.casework.authorities import entry as e
from rogatory_node.casework.authorities.directory import Listed, Query
from rogatory_node.casework.authorities.entry import Entry, EntryError, Function
from rogatory_node.casework.lines import Table
from rogatory_node.i18n import later
from rogatory_protocol.limits import MIB

MOST: Final = 500
_MAX_SHOWN_FAULTS: Final = 100
_MAX_TOGETHER_BYTES: Final = 128 * MIB  # five thousand entries, in hexadecimal digits
_MAX_TABLE_BYTES: Final = 16 * MIB


async def search(node: Node, request: web.Request) -> web.Response:
    """Find entries; with ``type``, those of a State that are competent for it, the fittest first."""
    asked = request.query
    query = Query(
        state=asked.get("state"),
        function=function_of(asked.get("function")),
        instrument=asked.get("instrument"),
        language=asked.get("language"),
        words=asked.get("words"),
        network=asked.get("network"),
    )
    today = today_of(node)
    if asked.get("type"):
        found = list(competence.competent(await known(node), asked.get("state", ""), asked["type"]))
    else:
        found = list(await asyncio.to_thread(directory.search, await known(node), query))
    if asked.get("due"):
        found = [each for each in found if directory.due(each, today) is not directory.Due.FRESH]
    return say({"authorities": [telling.short(each, today) for each in found[:MOST]], "count": len(found)})


async def show(node: Node, request: web.Request) -> web.Response:
    """Show an entry, in each voice in which it was said."""
    wanted = request.match_info["id"]
    found = [each for each in await known(node) if each.entry.id == wanted]
    if not found:
        raise unknown(wanted)
    return say({"entries": [telling.whole(each, today_of(node)) for each in directory.search(found, Query())]})


async def edit(node: Node, request: web.Request) -> web.Response:
    """Sign an entry as this authority and take it."""
    entry = own_entry(node, await body_of(request))
    news = await sign_and_take(node, [entry], acting(request))
    return say({"id": entry.id, "news": bool(news)})


async def preview(node: Node, request: web.Request) -> web.Response:
    """Say what a file of entries would bring."""
    found = await _opened(node, await body_of(request, _MAX_TOGETHER_BYTES))
    return say(_brought(node, found))


async def take(node: Node, request: web.Request) -> web.Response:
    """Take a file of entries, whole or not at all."""
    found, who = await _opened(node, await body_of(request, _MAX_TOGETHER_BYTES)), acting(request)
    await _take(node, [taking(node, each, who) for each in found.news])
    return say(_brought(node, found))


async def preview_table(node: Node, request: web.Request) -> web.Response:
    """Say what a table of entries would bring, or which of its lines cannot be read."""
    found = await _tabled(node, await body_of(request, _MAX_TABLE_BYTES))
    faults = [
        {"line": each.line, "text": each.text, "args": dict(each.args)} for each in found.faults[:_MAX_SHOWN_FAULTS]
    ]
    return say({**await _of_table(node, found.entries), "faults": faults, "wrong": len(found.faults)})


async def take_table(node: Node, request: web.Request) -> web.Response:
    """Sign the entries of a table as a registry and take them, whole or not at all."""
    found = await _tabled(node, await body_of(request, _MAX_TABLE_BYTES))
    if found.faults:
        what = later("Nothing was taken: {count} lines cannot be read.")
        raise Problem(422, "authorities.table", what, count=len(found.faults))
    told = await _of_table(node, found.entries)
    await sign_and_take(node, found.entries, acting(request))
    return say(told)


async def export(node: Node, request: web.Request) -> web.StreamResponse:
    """Give all entries that were published, in one file for others to take."""
    raws = await listed(node, pub.ENTRY)
    whole = await asyncio.to_thread(book.together, raws)
    response = web.StreamResponse()
    await response.prepare(request)
    for begin in range(0, len(whole), MIB):
        await response.write(whole[begin : begin + MIB])
    await response.write_eof()
    return response


# --- For the interface for programs -----------------------------------------------------------------------------------


async def known(node: Node) -> tuple[Listed, ...]:
    """Return the directory."""
    return await asyncio.to_thread(book.listed, await listed(node, pub.ENTRY))


def today_of(node: Node) -> date:
    """Return the day, by the node's clock."""
    return datetime.fromtimestamp(node.trust.now(), UTC).date()


def function_of(word: str | None) -> Function | None:
    """Return a function.

    Raises:
        Problem: There is none of that name.
    """
    if word is None:
        return None
    try:
        return Function(word)
    except ValueError:
        what, then = later("There is no function “{word}”."), later("There are: {known}")
        raise Problem(422, "authorities.function", what, then, word=word[:60], known=", ".join(Function)) from None


def own_entry(node: Node, raw: bytes) -> Entry:
    """Read an entry that this authority is to say.

    Raises:
        Problem: It is no entry, or another authority's.
    """
    try:
        entry = e.read(raw)
    except EntryError as error:
        what = later("This is no entry that this program can read: {where}")
        raise Problem(422, "authorities.entry", what, where=error.where) from None
    registry = node.registries.admitting is not None
    if entry.aid is None and not registry:
        entry = msgspec.structs.replace(entry, aid=node.own.aid.hex())
    if directory.voice_of(entry, node.own.aid.hex(), registry=registry) is None:
        raise Problem(409, "authorities.foreign", later("This entry is another authority's; only that one edits it."))
    if entry.aid is not None and entry.state != node.own.statement.content.cc:
        raise Problem(409, "authorities.state", later("This entry is of another State than this authority."))
    return entry


async def sign_and_take(node: Node, entries: Sequence[Entry], who: str) -> int:
    """Sign entries and take them, whole or not at all; return how many were news.

    Raises:
        Problem: Another was signed meanwhile.
    """
    raws = await listed(node, pub.ENTRY)
    signed = await asyncio.to_thread(_sign, node, entries, raws)
    return await _take(node, [taking(node, each, who) for each in signed])


def unknown(word: str) -> Problem:
    """Say that there is no such entry."""
    what, then = later("The directory has no entry “{word}”."), later("Look for it: rogatory authorities search")
    return Problem(404, "authorities.unknown", what, then, word=word[:64])


# --- Inside -----------------------------------------------------------------------------------------------------------


async def _opened(node: Node, raw: bytes) -> book.Sorted:
    raws = await listed(node, pub.ENTRY)
    try:
        return await asyncio.to_thread(lambda: book.opened(node.trust, raw, book.held(raws)))
    except pub.PublicationError as error:
        refuse(error)


async def _take(node: Node, takings: Sequence[pub.Taking]) -> int:
    if not takings:
        return 0
    try:
        return await node.writer.execute(pub.Publications().take_together, takings)
    except pub.PublicationError as error:
        refuse(error)


def _sign(node: Node, entries: Sequence[Entry], raws: Sequence[bytes]) -> list[pub.Signed]:
    held = book.held(raws)
    versions = [(entry, book.next_version(held, node.own.aid, entry)) for entry in entries]
    return [
        signed_by(node, pub.ENTRY, entry.id, version, e.written(entry))
        for entry, version in versions
        if version is not None
    ]


def _brought(node: Node, found: book.Sorted) -> dict[str, Any]:
    entries = [e.read(each.said.content) for each in found.news]
    shown = [{"id": each.id, "state": each.state, "names": dict(each.names)} for each in entries[:MOST]]
    return {"entries": shown, "count": len(entries), "known": found.known}


async def _tabled(node: Node, raw: bytes) -> Table[Entry]:
    if node.registries.admitting is None:
        raise Problem(409, "no-registry", later("This node is no registry."))
    return await asyncio.to_thread(table.read, raw)


async def _of_table(node: Node, entries: Sequence[Entry]) -> dict[str, Any]:
    held = await asyncio.to_thread(book.held, await listed(node, pub.ENTRY))
    news = [each for each in entries if book.next_version(held, node.own.aid, each) is not None]
    shown = [{"id": each.id, "state": each.state, "names": dict(each.names)} for each in news[:MOST]]
    return {"entries": shown, "count": len(news), "known": len(entries) - len(news)}


ROUTES: Final = (
    Route("GET", "/authorities", search),
    Route("GET", "/authorities/export", export),
    Route("GET", "/authorities/entries/{id}", show),
    Route("POST", "/authorities/edit", edit),
    Route("POST", "/authorities/preview", preview),
    Route("POST", "/authorities/import", take),
    Route("POST", "/authorities/table/preview", preview_table),
    Route("POST", "/authorities/table", take_table),
)
