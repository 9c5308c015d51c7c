"""How pages look and feel in a real browser: narrow, dark, right to left, by keyboard, under the strict policy."""

import json
import re
from typing import Any

import pytest
from browsing import browser
from officers import Officer, Pages, signed_in
from playwright.async_api import Browser, Page
from writers import begun, filled

from rogatory_node.api.context import Node
from rogatory_node.casebook.following import Following
from rogatory_node.casework.roles import Role
from rogatory_node.casework.types import catalogue
from rogatory_node.web.desk.serving import LANGUAGE_COOKIE, SESSION_COOKIE
from rogatory_protocol.ids import Id16

__all__ = ["browser"]
pytestmark = pytest.mark.browser

HOSTILE = (
    "<img src=x onerror=alert(1)><style>@import'http://192.0.2.1/x'</style>"
    "<link rel=prefetch href=http://192.0.2.1/y>" + "W" * 300 + "\u202e" + "\u0301" * 500
)
# What is wider than the window, smaller than a finger, without a name, or of a doubled identifier.
FAULTS = """() => {
  const seen = element => element.checkVisibility({ visibilityProperty: true });
  const faults = [];
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) faults.push(`wider by ${wide}`);
  for (const each of document.querySelectorAll("a, button, input, select, textarea, summary")) {
    if (!seen(each) || each.type === "hidden" || each.closest(".unseen") || each.matches(".unseen, .skip")) continue;
    const box = each.getBoundingClientRect();
    const inText = each.tagName === "A" && getComputedStyle(each).display === "inline";
    const held = each.closest("label")?.getBoundingClientRect() ?? box;
    if (!inText && (Math.max(box.height, held.height) < 24 || Math.max(box.width, held.width) < 24))
      faults.push(`small: ${each.outerHTML.slice(0, 90)}`);
    const named = each.labels?.length || each.textContent.trim() || each.getAttribute("aria-label");
    if (!named) faults.push(`without a name: ${each.outerHTML.slice(0, 90)}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map(each => each.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push(`twice: ${id}`);
  for (const each of document.querySelectorAll("[aria-describedby]"))
    for (const id of each.getAttribute("aria-describedby").trim().split(/ +/))
      if (!document.getElementById(id)) faults.push(`described by nothing: ${id}`);
  for (const each of document.querySelectorAll("table"))
    if (!each.querySelector("caption") || !each.querySelector("th[scope]")) faults.push("table without caption");
  const heads = [...document.querySelectorAll("h1, h2, h3, h4")].map(each => Number(each.tagName[1]));
  if (heads.filter(each => each === 1).length !== 1) faults.push("not one h1");
  heads.reduce((before, each) => { if (each > before + 1) faults.push(`h${each} after h${before}`); return each; }, 0);
  if (!document.querySelector("main, [role=main]") || !document.title.trim()) faults.push("no main or no title");
  return faults;
}"""
SPACED = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }"


@pytest.fixture
async def paths(node: Node, came: Any, officer: Officer, world: Any) -> list[str]:
    """An officer with everything to see: the addresses of pages with something hostile on them."""
    await signed_in(
        officer, *(set(Role) - {Role.ADMINISTRATOR, Role.SECRETARIAT, Role.AGENCY}), name="Ana " + "V" * 150
    )
    form = catalogue.example("data.preserve") | {"facts_summary": HOSTILE}
    form["references"] = {"sender": "R" * 200}
    await came(json.dumps(form).encode(), conv=Id16(b"\xc0" * 16))
    following = Following(me=node.own.aid, sealer=node.own.sealer, writer=node.writer, readers=node.readers)
    while (await following.step()).entries:
        pass
    case = re.findall(r'href="(/case/[0-9a-f]{32})"', (await officer.get("/inbox")).text)[0]
    written = await begun(officer, world)
    await filled(officer, written)
    return [
        "/inbox", "/search?q=nothing", case, "/drafts", "/drafts/new", "/drafts/new?type=extradition", written,
        f"{case}/decide", f"{written}/files", f"{written}/offences", f"{written}/authority", f"{written}/assistance",
        f"{written}/check", "/account",
        "/account/codes", "/account/passkeys/new", "/prove", "/people", "/log", "/help",
        "/law?to=XB&type=data.preserve", "/nothing",
    ]  # fmt: skip


