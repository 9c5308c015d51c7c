"""Errors of keys and trust."""

from rogatory_keys.errors import KeyFileError, KeyFileFault, KeysError, SnapshotError


def test_every_error_has_its_own_code() -> None:
    codes = [error.code for error in (KeysError, KeyFileError, SnapshotError)]

    assert len(set(codes)) == len(codes)


def test_key_file_error_names_its_fault_only() -> None:
    assert str(KeyFileError(KeyFileFault.WRONG_SECRET)) == "key file: wrong_secret"
