"""Identifiers, digits and padded sizes are those of the specification."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from rogatory_protocol.ids import Aid, aid_of, digest_of, digits_of, kid_of, padme


def known() -> Any:
    return json.loads((Path(os.environ["ROGATORY_VECTORS"]) / "rgt1.json").read_text())


def test_digits_equal_the_first_vectors() -> None:
    vectors = known()
    assert digits_of(Aid(bytes.fromhex(vectors["aid_A"]))) == vectors["digits_A"]


def test_DIR_22_one_wrong_bit_gives_other_digits() -> None:
    assert digits_of(Aid(bytes(32))) != digits_of(Aid(bytes(31) + b"\1"))


def test_padded_sizes_equal_the_first_vectors() -> None:
    for length, padded in known()["padme"].items():
        assert padme(int(length)) == padded


@pytest.mark.parametrize("length", [0, 1, 4_095, 4_096, 4_097, 65_535, 2**20, 2**20 + 1, 2**40])
def test_LET_23_padding_never_shrinks_and_costs_little(length: int) -> None:
    padded = padme(length)
    assert padded >= max(length, 4_096)
    assert padme(padded) == padded
    assert padded <= max(4_096, length * 1.0626)


def test_hashes_of_one_thing_for_different_uses_differ() -> None:
    assert len({kid_of(b"x"), aid_of(b"x"), aid_of(b"x")[:16], digest_of(b"x"), digest_of(b"x")[:16]}) == 5
