"""Joining a registry: its digits first, the configuration whole, our statement sent."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from offices import NOW, Registry

from rogatory_node.cli import join as join_module
from rogatory_node.cli.main import run
from rogatory_node.config import load
from rogatory_node.home import Home
from rogatory_node.registry.listening import serving
from rogatory_node.services.founding import Founding, found
from rogatory_protocol.ids import digits_of
from rogatory_protocol.tiles import encode_bundle, parse_path

SETTINGS = 'name = "Authority of XA"\n'


class Site:
    """A registry's web server in a thread of its own, for a command that has a loop of its own."""

    def __init__(self) -> None:
        self.registry, self.posted, self.status = Registry(), list[bytes](), 202
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()))

    async def _serve(self) -> None:
        app = web.Application()
        app.router.add_get("/{path:.+}", self._show)
        app.router.add_post("/statement", self._take)
        async with serving(app, "127.0.0.1", 0, None) as port:
            self.url = f"http://127.0.0.1:{port}"
            self._ready.set()
            await self._stop.wait()

    async def _show(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        if path == "checkpoint":
            return web.Response(body=self.registry.head())
        tile = parse_path(path)
        return web.Response(body=encode_bundle(self.registry.leaves[tile.index * 256 :][: tile.width]))

    async def _take(self, request: web.Request) -> web.Response:
        self.posted.append(await request.read())
        return web.json_response({}, status=self.status)

    def __enter__(self) -> "Site":
        self._thread.start()
        assert self._ready.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)
        self._loop.close()


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as made:
        yield made


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("join") / "xa"
    plan = Founding(
        names={"en": "Authority of XA"}, cc="XA", roles=("mla",), passphrases=("correct horse battery",),
        origin=None, host="xa.example", settings=SETTINGS,
    )  # fmt: skip
    found(Home(root=root), plan, b"h" * 32)
    return root


@pytest.fixture
def home(template: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = Home(root=template)
    made.config.write_text(SETTINGS)
    made.config.chmod(0o600)
    monkeypatch.setattr(join_module, "_wall", lambda: NOW + 100)
    return made


Join = Callable[..., tuple[int, Any]]


@pytest.fixture
def join(home: Home, site: Site, capsys: pytest.CaptureFixture[str]) -> Join:
    def joined(digits: str, *more: str, url: str | None = None) -> tuple[int, Any]:
        words = ["join", "--home", str(home.root), "--registry-url", url or site.url, "--registry", digits, *more]
        status = run([*words, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return joined


def test_the_right_digits_make_a_member(join: Join, home: Home, site: Site) -> None:
    digits = digits_of(site.registry.aid)
    status, result = join(digits, "--scope", "XA", "--scope", "XB", url=site.url + "/")
    assert (status, result["digits"], result["followed"], result["statement"]) == (0, digits, False, "waits")
    (followed,) = load(home).follow
    assert (followed.aid, followed.url, followed.scope) == (site.registry.aid, site.url + "/", ("XA", "XB"))
    assert len(site.posted) == 1
    home.check()  # and nobody else can read it
    status, result = join(digits)
    assert (status, result["followed"]) == (0, True)
    assert len(load(home).follow) == 1


def test_DIR_22_digits_are_read_in_any_numerals_and_as_the_whole_id(join: Join, site: Site) -> None:
    digits = digits_of(site.registry.aid)
    eastern = digits.translate({ord(str(n)): chr(0x0660 + n) for n in range(10)})
    assert join(eastern)[0] == 0
    assert join(digits.replace(" ", ""))[0] == 0
    assert join(site.registry.aid.hex().upper())[0] == 0


def test_DIR_22_one_wrong_digit_changes_nothing(join: Join, home: Home, site: Site) -> None:
    digits = digits_of(site.registry.aid)
    wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    for typed in (wrong, digits_of(Registry("south").aid), "ab" * 32):
        status, said = join(typed)
        assert (status, said["error"]["code"]) == (1, "join.digits")
        # What the server says is not shown: it would only be typed off the screen.
        assert digits not in json.dumps(said)
    assert home.config.read_text() == SETTINGS
    assert site.posted == []


@pytest.mark.parametrize("typed", ["", "12345", "1" * 29, "1" * 31, "x" * 30, "12345-" * 6])
def test_what_are_no_digits_is_wrong_usage(join: Join, typed: str) -> None:
    assert join(typed)[0] == 2


def test_without_a_terminal_the_digits_are_asked_of_nobody(home: Home, site: Site, capsys) -> None:
    assert run(["join", "--home", str(home.root), "--registry-url", site.url]) == 2
    assert "--registry" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["ftp://x.example", "x.example", "https://", 'https://x"y', "https://x.example/?a=b"])
def test_what_is_no_address_is_wrong_usage(join: Join, url: str) -> None:
    assert join("1" * 30, url=url)[0] == 2


def test_a_registry_that_does_not_answer_is_told(join: Join, home: Home) -> None:
    status, said = join("1" * 30, url="http://127.0.0.1:1")
    assert (status, said["error"]["code"]) == (1, "join.unreachable")
    assert home.config.read_text() == SETTINGS


def test_what_is_no_log_is_told(join: Join, site: Site) -> None:
    site.registry.leaves[0] = b"\xff"
    status, said = join("1" * 30)
    assert (status, said["error"]["code"]) == (1, "join.no-log")


def test_a_statement_that_is_not_taken_now_stops_nothing(join: Join, home: Home, site: Site) -> None:
    site.status = 429
    status, result = join(digits_of(site.registry.aid))
    assert (status, result["statement"]) == (0, "not-taken")
    assert len(load(home).follow) == 1


def test_people_are_told_what_comes_next(home: Home, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["join", "--home", str(home.root), "--registry-url", site.url, "--registry", digits_of(site.registry.aid)]
    assert run(words) == 0
    text = capsys.readouterr().out
    assert f"rogatory keys digits --home {home.root}" in text
    assert "rogatory serve" in text
