"""Parts: forms and their limits."""

import pytest

from rogatory_protocol import parts
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.rcbor import encode

MIB = 2**20


def test_ENC_12_the_form_ends_at_one_mebibyte() -> None:
    raw = parts.form_bytes(parts.Form(mt="application/json", data=b"f" * MIB))
    assert len(parts.parse_form(raw).data) == MIB
    with pytest.raises(LocalProtocolError):
        parts.form_bytes(parts.Form(mt="application/json", data=b"f" * (MIB + 1)))
    with pytest.raises(RefusedError) as caught:
        parts.parse_form(encode({"mt": "application/json", "data": b"f" * (MIB + 1)}))
    assert caught.value.code is Code.TOO_LARGE


def test_the_commitment_binds_salt_and_item() -> None:
    """The salt has a fixed length, so that no byte can move from one to the other."""
    made = {parts.commit(b"s" * 32, b"item"), parts.commit(b"t" * 32, b"item"), parts.commit(b"s" * 32, b"itemx")}
    assert len(made) == 3
    raw = encode([[b"s" * 31, b"sitem"], []])
    with pytest.raises(RefusedError) as caught:
        parts.open_parts(raw, form=parts.commit(b"s" * 32, b"item"), att=())
    assert caught.value.code is Code.MALFORMED


@pytest.mark.parametrize("value", [[], [None], {}, [None, [], []], [[b"s" * 32], []], [None, {}]])
def test_ENC_10_other_shapes_are_refused(value: object) -> None:
    with pytest.raises(RefusedError) as caught:
        parts.open_parts(encode(value), form=b"c" * 32, att=(), disclosure=True)  # type: ignore[arg-type]
    assert caught.value.code is Code.MALFORMED


def test_parts_above_the_envelope_are_refused() -> None:
    with pytest.raises(RefusedError) as caught:
        parts.open_parts(bytes(2 * MIB + 1), form=b"c" * 32, att=())
    assert caught.value.code is Code.TOO_LARGE
