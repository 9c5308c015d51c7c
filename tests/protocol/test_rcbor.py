"""One value has one encoding, and nothing else is read."""

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rogatory_protocol.errors import LocalProtocolError, RefusedError
from rogatory_protocol.rcbor import decode, encode

KEYS = st.text(min_size=1, max_size=20).filter(lambda key: len(key.encode()) <= 23)
VALUES = st.recursive(
    st.integers(0, 2**64 - 1) | st.binary(max_size=80) | st.text(max_size=40) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)


def depth(value: object) -> int:
    inner = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    return 1 + max(map(depth, inner), default=0)


@given(VALUES.filter(lambda value: depth(value) <= 8))
def test_values_come_back_and_equal_another_encoder(value: object) -> None:
    coded = encode(value)
    assert decode(coded) == value
    assert coded == cbor2.dumps(value, canonical=True)


@given(st.binary(max_size=60))
def test_ENC_01_what_decodes_encodes_to_the_same_bytes(data: bytes) -> None:
    try:
        value = decode(data)
    except RefusedError:
        return
    assert encode(value) == data


@pytest.mark.parametrize(
    "data",
    [
        "", "1800", "190001", "1a00000001", "1b0000000000000001", "20", "c000", "f7", "f90000", "fb0000000000000000",
        "5f4100ff", "9f00ff", "bf616100ff", "0000", "61ff", "62c080", "63eda080", "4100ff", "f818", "8100" + "00",
        "a2616100616100", "a2616200616100", "a1000000", "a16000", "a17818" + "61" * 24 + "00", "a14161" + "00",
        "42ff", "82", "a1", "a16161",
    ],
)  # fmt: skip
def test_ENC_02_other_forms_are_refused(data: str) -> None:
    with pytest.raises(RefusedError):
        decode(bytes.fromhex(data))


@pytest.mark.parametrize("head", ["5b7fffffffffffffff", "9affffffff", "bb8000000000000000", "7b00000000ffffffff"])
def test_ENC_06_lying_lengths_are_refused_before_allocation(head: str) -> None:
    with pytest.raises(RefusedError):
        decode(bytes.fromhex(head))


@pytest.mark.parametrize("deep", [9, 1_000, 100_000])
def test_ENC_05_depth_bombs_are_refused(deep: int) -> None:
    assert decode(b"\x81" * 7 + b"\0") is not None
    with pytest.raises(RefusedError):
        decode(b"\x81" * (deep - 1) + b"\0")


@pytest.mark.parametrize("value", [-1, 2**64, 1.5, {"": 0}, {"a" * 24: 0}, (), "\ud800", [[[[[[[[0]]]]]]]]])
def test_values_outside_are_our_own_mistake(value: object) -> None:
    with pytest.raises(LocalProtocolError):
        encode(value)
