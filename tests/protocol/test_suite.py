"""Suite 1 agrees with the published vectors and refuses what it must."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.suite import (
    MLDSA_SIGNATURE_BYTES,
    SIGNATURE_BYTES,
    EncryptionKey,
    SigningKey,
    check_public,
    seal,
    verify,
)

KEY = SigningKey(bytes(range(64)))
BOX = EncryptionKey(bytes(range(32)))


def vectors(name: str) -> Any:
    return json.loads((Path(os.environ["ROGATORY_VECTORS"]) / name).read_text())


def test_keys_equal_the_first_vectors() -> None:
    known = vectors("rgt1.json")
    assert KEY.public.hex() == known["signing_pub_A"]
    assert KEY.kid.hex() == known["kid_A"]
    assert BOX.public.hex() == known["enc_pub"]
    assert BOX.kid.hex() == known["enc_kid"]


def test_LET_30_composite_signatures_of_the_draft_verify() -> None:
    """The composite has the label, order and pre-hash of the draft; this fails when any of them changes."""
    known = vectors("ietf/lamps-composite-sigs.json")
    (case,) = [test for test in known["tests"] if test["tcId"] == "id-MLDSA65-Ed25519-SHA512"]
    import base64

    message = base64.b64decode(known["m"])
    public, context = base64.b64decode(case["pk"]), base64.b64decode(known["ctx"])
    verify(public, message, b"", base64.b64decode(case["s"]))
    verify(public, message, context, base64.b64decode(case["sWithContext"]))
    with pytest.raises(RefusedError):
        verify(public, message, b"other", base64.b64decode(case["sWithContext"]))


def test_LET_07_each_half_is_needed() -> None:
    good, other = KEY.sign(b"m", b"c"), KEY.sign(b"other", b"c")
    cut = MLDSA_SIGNATURE_BYTES
    for forged in (good[:cut] + bytes(64), good[:cut] + other[cut:], other[:cut] + good[cut:], bytes(SIGNATURE_BYTES)):
        with pytest.raises(RefusedError) as caught:
            verify(KEY.public, b"m", b"c", forged)
        assert caught.value.code is Code.SIGNATURE


def test_LET_09_another_context_is_refused() -> None:
    signature = KEY.sign(b"m", b"rogatory/1 letter")
    for context in (b"", b"rogatory/1 evidence", bytes(255)):
        with pytest.raises(RefusedError):
            verify(KEY.public, b"m", context, signature)


SMALL_ORDER = [
    bytes(32),
    b"\1" + bytes(31),
    bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
]


@pytest.mark.parametrize("classical", SMALL_ORDER)
def test_LET_08_small_order_keys_are_refused_twice(classical: bytes) -> None:
    public = KEY.public[:-32] + classical
    with pytest.raises(RefusedError):
        check_public(public)
    with pytest.raises(RefusedError):
        verify(public, b"m", b"c", KEY.sign(b"m", b"c")[:-64] + classical + bytes(32))


def test_every_flipped_byte_of_a_signature_is_refused() -> None:
    good = KEY.sign(b"m", b"c")
    for at in range(0, SIGNATURE_BYTES, 7):
        with pytest.raises(RefusedError):
            verify(KEY.public, b"m", b"c", good[:at] + bytes((good[at] ^ 1,)) + good[at + 1 :])


def test_sealed_text_opens_only_with_its_key_and_info() -> None:
    sealed = seal(BOX.public, b"info", b"text")
    assert BOX.open(b"info", sealed) == b"text"
    for key, info, data in (
        (BOX, b"other", sealed),
        (EncryptionKey(bytes(32)), b"info", sealed),
        (BOX, b"info", sealed[:-1]),
        (BOX, b"info", b""),
    ):
        with pytest.raises(RefusedError) as caught:
            key.open(info, data)
        assert caught.value.code is Code.DECRYPTION


def test_a_key_that_is_no_key_cannot_be_sealed_to() -> None:
    for public in (b"", BOX.public[:-1], BOX.public[:-32] + bytes(32)):
        with pytest.raises(RefusedError):
            seal(public, b"", b"")


def test_seeds_of_the_wrong_length_are_our_own_mistake() -> None:
    with pytest.raises(LocalProtocolError):
        SigningKey(bytes(63))
    with pytest.raises(LocalProtocolError):
        EncryptionKey(bytes(33))
    with pytest.raises(LocalProtocolError):
        KEY.sign(b"", bytes(256))
