"""The printed request: the order that its readers know, every type, and forms that are newer than we are."""

import json
from datetime import UTC, datetime

import pytest

from rogatory_node.casework.types import catalogue
from rogatory_node.demo.case import confirmation, preservation
from rogatory_node.documents.formal import ORDER, languages_of, page
from rogatory_node.documents.page import Page, plain
from rogatory_node.documents.press import Press
from rogatory_node.i18n import LANGUAGES

AT = datetime(2031, 1, 24, 8, tzinfo=UTC)
PRESERVATION = preservation(AT, [{"name": "order.pdf", "role": "order"}])


def words(made: Page) -> str:
    """All that a document says, as one string."""
    return json.dumps(plain(made), ensure_ascii=False)


def test_a_preservation_request_has_the_order_of_the_template() -> None:
    made = page(PRESERVATION, ("en",))
    headings = [block.heading[0].words for block in made.blocks if block.heading and block.level == 1]
    schema = catalogue.whole(catalogue.types()[0])["properties"]
    assert made.title[0].words == "Expedited preservation of stored computer data"
    assert made.reference == "XA-2031-0042"
    places = [headings.index(each) for each in ("References", "Proceeding", "Offences", "Summary of the facts", "Data")]
    assert places == sorted(places)
    assert set(ORDER) - set(schema) <= {
        "data",
        "relation_of_data_to_offence",
        "custodian",
        "necessity",
        "partial_disclosure_wanted",
        "intent_to_submit_mla",
        "duration_asked_days",
    }


@pytest.mark.parametrize("code", [kind.code for kind in catalogue.types()])
def test_every_type_is_told_whole(code: str) -> None:
    form = catalogue.example(code)
    made = words(page(form, ("fr", "ar")))

    def leaves(value: object) -> list[str]:
        if isinstance(value, dict):
            return [leaf for each in value.values() for leaf in leaves(each)]
        if isinstance(value, list):
            return [leaf for each in value for leaf in leaves(each)]
        return [value] if isinstance(value, str) and len(value) > 25 else []

    assert [leaf for leaf in leaves({**form, "kind": "", "type": ""}) if leaf not in made] == []


def test_several_measures_are_numbered_under_the_common_part() -> None:
    form = {
        "kind": "request",
        "facts_summary": "Hechos",
        "assistance": [{"type": "data.subscriber"}, {"type": "search.seizure"}],
    }
    made = page(form, ("en",))
    assert made.title[0].words == "Request for assistance"
    assert [block.heading[0].words[:2] for block in made.blocks if block.heading][-2:] == ["1.", "2."]


def test_DOM_a_newer_type_is_printed_as_it_stands_and_says_so() -> None:
    made = page({"kind": "request", "type": "data.telepathy", "thoughts": "of the suspect"}, ("en",))
    assert "does not know" in made.blocks[0].paragraphs[0].words
    assert "of the suspect" in words(made)


def test_codes_are_named_and_other_letters_have_the_title_of_their_kind() -> None:
    told = words(page(PRESERVATION, ("es",)))
    assert "Datos en riesgo" in told
    assert "Ciberdelincuencia" in told
    assert "francés" in told
    assert "(BC)" in told
    assert page({"kind": "withdrawal", "reasons": "x"}, ("en",)).title[0].words.startswith("Withdrawal")
    assert page({"kind": "telepathy"}, ("en",)).title[0].words == "Request for assistance"


def test_a_reply_is_told_in_the_words_of_its_kind() -> None:
    told = words(page(confirmation(AT), ("fr",)))
    for part in ("Conservées jusqu'au", "24 avril 2031", "Données relatives au trafic", "Référence du fournisseur"):
        assert part in told
    assert "provider_ticket" not in told


def test_a_draft_says_so_and_a_letter_names_itself() -> None:
    assert page(PRESERVATION, ("en",)).foot[0].words == "Draft. Not sent."
    sent = page(PRESERVATION, ("en",), digest="ab" * 32, sent=1_930_000_000, sender="Ministerio")
    assert "abababababababab." in sent.foot[0].words
    assert (sent.sender.words, sent.date[0].words) == ("Ministerio", "27 February 2031")


def test_the_day_of_the_signature_is_in_words() -> None:
    rows = page(PRESERVATION, ("fr", "ar")).signature
    assert rows[1].value.words.startswith("24 janvier 2031\n24 ")
    assert page({"signature": {"date": "soon"}}, ("en",)).signature[1].value.words == "soon"


@pytest.mark.parametrize("wrong", [{}, {"requesting_authority": 5, "references": [], "signature": "x", "date": 7}])
def test_what_is_missing_or_of_another_kind_is_no_error(wrong: dict[str, object]) -> None:
    assert plain(page(wrong, ("en",)))["reference"] == ""


def test_languages_are_those_asked_for_else_the_form_s_own() -> None:
    assert languages_of({"language": "fr-CA"}, ()) == ("fr",)
    assert languages_of({"language": "de"}, ()) == ("en",)
    assert languages_of({"language": "fr"}, ("ar", "es")) == ("ar", "es")


async def test_the_demonstrated_request_prints_in_all_languages() -> None:
    async with Press() as press:
        for language in LANGUAGES:
            assert (await press.print(page(PRESERVATION, (language,)))).startswith(b"%PDF-")
