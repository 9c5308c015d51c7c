"""Certificates: everything that they certify is on the page, in every language, and nothing else."""

import json

import pytest
from documents_of import HEAD, REQUEST, XB, confirmation

from rogatory_node.documents import certificates
from rogatory_node.documents.certificates import Head
from rogatory_node.documents.page import Page, plain
from rogatory_node.documents.press import Press
from rogatory_node.i18n import LANGUAGES


def words(page: Page) -> str:
    return json.dumps(plain(page), ensure_ascii=False)


def test_authenticity_names_letters_times_evidence_and_files() -> None:
    page = certificates.authenticity((REQUEST, confirmation()), HEAD)
    told = words(page)
    for part in (
        "1. Request",
        "2. Confirmation of preservation",
        certificates.in_lines(REQUEST.digest).replace("\n", "\\n"),
        "Taken",
        "duty officer",
        "orden judicial.pdf",
        "18233",
        "has not arrived whole",
    ):
        assert part in told, part
    assert page.proof == f"urn:rogatory:letter:{REQUEST.digest},{confirmation().digest}"
    assert page.signature
    assert "192.0.2.7" not in told  # it certifies letters; it does not repeat them


def test_a_certified_copy_is_the_letter_and_its_certificate() -> None:
    told = words(certificates.copy(REQUEST, HEAD))
    assert "192.0.2.7" in told
    assert "true print" in told


def test_the_certificate_of_preservation_says_what_and_until_when() -> None:
    page = certificates.preservation((confirmation(),), HEAD)
    told = words(page)
    for part in ("24 April 2031", "EH-5521", "Subscriber information", "Transit Net"):
        assert part in told, part
    assert "next_step" not in told
    assert page.sender.words == "Ministry of Justice (XB)"


def test_evidence_alone_makes_an_acknowledgement_but_no_decision() -> None:
    page = certificates.of_evidence("acknowledgement", REQUEST, HEAD)
    assert page is not None
    assert (page.title[0].words, page.sender.words) == ("Acknowledgement of receipt", XB.called("en"))
    assert "Stored with all attachments" in words(page)
    assert certificates.of_evidence("decision", REQUEST, HEAD) is None


def test_the_newest_letter_of_a_kind_counts() -> None:
    first, second = confirmation("1e"), confirmation("2e")
    assert certificates.newest((first, REQUEST, second), ("preservation.confirm",)) is second
    assert certificates.newest((first,), ("decision",)) is None


async def test_certificates_print_in_all_languages_and_in_two() -> None:
    async with Press() as press:
        for languages in (*((each,) for each in LANGUAGES), ("ar", "fr")):
            head = Head(issuer=HEAD.issuer, reference=HEAD.reference, at=HEAD.at, languages=languages)
            page = certificates.authenticity((REQUEST, confirmation()), head)
            assert (await press.print(page)).startswith(b"%PDF-")


@pytest.mark.parametrize("level", [30, 77])
def test_a_level_that_is_not_known_is_shown_as_a_number(level: int) -> None:
    proved = REQUEST.proved[0]
    odd = type(proved)(digest="1" * 64, level=level, issuer=XB, at=1, role=None, code=9)
    record = type(REQUEST)(
        **{name: getattr(REQUEST, name) for name in REQUEST.__slots__ if name != "proved"}, proved=(odd,)
    )
    assert ("77" in words(certificates.authenticity((record,), HEAD))) == (level == 77)
