"""How far a draft is."""

from rogatory_node.casework.checking_finding import Finding
from rogatory_node.web.desk.drafting import form_bytes, section_of_finding


def test_a_finding_leads_to_the_page_where_it_is_put_right() -> None:
    for path, code in (
        ("/facts_summary", "facts"),
        ("/offences/0/title", "offences"),
        ("/custodian/provider", "assistance"),
        ("/assistance/0/facts_summary", "facts"),
        ("", "assistance"),
    ):
        assert section_of_finding(Finding(code="x", level="hint", path=path, text="")).code == code


def test_what_is_no_text_does_not_break_a_form() -> None:
    assert form_bytes({"a": "\ud800"}) == b'{"a":"?"}'
