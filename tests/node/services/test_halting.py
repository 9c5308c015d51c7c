"""After the brake nothing is signed."""

import hashlib

import pytest

from rogatory_node.services.halting import Brake, HaltedError
from rogatory_protocol.signed import Context, parse, sign, verify_one
from rogatory_protocol.suite import SigningKey

KEY = SigningKey(hashlib.sha512(b"seal").digest())


def test_a_guarded_key_signs_until_the_brake_is_pulled() -> None:
    told: list[str] = []
    brake = Brake(told.append)
    guarded = brake.guard(KEY)
    assert (guarded.kid, guarded.public) == (KEY.kid, KEY.public)
    verify_one(parse(sign(guarded, Context.CARD, b"x"), max_bytes=8_192), KEY.public, Context.CARD)
    brake.pull("copy")
    brake.pull("other")
    with pytest.raises(HaltedError) as halted:
        sign(guarded, Context.CARD, b"x")
    assert halted.value.reason == brake.reason == "copy"
    assert told == ["copy"]
    assert "signer" not in repr(guarded)
