"""Rows sealed at rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rogatory_node.storage.errors import DamagedError
from rogatory_node.storage.seal import OVERHEAD_BYTES, RowSealer

SEALER = RowSealer(bytes(range(32)))
ROW = b"\1" * 32


@given(st.binary(max_size=200))
def test_what_was_sealed_opens(value: bytes) -> None:
    sealed = SEALER.seal("letters", "raw", ROW, value)
    assert value == SEALER.open("letters", "raw", ROW, sealed)
    assert len(value) + OVERHEAD_BYTES == len(sealed)


@pytest.mark.parametrize(
    ("table", "column", "identifier"),
    [
        ("evidence", "raw", ROW),
        ("letters", "parts", ROW),
        ("letters", "raw", b"\2" * 32),
        ("letters", "raw\0", ROW[1:]),
    ],
)
def test_STO_14_a_value_copied_to_another_place_does_not_open(table: str, column: str, identifier: bytes) -> None:
    sealed = SEALER.seal("letters", "raw", ROW, b"value")
    with pytest.raises(DamagedError) as caught:
        SEALER.open(table, column, identifier, sealed)
    assert identifier == caught.value.identifier


def test_STO_13_every_changed_bit_is_noticed() -> None:
    sealed = SEALER.seal("letters", "raw", ROW, b"value")
    for bit in range(8 * len(sealed)):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(DamagedError):
            SEALER.open("letters", "raw", ROW, bytes(changed))


@pytest.mark.parametrize("size", [0, 1, 24, OVERHEAD_BYTES - 1])
def test_STO_13_a_value_cut_short_is_noticed(size: int) -> None:
    with pytest.raises(DamagedError):
        SEALER.open("letters", "raw", ROW, SEALER.seal("letters", "raw", ROW, b"")[:size])


def test_STO_22_another_key_does_not_open() -> None:
    with pytest.raises(DamagedError):
        RowSealer(bytes(32)).open("letters", "raw", ROW, SEALER.seal("letters", "raw", ROW, b"value"))


def test_no_nonce_comes_twice() -> None:
    assert len({SEALER.seal("letters", "raw", ROW, b"")[:24] for _ in range(100)}) == 100


def test_the_key_is_not_shown() -> None:
    assert bytes(range(32)).hex() not in repr(SEALER)
    assert repr(bytes(range(32))) not in repr(SEALER)


def test_a_key_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        RowSealer(bytes(16))


def test_a_derived_key_depends_on_purpose_and_row_key_and_is_neither() -> None:
    one, other = RowSealer(bytes(32)), RowSealer(bytes(31) + b"\1")
    keys = {one.derived("search"), one.derived("other"), other.derived("search"), bytes(32)}
    assert len(keys) == 4
    assert one.derived("search") == RowSealer(bytes(32)).derived("search")
