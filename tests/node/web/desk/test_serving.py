"""What every page does: whose form it takes, what it sends along, and what it never says."""

import re

import pytest
from officers import Officer, signed_in

from rogatory_node.casework.roles import Role
from rogatory_node.web.desk.serving import LANGUAGE_COOKIE, POLICY, SESSION_COOKIE


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({}, {"Origin": "https://evil.example"}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
        ({}, {"Sec-Fetch-Site": "same-site"}),
        ({}, {"Origin": "null"}),
        ({"token": ""}, {}),
        ({"token": "AAAA" * 10}, {}),
        ({"token": "é"}, {}),
    ],
)
async def test_WEB_07_a_form_from_elsewhere_changes_nothing(
    officer: Officer, fields: dict[str, str], headers: dict[str, str]
) -> None:
    await signed_in(officer, Role.REGISTRAR)
    await officer.get("/account")
    assert (await officer.post("/sign-out", fields, **headers)).status == 403
    assert (await officer.get("/account")).status == 200


async def test_WEB_07_a_form_of_another_session_is_refused(officer: Officer) -> None:
    await signed_in(officer, Role.REGISTRAR)
    await officer.get("/account")
    token = officer.token
    await signed_in(officer, Role.HANDLER, name="Bo Prova")
    assert (await officer.post("/sign-out", {"token": token})).status == 403


async def test_WEB_09_WEB_11_every_answer_has_the_same_guards(officer: Officer) -> None:
    await signed_in(officer, Role.REGISTRAR)
    style = re.search(r'href="(/static/[^"]+)"', (await officer.get("/account")).text)
    assert style is not None
    for path in ("/account", "/sign-in", "/nothing", "/account/x.css", "/static/0/desk.css", "/", style[1]):
        headers = (await officer.get(path)).headers
        assert headers["Content-Security-Policy"] == POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert ("no-store" in headers["Cache-Control"]) == (path != style[1]), path
    for cookie in ((await officer.get("/language/fr")), (await officer.post("/sign-out"))):
        told = cookie.headers["Set-Cookie"]
        assert told.startswith((SESSION_COOKIE, LANGUAGE_COOKIE))
        assert all(flag in told for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))


async def test_WEB_19_only_forms_and_known_methods_are_taken(officer: Officer) -> None:
    await signed_in(officer, Role.REGISTRAR)
    await officer.get("/account")
    for method, status in (("DELETE", 405), ("PUT", 405), ("OPTIONS", 405), ("POST", 405)):
        assert (await officer._ask(method, "/account", {"Origin": officer.pages.address})).status == status
    told = {"Origin": officer.pages.address, "Content-Type": "text/plain"}
    assert (await officer._ask("POST", "/sign-out", told, data=f"token={officer.token}")).status == 415


async def test_WEB_20_a_field_that_stands_twice_is_refused(officer: Officer) -> None:
    assert (await officer.get("/sign-in?back=/a&back=/b")).status == 400


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "["])
async def test_WEB_17_another_host_is_refused(officer: Officer, host: str) -> None:
    assert (await officer.get("/sign-in", Host=host)).status in (400, 421)


async def test_WEB_10_a_name_is_never_markup(officer: Officer) -> None:
    await signed_in(officer, Role.REGISTRAR, name="<script>alert(1)</script>\"'&{{7*7}}")
    page = await officer.get("/account")
    assert "<script>alert" not in page.text
    assert "<script>alert(1)</script>\"'&{{7*7}}" in page.words


async def test_P1_pages_are_small(officer: Officer) -> None:
    await signed_in(officer, Role.REGISTRAR)
    first = await officer.get("/sign-in", **{"Accept-Encoding": "gzip"})
    sizes = []
    statics = re.findall(r'(/static/[^"]+css)', (await officer.get("/account")).text)
    for path in ("/account", *statics):
        reply = await officer.get(path, **{"Accept-Encoding": "gzip"})
        assert reply.headers["Content-Encoding"] == "gzip"
        sizes.append(int(reply.headers["Content-Length"]))
    assert first.status == 303
    assert sizes[0] < 15_000
    assert sum(sizes) < 60_000


async def test_WEB_28_an_error_inside_shows_a_number_and_nothing_else(
    officer: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("secret of a case")

    await signed_in(officer, Role.REGISTRAR)
    monkeypatch.setattr("rogatory_node.web.desk.account._sessions", fail)
    page = await officer.get("/account")
    assert page.status == 500
    assert re.search(r"[0-9a-f]{8}", page.words)
    assert "secret" not in page.text
    assert "ValueError" not in page.text