async def opened(browser: Browser, pages: Pages, officer: Officer, language: str, **options: Any) -> Page:
    context = await browser.new_context(**options)
    words = officer.cookies[SESSION_COOKIE]
    address = pages.address.replace("http:", "https:")  # the driver wants it so for cookies that are secure
    await context.add_cookies([
        {"name": name, "value": value, "url": address, "secure": True}
        for name, value in ((LANGUAGE_COOKIE, language), (SESSION_COOKIE, words))
    ])  # fmt: skip
    return await context.new_page()


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [
        ("ar", 320, "dark"),
        pytest.param("fr", 320, "light", marks=pytest.mark.slow),
        pytest.param("zh", 1280, "dark", marks=pytest.mark.slow),
    ],
)
async def test_A1_A3_A4_A5_S1_every_page_fits_names_everything_and_keeps_the_policy(
    browser: Browser, pages: Pages, officer: Officer, paths: list[str], language: str, width: int, scheme: Any
) -> None:
    size: Any = {"width": width, "height": 700}
    page = await opened(browser, pages, officer, language, viewport=size, color_scheme=scheme)
    told: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    for path in paths:
        await page.goto(pages.address + path)
        await page.evaluate("document.querySelectorAll('details.fold').forEach(each => each.open = true)")
        assert await page.evaluate(FAULTS) == [], path
        await page.evaluate("style => { const sheet = new CSSStyleSheet(); sheet.replaceSync(style);"
                            "document.adoptedStyleSheets = [sheet]; }", SPACED)  # fmt: skip
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} with spaced text"
    assert [each for each in told if "404" not in each] == []
    assert all(each.startswith(pages.address) for each in asked)


async def test_A2_every_stop_of_the_keyboard_is_seen(
    browser: Browser, pages: Pages, officer: Officer, paths: list[str]
) -> None:
    page = await opened(browser, pages, officer, "en", viewport={"width": 1280, "height": 700})
    for path in (paths[0], paths[2], paths[9]):
        await page.goto(pages.address + path)
        count = await page.evaluate(
            "[...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary')]"
            ".filter(each => each.checkVisibility() && each.tabIndex >= 0).length"
        )
        stops = set()
        for _ in range(count):
            await page.keyboard.press("Tab")
            stop = await page.evaluate(
                """() => { const each = document.activeElement, box = each.getBoundingClientRect();
                const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                return [each.outerHTML.slice(0, 200), getComputedStyle(each).outlineStyle,
                        top === each || each.contains(top) || !!top?.contains(each)]; }"""
            )
            assert stop[1:] == ["solid", True], (path, stop)
            stops.add(stop[0])
        assert len(stops) > count / 2, path


async def test_A11_what_is_wrong_takes_the_focus(browser: Browser, pages: Pages) -> None:
    page = await browser.new_page()
    await page.goto(f"{pages.address}/sign-in")
    await page.click("form:not([data-device]) button")
    assert await page.evaluate("document.activeElement.className") == "mistakes"
    await page.click(".mistakes a")
    assert await page.evaluate("document.activeElement.id") == "name"


async def test_A10_paper_has_no_menu_and_no_cut_columns(
    browser: Browser, pages: Pages, officer: Officer, paths: list[str]
) -> None:
    page = await opened(browser, pages, officer, "en", viewport={"width": 794, "height": 1123})
    await page.emulate_media(media="print")
    for path in (paths[2], paths[12]):
        await page.goto(pages.address + path)
        shown = await page.evaluate(
            "[...document.querySelectorAll('nav, .find, .sides, .foot')].filter(e => e.checkVisibility()).length"
        )
        assert shown == 0
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
