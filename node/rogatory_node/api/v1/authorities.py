"""The directory of competent authorities for programs: finding, describing, and editing the own entries."""

import asyncio
from datetime import date
from typing import Any, Final

import msgspec

from rogatory_node.api import authorities as socket
from rogatory_node.api.context import Problem
from rogatory_node.api.v1.endpoint import Answer, Call, Endpoint, Model
from rogatory_node.casebook import actors
from rogatory_node.casework.authorities import directory, telling
from rogatory_node.casework.authorities import entry as e
from rogatory_node.casework.authorities.entry import Entry, Function
from rogatory_node.casework.roles import Action
from rogatory_node.i18n import later


class SearchQuery(Model):
    """What is looked for; what is not said makes no difference."""

    state: str | None = None
    function: Function | None = None
    instrument: str | None = None
    language: str | None = None
    words: str | None = None
    network: str | None = None


class Short(Model):
    """An entry in short. ``voice``: itself, secretariat or practice; ``due``: fresh, soon or overdue."""

    id: str
    state: str
    kind: str
    names: dict[str, str]
    functions: list[str]
    languages: list[str]
    phone: str | None
    urgent_phone: str | None
    aid: str | None
    voice: str
    issuer: str | None
    verified_on: date
    verified_by: str
    due: str


class Authorities(Model):
    """What was found, at most 500, by State; ``count``: all that fit."""

    authorities: list[Short]
    count: int


class Whole(Short):
    """An entry with all that it says."""

    version: int
    signed_at: int
    digest: str
    entry: dict[str, Any]


class Entries(Model):
    """An entry in each voice in which it was said, that of the authority itself first."""

    entries: list[Whole]


class Edited(Model):
    """What became of an edit; ``news``: false when the entry was held as it is."""

    id: str
    news: bool


async def search(call: Call) -> Authorities:
    """Find entries."""
    query = directory.Query(**msgspec.structs.asdict(call.query))
    found = await asyncio.to_thread(directory.search, await socket.known(call.node), query)
    today = socket.today_of(call.node)
    told = [telling.short(each, today) for each in found[: socket.MOST]]
    return msgspec.convert({"authorities": told, "count": len(found)}, Authorities)


async def show(call: Call) -> Answer:
    """Describe an entry."""
    wanted, today = call.path["id"], socket.today_of(call.node)
    found = [each for each in await socket.known(call.node) if each.entry.id == wanted]
    if not found:
        raise socket.unknown(wanted)
    told = [telling.whole(each, today) for each in directory.search(found, directory.Query())]
    return Answer(value=msgspec.convert({"entries": told}, Entries))


async def edit(call: Call) -> Edited:
    """Sign an entry as this authority."""
    if call.body.id != call.path["id"]:
        raise Problem(409, "authorities.id", later("The entry has another identifier than the address."))
    entry = socket.own_entry(call.node, e.written(call.body))
    permit = actors.require(call.actor, Action.DIRECTORY_MANAGE)
    who = actors.event("entry.taken", call.actor, role=permit.role).who
    news = await socket.sign_and_take(call.node, [entry], who)
    return Edited(id=entry.id, news=bool(news))


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/authorities",
        name="listAuthorities",
        action=Action.DIRECTORY_READ,
        summary="Find competent authorities.",
        handler=search,
        query=SearchQuery,
        answer=Authorities,
    ),
    Endpoint(
        method="GET",
        path="/authorities/{id}",
        name="getAuthority",
        action=Action.DIRECTORY_READ,
        summary="Describe a competent authority.",
        handler=show,
        answer=Entries,
        problems={"authorities.unknown": 404},
    ),
    Endpoint(
        method="PUT",
        path="/authorities/{id}",
        name="editAuthority",
        action=Action.DIRECTORY_MANAGE,
        summary="Sign an entry as this authority.",
        handler=edit,
        body=Entry,
        answer=Edited,
        problems={
            "authorities.id": 409,
            "authorities.foreign": 409,
            "authorities.state": 409,
            "publication.older": 409,
            "publication.two": 409,
        },
    ),
)
