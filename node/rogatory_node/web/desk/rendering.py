"""From a template and values to a page: texts in the reader's language, everything that people wrote escaped.

* Templates know ``t`` for texts and ``when`` for times; values in a text are isolated, so that a name in another script
  does not turn the sentence around.
* Style sheet, script and pictures have the hash of their bytes in their address and never change under it.
* A page is compressed when the browser takes it; what a form carries against forgery differs each time, so the length
  of a page tells nothing.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from importlib import resources
from typing import Any, Final

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from rogatory_node import __version__
from rogatory_node.casebook.sessions import form_token
from rogatory_node.casework.roles import ROLES, Action
from rogatory_node.delivery.peers import State
from rogatory_node.documents import dates
from rogatory_node.i18n import LANGUAGES, direction, translate
from rogatory_node.web.desk.context import Ask
from rogatory_node.web.desk.menu import menu

STATIC: Final = ("desk.css", "passkey.js", "icon.svg")
TYPES: Final = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
NAMES: Final = {
    "ar": "العربية",
    "zh": "中文",
    "en": "English",
    "fr": "Français",
    "ru": "Русский",
    "es": "Español",
    "pt": "Português",
}
"""The languages as their readers write them, in the order of the United Nations."""

_LEAST_COMPRESSED: Final = 512
_FSI, _PDI = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Static:
    """A file that never changes under its address."""

    address: str
    content_type: str
    body: bytes
    packed: bytes


@cache
def statics() -> Mapping[str, Static]:
    """Return the files by name."""
    folder = resources.files("rogatory_node.web") / "static"
    return {name: _static(name, (folder / name).read_bytes()) for name in STATIC}


def _static(name: str, body: bytes) -> Static:
    address = f"/static/{hashlib.sha256(body).hexdigest()[:16]}/{name}"
    packed = gzip.compress(body, mtime=0)
    return Static(address=address, content_type=TYPES[name.rpartition(".")[2]], body=body, packed=packed)


def page(ask: Ask, template: str, status: int = 200, /, **values: Any) -> web.Response:
    """Return a page."""
    say = partial(_said, ask.language)
    text = (
        _environment()
        .get_template(template)
        .render(
            t=say,
            when=partial(moment, language=ask.language),
            stamp=_stamp,
            language=ask.language,
            direction=direction(ask.language),
            languages=[(code, name) for code, name in NAMES.items() if code in LANGUAGES],
            here=ask.request.rel_url.raw_path_qs,
            menu=menu(ask),
            name=ask.name,
            searches=Action.CASE_LIST in ask.actions,
            roles=[] if ask.actor is None else [say(ROLES[role]) for role in sorted(ask.actor.roles)],
            authority=own_name(ask),
            country=ask.desk.own.statement.content.cc,
            token=form_token(ask.words) if ask.words else "",
            style=statics()["desk.css"].address,
            icon=statics()["icon.svg"].address,
            script=statics()["passkey.js"].address,
            program=__version__,
            peers=_peers(ask) if ask.session is not None else None,
            **values,
        )
    )
    return web.Response(body=text.encode(), status=status, content_type="text/html", charset="utf-8")


def _peers(ask: Ask) -> tuple[int, int] | None:
    """Return how many peers are connected, and how many there are; None when there are none."""
    rows = ask.desk.links()
    return (sum(row.state is State.LINKED for row in rows), len(rows)) if rows else None


def own_name(ask: Ask) -> str:
    """Return the name of this authority in the reader's language, if it has one."""
    names = dict(ask.desk.own.statement.content.name)
    return names.get(ask.language) or ask.desk.config.name


def moment(at: int, *, language: str) -> str:
    """Return an instant in words, in UTC, to the minute."""
    there = datetime.fromtimestamp(at, UTC)
    return f"{dates.day(there.date(), language)}, {there:%H:%M} UTC"


def _stamp(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def packed(request: web.Request, response: web.Response) -> web.Response:
    """Compress a response if the browser takes it."""
    body = response.body
    if (
        isinstance(body, bytes)
        and len(body) >= _LEAST_COMPRESSED
        and "gzip" in request.headers.get("Accept-Encoding", "")
    ):
        response.body = gzip.compress(body, 6, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    return response


def _said(language: str, text: str, /, **values: object) -> str:
    told = translate(text, language)
    return told.format(**{name: _isolated(value) for name, value in values.items()}) if values else told


def _isolated(value: object) -> object:
    return f"{_FSI}{value}{_PDI}" if isinstance(value, str) else value


@cache
def _environment() -> Environment:
    loader = PackageLoader("rogatory_node.web", "templates/desk")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
