"""Custody of signing keys."""

import dataclasses

import pytest

from rogatory_keys import custody
from rogatory_keys.errors import KeyFileError, KeyFileFault
from rogatory_keys.keyfile import KeyRecord, KeyType, seal_with_home_key, seal_with_passphrase
from rogatory_protocol.ids import Kid
from rogatory_protocol.suite import SigningKey, verify

HOME_KEY = b"h" * 32
KEY = SigningKey(bytes(range(1, 65)))
RECORD = KeyRecord(typ=KeyType.NODE, seed=bytes(range(1, 65)), kid=KEY.kid, ts=0)


def test_loaded_key_signs_as_itself() -> None:
    key = custody.load(seal_with_home_key(RECORD, HOME_KEY), HOME_KEY, KeyType.NODE, kid=KEY.kid)

    verify(KEY.public, b"message", b"context", key.sign(b"message", b"context"))


def test_carried_key_is_loaded() -> None:
    root = dataclasses.replace(RECORD, typ=KeyType.ROOT)

    assert custody.load_carried(seal_with_passphrase(root, "pass"), "pass").public == KEY.public


def test_KEY_08_halves_of_different_keys_are_refused_at_start() -> None:
    mixed = dataclasses.replace(RECORD, seed=RECORD.seed[:32] + bytes(range(32)))

    with pytest.raises(KeyFileError) as caught:
        custody.load(seal_with_home_key(mixed, HOME_KEY), HOME_KEY, KeyType.NODE)
    assert caught.value.fault is KeyFileFault.MISMATCH


def test_KEY_08_key_that_the_statement_does_not_name_is_refused() -> None:
    with pytest.raises(KeyFileError) as caught:
        custody.load(seal_with_home_key(RECORD, HOME_KEY), HOME_KEY, KeyType.NODE, kid=Kid(bytes(16)))
    assert caught.value.fault is KeyFileFault.MISMATCH


@pytest.mark.parametrize("typ", [KeyType.STORE, KeyType.LOG])
def test_key_that_does_not_sign_is_refused(typ: KeyType) -> None:
    with pytest.raises(KeyFileError) as caught:
        custody.signer(dataclasses.replace(RECORD, typ=typ))
    assert caught.value.fault is KeyFileFault.WRONG_TYPE
    with pytest.raises(KeyFileError):
        custody.make(typ, ts=0)


def test_new_keys_differ() -> None:
    one, two = (custody.make(KeyType.SEAL, ts=7) for _ in range(2))

    assert one.seed != two.seed
    assert custody.signer(one).kid == one.kid
