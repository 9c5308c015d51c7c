"""Articles that ask for fields: of fields and types that exist, and none where only practice asks."""

import pytest

from rogatory_node.bench.flaws import AT
from rogatory_node.casework.checking import check
from rogatory_node.casework.checking_articles import ATTACHED, COMMON, OTHER_ACTS, OWN, article
from rogatory_node.casework.types import catalogue

KINDS = {kind.code: kind for kind in catalogue.types()}


def test_every_field_and_type_of_the_tables_exists() -> None:
    assert {*OWN, *ATTACHED, *OTHER_ACTS} <= set(KINDS)
    assert set(COMMON) <= set(catalogue.request()["properties"])
    for code, fields in OWN.items():
        assert set(fields) <= set(catalogue.whole(KINDS[code])["properties"]), code
    assert all(KINDS[code].attachments for code in ATTACHED)


@pytest.mark.parametrize(
    ("code", "field", "wanted"),
    [
        ("data.preserve", "necessity", "BC 29(2)(e)"),
        ("data.preserve", "references", ""),
        ("evidence.statement", "facts_summary", "UNCAC 46(15)(c)"),
        ("evidence.statement", "questions", "UNCAC 46(15)(d)"),
        ("evidence.statement", "nexus", ""),
        ("extradition", "facts_summary", ""),
        ("extradition", "statement_of_acts", "ECE 12"),
        ("data.domain", "domains", "BC-2AP 6"),
    ],
)
def test_a_missing_field_names_what_asks_for_it(code: str, field: str, wanted: str) -> None:
    assert article(KINDS[code], field) == wanted
    form = catalogue.example(code)
    del form[field]
    (found,) = [each for each in check(form, at=AT) if each.code == "field.missing"]
    assert (found.path, found.article) == (f"/{field}", wanted)
