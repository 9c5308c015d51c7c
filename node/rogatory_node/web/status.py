"""The status page: a read-only glance at what passes, without a word of any letter.

* It reads what `services.watching` gives and nothing else; there is no form and no script, and a strict policy says so.
* It renews itself every second, so that an exchange can be watched as it happens.
* It is off unless the configuration asks for it: even who writes to whom is nobody's business without need.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib import resources
from typing import Final

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node.i18n import direction, later, translate
from rogatory_node.services.watching import Passing, passing

REFRESH_SECONDS: Final = 1
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

# Level -> what an officer calls it.
LEVELS: Final[Mapping[int, str]] = {
    30: later("stored"),
    35: later("stored with all attachments"),
    40: later("taken by a person"),
    50: later("accepted"),
    51: later("declined"),
    90: later("refused by the system"),
    91: later("not acknowledged in time"),
}
STATES: Final[Mapping[str, str]] = {
    "queued": later("waiting"),
    "stored": later("delivered"),
    "complete": later("delivered with all attachments"),
    "incomplete": later("attachments missing"),
    "rejected": later("rejected"),
    "expired": later("expired"),
}
URGENCIES: Final = (later("routine"), later("priority"), later("time critical"), later("emergency"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the page needs of the node.

    Attributes:
        title: The authority's name, in the language of the node.
        language: The language of the page.
        readers: The database.
        name_of: The name of an authority, or its number when the directory has none.
    """

    title: str
    language: str
    readers: AsyncEngine
    name_of: Callable[[bytes], str]


def add(app: web.Application, seen: Seen) -> None:
    """Add the page and its style sheet to the application of the desk port."""
    templates = Environment(
        loader=PackageLoader("rogatory_node.web"), autoescape=select_autoescape(), undefined=StrictUndefined
    )
    page = templates.get_template("status.html")
    style = resources.files("rogatory_node.web").joinpath("static/status.css").read_text(encoding="utf-8")

    async def show(request: web.Request) -> web.Response:
        async with seen.readers.connect() as connection:
            rows = await connection.run_sync(passing)
        text = page.render(
            rows=[_row(row, seen) for row in rows],
            title=seen.title,
            language=seen.language,
            direction=direction(seen.language),
            refresh=REFRESH_SECONDS,
            t=partial(translate, language=seen.language),
        )
        return web.Response(text=text, content_type="text/html", headers=HEADERS)

    async def styled(request: web.Request) -> web.Response:
        return web.Response(text=style, content_type="text/css", headers=HEADERS)

    app.router.add_get("/", show)
    app.router.add_get("/status.css", styled)


def _row(row: Passing, seen: Seen) -> dict[str, object]:
    say = partial(translate, language=seen.language)
    return {
        "digits": row.digest.hex()[:16],
        "outgoing": row.outgoing,
        "others": [seen.name_of(aid) for aid, _ in row.states] if row.outgoing else [seen.name_of(row.sender)],
        "states": [say(STATES.get(state, state)) for _, state in row.states],
        "urgency": say(URGENCIES[row.urg]),
        "urgent": row.urg == len(URGENCIES) - 1,
        "time": _clock(row.ts),
        "blobs": row.blobs,
        "percent": 100 * row.arrived_bytes // row.stored_bytes if row.stored_bytes else 100,
        "marks": [(mark.lvl, say(LEVELS[mark.lvl]), seen.name_of(mark.issuer), _clock(mark.at)) for mark in row.marks],
    }


def _clock(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
