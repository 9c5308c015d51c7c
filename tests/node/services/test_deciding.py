"""The letter that gives the reasons of a decision can itself be sent."""

import json

import pytest

from rogatory_node.services.composing import UnfitError, read_form
from rogatory_node.services.deciding import GROUNDS, decision_form
from rogatory_protocol.evidence import MAX_GROUND_BYTES
from rogatory_protocol.ids import Digest


@pytest.mark.parametrize(("ground", "outcome"), [(None, "ACCEPTED"), ("DUAL_CRIMINALITY", "REFUSED")])
def test_a_decision_is_a_form_of_its_kind(ground: str | None, outcome: str) -> None:
    raw = decision_form([Digest(bytes(32))], ground=ground, reasons="№ 1: “no such offence”\n", grade="VOLATILE")
    form = json.loads(raw)
    assert (read_form(raw).kind, form["outcome"], form["grounds"]) == ("decision", outcome, [ground] if ground else [])
    assert read_form(raw).urg == 3
    assert (form["reasons"], form["letters"]) == ("№ 1: “no such offence”\n", ["00" * 32])


def test_every_ground_fits_evidence_and_the_forbidden_ones_have_no_code() -> None:
    assert all(len(ground.encode()) <= MAX_GROUND_BYTES for ground in GROUNDS)
    assert len(set(GROUNDS)) == len(GROUNDS)
    assert not [ground for ground in GROUNDS if "BANK" in ground or "FISCAL" in ground]


def test_reasons_that_are_no_text_are_refused_when_the_form_is_read() -> None:
    with pytest.raises(UnfitError, match="not UTF-8"):
        read_form(decision_form([], ground=None, reasons="\ud800", grade="ROUTINE"))
