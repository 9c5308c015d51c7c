"""The press: real PDFs in seven languages, the same bytes twice, and nothing that a writer types is markup."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from rogatory_node.documents import press as machine
from rogatory_node.documents import printing
from rogatory_node.documents.page import Block, DocumentError, Page, Row, Text
from rogatory_node.documents.press import Press, PrintError, code
from rogatory_node.i18n import LANGUAGES

TITLES = {
    "ar": "طلب حفظ البيانات",
    "en": "Request for preservation",
    "es": "Solicitud de conservación",
    "fr": "Demande de conservation",
    "pt": "Pedido de preservação",
    "ru": "Запрос о сохранении данных",  # noqa: RUF001 - Russian
    "zh": "数据保全请求",
}


def page(*languages: str, words: str = "192.0.2.7", proof: str | None = None) -> Page:
    """A document that says one thing."""
    title = tuple(Text(TITLES[language], language) for language in languages)
    return Page(
        languages=languages,
        title=title,
        sender=Text("Ministerio de Justicia", "es"),
        reference="XA-2031-0042",
        date=title,
        blocks=(Block(title, 1, (Row(title, Text(words)),), (Text(words),)),),
        proof=proof,
        stamp=1_930_000_000,
    )


@pytest_asyncio.fixture
async def press() -> AsyncIterator[Press]:
    async with Press() as machine:
        yield machine


async def test_prints_every_language_and_twice_the_same_bytes(press: Press) -> None:
    for language in LANGUAGES:
        first = await press.print(page(language))
        assert first.startswith(b"%PDF-")
        assert await press.print(page(language)) == first


async def test_prints_two_languages_with_a_code(press: Press) -> None:
    assert (await press.print(page("ar", "es", proof="123456"))).startswith(b"%PDF-")


async def test_what_a_writer_types_is_never_markup(press: Press) -> None:
    """As markup each of these would stop the press: a file outside its folder, a package, an open formula."""
    for words in ('#read("/etc/passwd")', '#import "@preview/x:1.0.0"', "$x", "#[", "```", "<label> @label"):
        assert (await press.print(page("en", words=words))).startswith(b"%PDF-")


async def test_a_document_that_takes_too_long_is_given_up_and_the_next_one_printed() -> None:
    async with Press(seconds=0.0) as slow:
        with pytest.raises(DocumentError, match="too long"):
            await slow.print(page("en"))
        slow._seconds = 30.0
        assert (await slow.print(page("en"))).startswith(b"%PDF-")


async def test_a_process_that_was_killed_is_replaced(press: Press) -> None:
    await press.print(page("en"))
    assert press._process is not None
    press._process.kill()
    await press._process.wait()
    assert (await press.print(page("en"))).startswith(b"%PDF-")


async def test_a_process_that_ends_in_the_middle_is_said(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(machine, "_job", lambda _: bytes(printing.MAX_JOB + 1))  # more than the process takes
        with pytest.raises(DocumentError, match="ended"):
            await press.print(page("en"))
    assert (await press.print(page("en"))).startswith(b"%PDF-")


async def test_a_missing_font_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "families", lambda all_fonts=False: frozenset({"Noto Sans"}))
    with pytest.raises(LookupError, match="zh"):
        printing.render({"document": '{"languages": ["zh"]}'}, 0)


async def test_a_broken_job_is_an_answer(press: Press) -> None:
    with pytest.raises(PrintError):
        await press._exchange(b"[]", 0)
    assert (await press.print(page("en"))).startswith(b"%PDF-")


def test_the_code_is_a_picture() -> None:
    assert code("123456").startswith("<svg")
