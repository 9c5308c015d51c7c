"""Custody: how a running node comes to its signing keys (B.16).

* The seam for hardware is ``suite.Signer``: whoever signs does not know whether the key is a file's or a token's.
* A key is checked against the key id that was written beside it: halves mixed up by a restore stop the start.
* Today keys come from files under the home key; a token's Ed25519 half will come from here too.
"""

import secrets
from typing import Final

from rogatory_keys.errors import KeyFileError, KeyFileFault
from rogatory_keys.keyfile import SEED_BYTES, KeyRecord, KeyType, open_with_home_key, open_with_passphrase
from rogatory_protocol.ids import Kid
from rogatory_protocol.suite import Signer, SigningKey

SIGNING: Final = frozenset({KeyType.ROOT, KeyType.SEAL, KeyType.NODE})


def make(typ: KeyType, *, ts: int) -> KeyRecord:
    """Make a new signing key from the operating system's randomness.

    Raises:
        KeyFileError: WRONG_TYPE: the type does not sign.
    """
    if typ not in SIGNING:
        raise KeyFileError(KeyFileFault.WRONG_TYPE)
    seed = secrets.token_bytes(SEED_BYTES[typ])
    return KeyRecord(typ=typ, seed=seed, kid=SigningKey(seed).kid, ts=ts)


def signer(record: KeyRecord) -> Signer:
    """Make a signer of an opened key file.

    Raises:
        KeyFileError: WRONG_TYPE: the key does not sign; MISMATCH: the seed does not give the key it claims to be.
    """
    if record.typ not in SIGNING:
        raise KeyFileError(KeyFileFault.WRONG_TYPE)
    key = SigningKey(record.seed)
    if key.kid != record.kid:
        raise KeyFileError(KeyFileFault.MISMATCH)
    return key


def load(data: bytes, home_key: bytes, typ: KeyType, *, kid: Kid | None = None) -> Signer:
    """Load a node's or seal key from its file.

    Args:
        data: The key file.
        home_key: The 32-byte key of this node.
        typ: What the key must be for.
        kid: The key that the current statement names, when there is one to compare with.

    Raises:
        KeyFileError: As ``open_with_home_key`` and ``signer``; MISMATCH: not the key named.
    """
    key = signer(open_with_home_key(data, home_key, typ))
    if kid is not None and key.kid != kid:
        raise KeyFileError(KeyFileFault.MISMATCH)
    return key


def load_carried(data: bytes, passphrase: str, typ: KeyType = KeyType.ROOT) -> Signer:
    """Load a key that a person carries, at a ceremony.

    Raises:
        KeyFileError: As ``open_with_passphrase`` and ``signer``.
    """
    return signer(open_with_passphrase(data, passphrase, typ))
