"""Officers at their pages, over real HTTP: fixtures to import. They do what a browser does without a script."""

import html
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest
from aiohttp import ClientSession, DummyCookieJar, web
from desk import clock

from rogatory_node.api.context import Node
from rogatory_node.app.ways import desk_of
from rogatory_node.casebook.drafts import Drafts
from rogatory_node.casebook.people import Adding, People
from rogatory_node.casebook.sessions import Beginning, Sessions
from rogatory_node.casework.roles import Role
from rogatory_node.web.desk import serving
from rogatory_node.web.desk.challenges import Challenges
from rogatory_node.web.desk.context import Desk
from rogatory_node.web.desk.limits import Attempts
from rogatory_node.web.desk.pages import TABLE
from rogatory_node.web.desk.passwords import Passwords
from rogatory_protocol.ids import Id16

TOKEN = re.compile(r'name="token" value="([^"]+)"')
SMALL = 8_192  # bytes of a password's hash: as little as the library takes


@dataclass(kw_only=True)
class Pages:
    """The pages of a node on a real port, and a clock that a test sets."""

    desk: Desk
    address: str
    now: float

    async def person(self, *roles: Role, name: str = "Ana Prova") -> Id16:
        """Add a person."""
        people = People(sealer=self.desk.own.sealer, wall=lambda: self.now)
        return (await self.desk.write(people.add, Adding(name=name, roles=frozenset(roles)))).id

    async def session(self, person: Id16) -> str:
        """Begin a session of a person; return its words."""
        sessions = Sessions(sealer=self.desk.own.sealer, wall=lambda: self.now)
        return await self.desk.write(sessions.begin, Beginning(person=person, method="passkey", agent="test"))


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as it came."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def words(self) -> str:
        """The page without its marks."""
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", self.text)).split())


@dataclass(kw_only=True)
class Officer:
    """A browser without a script: cookies, and the token of the last page."""

    pages: Pages
    http: ClientSession
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    async def get(self, path: str, **headers: str) -> Seen:
        """Open a page."""
        return await self._ask("GET", path, headers)

    async def post(self, path: str, fields: Mapping[str, Any] | None = None, **headers: str) -> Seen:
        """Send a form, as one of the last page."""
        told = {"Origin": self.pages.address} | headers
        return await self._ask("POST", path, told, data={"token": self.token} | dict(fields or {}))

    async def _ask(self, method: str, path: str, headers: Mapping[str, str], **more: Any) -> Seen:
        told = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} | dict(headers)
        address = self.pages.address + path
        async with self.http.request(method, address, headers=told, allow_redirects=False, **more) as reply:
            text = await reply.text()
            for name, morsel in reply.cookies.items():
                self.cookies.pop(name, None)
                if morsel.value:
                    self.cookies[name] = morsel.value
            self.token = next(iter(TOKEN.findall(text)), self.token)
            return Seen(reply.status, text, reply.headers)


@pytest.fixture
async def pages(node: Node) -> AsyncIterator[Pages]:
    """The pages of the node, as browsers reach them."""
    now = partial(lambda held: held[0].now, held := [])
    made = desk_of(node)
    approvals = replace(made.approvals, book=Drafts(sealer=node.own.sealer, wall=now), wall=now)
    desk = replace(
        made, approvals=approvals, passwords=Passwords(memory_bytes=SMALL), wall=now, attempts=Attempts(now),
        challenges=Challenges(now),
    )  # fmt: skip
    held.append(Pages(desk=desk, address="", now=clock()))
    app = web.Application()
    serving.add(app, desk, TABLE)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    held[0].address = f"http://localhost:{runner.addresses[0][1]}"
    yield held[0]
    await runner.cleanup()


@pytest.fixture
async def officer(pages: Pages) -> AsyncIterator[Officer]:
    """A browser that is signed in nowhere."""
    async with ClientSession(cookie_jar=DummyCookieJar()) as http:
        yield Officer(pages=pages, http=http)


async def signed_in(officer: Officer, *roles: Role, name: str = "Ana Prova") -> Id16:
    """Sign a new person in; return who it is."""
    person = await officer.pages.person(*roles, name=name)
    officer.cookies[serving.SESSION_COOKIE] = await officer.pages.session(person)
    return person
