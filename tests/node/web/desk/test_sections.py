"""The parts of a request."""

from rogatory_node.casework.types import catalogue
from rogatory_node.web.desk.sections import LEFT_OUT, SECTIONS, schema_of, section_of, section_with


def test_every_field_of_every_type_is_asked_for_once() -> None:
    for kind in catalogue.types():
        asked = [name for section in SECTIONS for name in schema_of(section, kind)["properties"]]
        assert len(asked) == len(set(asked)), kind.code
        assert set(asked) == set(catalogue.whole(kind)["properties"]) - LEFT_OUT, kind.code


def test_a_field_leads_to_its_part() -> None:
    assert section_with("facts_summary").code == "facts"
    assert section_with("custodian").code == "assistance"
    assert section_of("facts") is section_with("purpose")
    assert section_of("other") is None
