"""Identifiers by which nothing can be found."""

import pytest

from rogatory_node.bench.flaws import AT, planted
from rogatory_node.casework.checking import check
from rogatory_node.casework.types import catalogue

CODES = {"ip.port", "ip.time", "ip.zone", "identifier.shape", "fishing.identifier"}
FORMS = [each for each in planted() if each[1] in CODES]


@pytest.mark.parametrize("code", sorted(CODES))
def test_each_defect_is_named_with_its_place(code: str) -> None:
    forms = [form for _, of, form in FORMS if of == code]
    assert forms
    for form in forms:
        (first, *_) = [each for each in check(form, at=AT) if each.code == code] or [None]
        assert first is not None
        assert first.path.startswith("/")


def test_an_address_without_a_port_can_be_preserved_but_not_disclosed() -> None:
    for kind, level in (("data.preserve", "risk"), ("data.subscriber", "missing")):
        form = catalogue.example(kind)
        del form["data"][0]["identifiers"][0]["port"]
        assert [(each.code, each.level) for each in check(form, at=AT)] == [("ip.port", level)]
