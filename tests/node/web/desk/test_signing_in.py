"""Signing in without a script, as a person does it, and as an attacker tries it."""

import re

import pytest
from officers import Officer, Pages, signed_in
from pyotp import TOTP

from rogatory_node.casebook.people import Disabling, People
from rogatory_node.casebook.sign_in import Linking, SignIn
from rogatory_node.casework.roles import Role
from rogatory_node.web.desk.serving import SESSION_COOKIE
from rogatory_protocol.ids import Id16

PASSWORD = "several plain words"
Ready = tuple[Id16, TOTP, list[str]]


def code_of(totp: TOTP, pages: Pages) -> str:
    return totp.at(int(pages.now))


@pytest.fixture
async def ready(pages: Pages, officer: Officer) -> Ready:
    """A person who went through the link: who, the telephone, the codes on paper. The officer is signed in."""
    person = await pages.person(Role.REGISTRAR)
    signing = SignIn(sealer=pages.desk.own.sealer, wall=lambda: pages.now)
    link = await pages.desk.write(signing.link, Linking(person=person))
    form = await officer.get(f"/welcome/{link.words}")
    secret = re.search(r'class="secret"[^>]*>([A-Z2-7 ]+)<', form.text)
    assert secret is not None
    totp = TOTP(secret[1].replace(" ", ""))
    fields = {"name": "a.prova", "password": PASSWORD, "again": PASSWORD, "code": code_of(totp, pages)}
    wrong = await officer.post(f"/welcome/{link.words}", fields | {"again": "another", "code": "1"})
    assert wrong.status == 422
    assert wrong.text.count('class="wrong"') == 2
    done = await officer.post(f"/welcome/{link.words}", fields)
    assert done.status == 200
    assert (await officer.get(f"/welcome/{link.words}")).status == 404
    return person, totp, re.findall(r"<code>(\w{5}-\w{5})</code>", done.text)


async def sign_in(officer: Officer, **fields: str) -> int:
    await officer.get("/sign-in")
    told = {"name": "A.Prova", "password": PASSWORD, "code": ""} | fields
    return (await officer.post("/sign-in", told)).status


async def test_a_link_a_password_and_a_telephone_let_in_and_out(ready: Ready, officer: Officer, pages: Pages) -> None:
    assert (await officer.get("/account")).status == 200
    assert (await officer.post("/sign-out")).status == 303
    assert SESSION_COOKIE not in officer.cookies
    away = await officer.get("/account?x=1")
    assert (away.status, away.headers["Location"]) == (303, "/sign-in?back=%2Faccount%3Fx%3D1")
    pages.now += 30
    assert await sign_in(officer, code=code_of(ready[1], pages)) == 303
    assert (await officer.get("/account")).status == 200


async def test_WEB_08_a_session_is_new_at_sign_in_and_ends_at_once(
    ready: Ready, officer: Officer, pages: Pages
) -> None:
    before = officer.cookies[SESSION_COOKIE]
    pages.now += 30
    await officer.get("/account")
    assert (await officer.post("/sign-in", {"name": "a.prova", "password": PASSWORD,
                                            "code": code_of(ready[1], pages)})).status == 303  # fmt: skip
    after = officer.cookies[SESSION_COOKIE]
    assert after != before
    officer.cookies[SESSION_COOKIE] = before
    assert (await officer.get("/account")).status == 303
    officer.cookies[SESSION_COOKIE] = after
    assert (await officer.get("/account")).status == 200
    pages.now += 31 * 60
    assert (await officer.get("/account")).status == 303


async def test_WEB_24_a_code_counts_once_and_only_near_its_time(ready: Ready, officer: Officer, pages: Pages) -> None:
    officer.cookies.clear()
    pages.now += 60
    code = code_of(ready[1], pages)
    assert await sign_in(officer, code=code) == 303
    officer.cookies.clear()
    assert await sign_in(officer, code=code) == 422
    assert await sign_in(officer, code=ready[1].at(int(pages.now) + 90)) == 422
    assert await sign_in(officer, code=ready[1].at(int(pages.now) + 30)) == 303


