"""Key files."""

import dataclasses

import pytest

from rogatory_keys import keyfile as k
from rogatory_keys.errors import KeyFileError, KeyFileFault
from rogatory_protocol.ids import Kid

RECORD = k.KeyRecord(typ=k.KeyType.SEAL, seed=bytes(range(64)), kid=Kid(b"k" * 16), ts=1_800_000_000)
PASSPHRASE = "correct horse é"
HOME_KEY = b"h" * 32
CARRIED = k.seal_with_passphrase(RECORD, PASSPHRASE)
AT_HOME = k.seal_with_home_key(RECORD, HOME_KEY)


def fault(data: bytes, passphrase: str = PASSPHRASE, typ: k.KeyType = k.KeyType.SEAL) -> KeyFileFault:
    with pytest.raises(KeyFileError) as caught:
        k.open_with_passphrase(data, passphrase, typ)
    return caught.value.fault


def home_fault(data: bytes, home_key: bytes = HOME_KEY, typ: k.KeyType = k.KeyType.SEAL) -> KeyFileFault:
    with pytest.raises(KeyFileError) as caught:
        k.open_with_home_key(data, home_key, typ)
    return caught.value.fault


def test_carried_file_is_opened_by_its_passphrase_however_typed() -> None:
    assert k.open_with_passphrase(CARRIED, "correct horse e\u0301", k.KeyType.SEAL) == RECORD


def test_file_at_home_is_opened_by_the_home_key() -> None:
    assert k.open_with_home_key(AT_HOME, HOME_KEY, k.KeyType.SEAL) == RECORD


def test_format_of_a_carried_file() -> None:
    assert CARRIED[:6] == b"RGTK1\0"
    assert CARRIED[6:10] == (3).to_bytes(4, "big")
    assert CARRIED[10:18] == (2**28).to_bytes(8, "big")


def test_two_files_of_one_key_differ() -> None:
    assert k.seal_with_home_key(RECORD, HOME_KEY) != AT_HOME


def test_KEY_05_wrong_secret_is_refused() -> None:
    assert fault(CARRIED, "correct horse e") is KeyFileFault.WRONG_SECRET
    assert home_fault(AT_HOME, b"H" * 32) is KeyFileFault.WRONG_SECRET
    assert home_fault(AT_HOME, b"short") is KeyFileFault.WRONG_SECRET


@pytest.mark.parametrize(("ops", "mem"), [(1, 2**28), (2, 2**28), (3, 2**28 - 1), (3, 0), (0, 0)])
def test_KEY_05_lowered_cost_is_refused_on_read_and_write(ops: int, mem: int) -> None:
    lowered = CARRIED[:6] + ops.to_bytes(4, "big") + mem.to_bytes(8, "big") + CARRIED[18:]

    assert fault(lowered) is KeyFileFault.COST_TOO_LOW
    with pytest.raises(KeyFileError):
        k.seal_with_passphrase(RECORD, "x", ops=ops, mem_bytes=mem)


@pytest.mark.parametrize(("ops", "mem"), [(21, 2**28), (2**32 - 1, 2**28), (3, 2**32 + 1), (3, 2**64 - 1)])
def test_KEY_05_cost_of_a_trap_is_refused_unpaid(ops: int, mem: int) -> None:
    assert fault(CARRIED[:6] + ops.to_bytes(4, "big") + mem.to_bytes(8, "big") + CARRIED[18:]) is (
        KeyFileFault.COST_TOO_HIGH
    )


def test_KEY_05_swapped_salt_is_refused() -> None:
    assert fault(CARRIED[:18] + bytes(16) + CARRIED[34:]) is KeyFileFault.WRONG_SECRET


@pytest.mark.parametrize("size", [0, 5, 6, 30, 46])
def test_KEY_05_truncated_file_is_refused(size: int) -> None:
    assert fault(CARRIED[:size]) is KeyFileFault.FORMAT
    assert home_fault(AT_HOME[:size]) is KeyFileFault.FORMAT


def test_KEY_05_every_flipped_byte_is_refused() -> None:
    for at in range(len(AT_HOME)):
        changed = AT_HOME[:at] + bytes([AT_HOME[at] ^ 1]) + AT_HOME[at + 1 :]
        assert home_fault(changed) in {KeyFileFault.FORMAT, KeyFileFault.WRONG_SECRET}


def test_KEY_05_file_of_another_type_is_refused() -> None:
    assert home_fault(AT_HOME, typ=k.KeyType.NODE) is KeyFileFault.WRONG_TYPE
    assert fault(AT_HOME) is KeyFileFault.FORMAT
    assert home_fault(CARRIED) is KeyFileFault.FORMAT


def test_endless_file_is_refused() -> None:
    assert home_fault(AT_HOME + bytes(k.MAX_FILE_BYTES)) is KeyFileFault.FORMAT


def test_seed_of_another_length_is_refused() -> None:
    with pytest.raises(KeyFileError):
        k.seal_with_home_key(dataclasses.replace(RECORD, seed=bytes(32)), HOME_KEY)


def test_KEY_06_seed_is_not_shown() -> None:
    assert "seed" not in repr(RECORD)
    assert RECORD.seed.hex() not in repr(RECORD)
