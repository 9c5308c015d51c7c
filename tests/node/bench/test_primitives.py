"""The bound beside the figures of delivery."""

import pytest

from rogatory_node.bench.primitives import Costs, costs

ONE = Costs(sign=10.0, verify=4.0, seal=1.0, open=1.0, make_key=2.0)


def test_a_letter_needs_two_signatures_one_envelope_and_one_key() -> None:
    assert ONE.per_letter(batch=1, envelope=1) == pytest.approx(32)
    assert ONE.per_letter(batch=2, envelope=4) == pytest.approx(15)


def test_each_primitive_costs_something() -> None:
    found = costs(4_096)
    assert min(found.sign, found.verify, found.seal, found.open, found.make_key) > 0
