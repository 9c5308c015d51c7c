"""A document's description: languages, limits, and nothing that turns what stands around it."""

from dataclasses import replace

import pytest

from rogatory_node.documents.page import Block, DocumentError, Page, Row, Text, plain, printable, runs_rightward


def page(*languages: str, words: str = "192.0.2.7") -> Page:
    """A small document in some languages."""
    title = tuple(Text("Title", language) for language in languages)
    row = Row(title, Text(words), code=True)
    return Page(
        languages=languages,
        title=title,
        sender=Text("Ministerio", "es"),
        reference="XA-1",
        date=title,
        blocks=(Block(title, 1, (row,), (Text("one\ntwo", "en"),)),),
    )


@pytest.mark.parametrize("languages", [(), ("en", "fr", "es"), ("de",)])
def test_refuses_other_languages(languages: tuple[str, ...]) -> None:
    with pytest.raises(DocumentError):
        page(*languages)


def test_refuses_more_parts_than_a_document_has() -> None:
    with pytest.raises(DocumentError):
        Page(
            languages=("en",),
            title=(),
            sender=Text(""),
            reference="",
            date=(),
            blocks=(Block(),) * 20_001,
        )


def test_is_plain_json() -> None:
    made = plain(page("ar", "en"))
    assert made["rtl"] is True
    assert made["blocks"][0]["rows"][0] == {
        "label": [{"words": "Title", "lang": "ar", "rtl": True}, {"words": "Title", "lang": "en", "rtl": False}],
        "value": {"words": "192.0.2.7", "lang": "", "rtl": False},
        "code": True,
    }


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("a\u2066b\u2069", "ab"),
        ("bell\x07", "bell\ufffd"),
        ("line\nnext\tcell", "line\nnext\tcell"),
        ("zero\u200dwidth", "zero\u200dwidth"),
    ],
)
def test_TXT_marks_that_turn_the_order_are_not_printed(words: str, shown: str) -> None:
    assert printable(words) == shown


@pytest.mark.parametrize(
    ("text", "way"),
    [
        (Text("abc", "ar"), True),
        (Text("مرحبا"), True),
        (Text("123 مرحبا"), True),
        (Text("abc مرحبا"), False),
        (Text("مرحبا", "en"), False),
        (Text("123"), False),
    ],
)
def test_direction_comes_from_the_language_or_the_first_letter(text: Text, way: bool) -> None:
    assert runs_rightward(text) is way


def test_lines_of_several_languages_each_have_their_direction() -> None:
    mixed = Row((Text("Date"),), Text("12 كانون الثاني\n12 janvier"))
    made = plain(replace(page("ar"), blocks=(Block((), 1, (mixed,)),)))
    assert made["blocks"][0]["rows"][0]["value"]["lines"] == [True, False]