async def test_a_code_on_paper_replaces_the_telephone_once(ready: Ready, officer: Officer) -> None:
    assert len(set(ready[2])) == 8
    officer.cookies.clear()
    assert await sign_in(officer, code=ready[2][0].upper().replace("-", " ")) == 303
    assert "7" in (await officer.get("/account")).words
    officer.cookies.clear()
    assert await sign_in(officer, code=ready[2][0]) == 422


async def test_WEB_22_a_name_that_nobody_has_looks_like_a_wrong_password(
    ready: Ready, officer: Officer, pages: Pages
) -> None:
    officer.cookies.clear()
    pages.now += 30
    seen = []
    for name in ("a.prova", "nobody", "\x00", ""):
        await officer.get("/sign-in")
        fields = {"name": name, "password": "wrong", "code": code_of(ready[1], pages)}
        page = await officer.post("/sign-in", fields)
        seen.append((page.status, re.sub(r'(value|data-device)="[^"]*"', "", page.text)))
    assert len(set(seen)) == 1


async def test_WEB_23_failures_make_wait_and_a_right_code_does_not_help(
    ready: Ready, officer: Officer, pages: Pages
) -> None:
    officer.cookies.clear()
    for _ in range(6):
        assert await sign_in(officer, password="wrong") == 422
        pages.now += 2
    pages.now += 30
    assert await sign_in(officer, password="wrong") == 422
    assert await sign_in(officer, code=code_of(ready[1], pages)) == 429
    pages.now += 30
    assert await sign_in(officer, code=code_of(ready[1], pages)) == 303


async def test_what_has_consequences_asks_once_more(ready: Ready, officer: Officer, pages: Pages) -> None:
    assert (await officer.get("/account/codes")).status == 200
    pages.now += 6 * 60
    away = await officer.get("/account/codes")
    assert away.headers["Location"] == "/prove?back=%2Faccount%2Fcodes"
    pages.now += 10 * 60
    assert (await officer.post("/account/codes")).headers["Location"] == "/prove?back=%2Faccount%2Fcodes"
    await officer.get(away.headers["Location"])
    fields = {"password": PASSWORD, "code": code_of(ready[1], pages), "back": "/account/codes"}
    assert (await officer.post("/prove", fields | {"password": "wrong"})).status == 422
    done = await officer.post("/prove", fields)
    assert (done.status, done.headers["Location"]) == (303, "/account/codes")
    assert "<code>" in (await officer.post("/account/codes")).text


async def test_WEB_32_who_is_disabled_is_out_at_the_next_page(officer: Officer, pages: Pages) -> None:
    person = await signed_in(officer, Role.REGISTRAR)
    assert (await officer.get("/account")).status == 200
    people = People(sealer=pages.desk.own.sealer, wall=lambda: pages.now)
    await pages.desk.write(people.disable, Disabling(person=person))
    assert (await officer.get("/account")).status == 303


@pytest.mark.parametrize("back", ["//evil.example", "/\\evil.example", "https:evil.example", "/%0d%0aX: 1\r\n", "x"])
async def test_WEB_16_nobody_is_led_elsewhere(officer: Officer, back: str) -> None:
    from urllib.parse import quote

    await signed_in(officer, Role.REGISTRAR)
    for path in ("/sign-in?back=", "/language/fr?back="):
        place = (await officer.get(path + quote(back, safe=""))).headers["Location"]
        assert place.startswith("/")
        assert not place.startswith(("//", "/\\"))
        assert "\n" not in place


async def test_the_language_is_chosen_anywhere_and_kept(officer: Officer) -> None:
    assert 'lang="fr" dir="ltr"' in (await officer.get("/sign-in", **{"Accept-Language": "xx, fr-CA;q=0.5"})).text
    assert (await officer.get("/language/ar?back=/sign-in")).headers["Location"] == "/sign-in"
    assert 'lang="ar" dir="rtl"' in (await officer.get("/sign-in", **{"Accept-Language": "fr"})).text
    assert (await officer.get("/language/xx")).status == 404
