"""Passkeys with a real browser and its own software key."""

import pytest
from browsing import browser
from officers import Officer, Pages
from playwright.async_api import Browser, Page

from rogatory_node.casebook.sign_in import Linking, SignIn
from rogatory_node.casework.roles import Role
from rogatory_node.web.desk.passwords import spelled

__all__ = ["browser"]

PASSWORD = "several plain words"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def telephone(pages: Pages, link: str) -> str:
    from pyotp import TOTP

    found = await pages.desk.read(SignIn(sealer=pages.desk.own.sealer, wall=lambda: pages.now).link_of, link)
    return TOTP(spelled(found.totp).replace(" ", "")).at(int(pages.now))


async def set_up(page: Page, pages: Pages) -> None:
    signing = SignIn(sealer=pages.desk.own.sealer, wall=lambda: pages.now)
    link = (await pages.desk.write(signing.link, Linking(person=await pages.person(Role.REGISTRAR)))).words
    code = await telephone(pages, link)
    await page.goto(f"{pages.address}/welcome/{link}")
    for field, value in {"name": "a.prova", "password": PASSWORD, "again": PASSWORD, "code": code}.items():
        await page.fill(f"#{field}", value)
    await page.click("button.main")
    assert await page.locator(".codes li").count() == 8


@pytest.mark.browser
async def test_WEB_25_a_passkey_is_added_and_lets_in_without_a_name(browser: Browser, pages: Pages) -> None:
    page = await browser.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    device = await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    await set_up(page, pages)
    await page.goto(f"{pages.address}/account/passkeys/new")
    await page.click("form[data-device] button")
    await page.wait_for_url("**/account")
    await page.locator("details.drop:not(.languages) summary").click()
    await page.click("form[action='/sign-out'] button")
    await page.wait_for_url("**/sign-in")
    await page.click("form[data-device] button")
    await page.wait_for_url(lambda url: "sign-in" not in url)
    await page.goto(f"{pages.address}/account")
    assert await page.locator("h1").count() == 1
    pages.now += 6 * 60  # what has consequences is asked once more, and the same key answers
    await page.goto(f"{pages.address}/account/codes")
    assert "/prove" in page.url
    await page.click("form[data-device] button")
    await page.wait_for_url("**/account/codes")
    # A device that did not look at its user is not enough.
    session = {"authenticatorId": device["authenticatorId"], "isUserVerified": False}
    await devtools.send("WebAuthn.setUserVerified", session)
    pages.now += 6 * 60
    await page.goto(f"{pages.address}/account/codes")
    await page.click("form[data-device] button")
    assert "/prove" in page.url
    assert told == []


@pytest.mark.parametrize(
    "answer", ["x", "{}", "[]", '{"rawId": 1}', "[" * 30_000, "é", '{"rawId":"AA","response":{"clientDataJSON":"e30"}}']
)
async def test_WEB_25_what_is_no_answer_is_refused(officer: Officer, answer: str) -> None:
    await officer.get("/sign-in")
    assert (await officer.post("/sign-in", {"answer": answer})).status == 422
