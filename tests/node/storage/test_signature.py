"""A batch's signature stored once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rogatory_node.storage.errors import DamagedError
from rogatory_node.storage.signature import batch_id, cut, join

SIG = bytes(range(200)) * 10


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_an_object_comes_back_byte_for_byte(before: bytes, after: bytes) -> None:
    raw = before + SIG + after
    taken = cut(raw, SIG)
    assert len(raw) - len(SIG) == len(taken.rest)
    assert raw == join(taken.rest, taken.at, taken.batch, SIG)


def test_a_payload_that_holds_the_signature_changes_nothing() -> None:
    raw = b"[" + SIG + b"," + SIG + b"]"
    taken = cut(raw, SIG)
    assert taken.rest == b"[" + SIG + b",]"
    assert raw == join(taken.rest, taken.at, taken.batch, SIG)


def test_STO_13_another_signature_is_noticed() -> None:
    taken = cut(b"a" + SIG, SIG)
    with pytest.raises(DamagedError):
        join(taken.rest, taken.at, taken.batch, SIG[:-1] + b"x")
    with pytest.raises(DamagedError):
        join(taken.rest, 2, batch_id(SIG), SIG)


def test_an_object_without_the_signature_is_refused() -> None:
    with pytest.raises(ValueError, match="not found"):
        cut(b"abc", SIG)
