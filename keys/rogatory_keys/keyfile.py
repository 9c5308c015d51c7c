"""Key files: one secret seed under a passphrase, or under the home key of a running node (B.16).

* Under a passphrase: ``"RGTK1\\0" | ops u32 | mem u64 | salt 16 | nonce 24 | XChaCha20-Poly1305(record)``, by Argon2id.
* Under the home key: ``"RGTH1\\0" | nonce 24 | XChaCha20-Poly1305(record)``; no Argon2id, so that a restart is quick.
* The record says what kind of key it is and which: RCBOR ``{v, typ, seed, kid, ts}``.
* The cost is checked before it is paid, both ways: too little is a lowered guard, too much is a trap.
"""

import secrets
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id

from rogatory_keys.errors import KeyFileError, KeyFileFault
from rogatory_protocol import fields as f
from rogatory_protocol.errors import RefusedError
from rogatory_protocol.ids import Kid
from rogatory_protocol.rcbor import Value, decode, encode

HOME_KEY_BYTES: Final = 32
MIN_OPS: Final = 3  # "3 passes, 256 MiB; 0.5 s"
MAX_OPS: Final = 20
MIN_MEM_BYTES: Final = 256 * 2**20
MAX_MEM_BYTES: Final = 4 * 2**30
MAX_FILE_BYTES: Final = 4_096

_PASSPHRASE_MAGIC: Final = b"RGTK1\0"
_HOME_MAGIC: Final = b"RGTH1\0"
_OPS_BYTES, _MEM_BYTES, _SALT_BYTES, _NONCE_BYTES, _TAG_BYTES = 4, 8, 16, 24, 16
_COST_END: Final = len(_PASSPHRASE_MAGIC) + _OPS_BYTES + _MEM_BYTES
_HEADER_BYTES: Final = _COST_END + _SALT_BYTES


class KeyType(StrEnum):
    """What a key is for; a file of one type never serves for another."""

    ROOT = "root"
    SEAL = "seal"
    NODE = "node"
    LOG = "log"
    STORE = "store"


SEED_BYTES: Final = {KeyType.ROOT: 64, KeyType.SEAL: 64, KeyType.NODE: 64, KeyType.LOG: 64, KeyType.STORE: 32}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """A secret in the clear. The seed is left out of ``repr``, so that no log shows it.

    Attributes:
        kid: The key id of the public key that the seed gives; 16 zero bytes for a store key, which has none.
        ts: When the key was made.
    """

    typ: KeyType
    seed: bytes = field(repr=False)
    kid: Kid
    ts: int


def seal_with_passphrase(
    record: KeyRecord, passphrase: str, *, ops: int = MIN_OPS, mem_bytes: int = MIN_MEM_BYTES
) -> bytes:
    """Write a key file that a person carries: root keys, exports. Takes half a second.

    Raises:
        KeyFileError: The cost is outside its limits.
    """
    _check_cost(ops, mem_bytes)
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    cost = ops.to_bytes(_OPS_BYTES, "big") + mem_bytes.to_bytes(_MEM_BYTES, "big")
    key = _stretch(passphrase, salt, ops, mem_bytes)
    # Cost and salt make the key and the nonce is the cipher's own, so every byte of the header is bound without AAD.
    box = crypto_aead_xchacha20poly1305_ietf_encrypt(_plain(record), None, nonce, key)
    return _PASSPHRASE_MAGIC + cost + salt + nonce + box


def open_with_passphrase(data: bytes, passphrase: str, typ: KeyType) -> KeyRecord:
    """Open a key file with its passphrase.

    Raises:
        KeyFileError: FORMAT, COST_TOO_LOW, COST_TOO_HIGH, WRONG_SECRET (or damaged), WRONG_TYPE.
    """
    start = _HEADER_BYTES + _NONCE_BYTES
    _check_shape(data, _PASSPHRASE_MAGIC, start)
    ops_end = len(_PASSPHRASE_MAGIC) + _OPS_BYTES
    ops = int.from_bytes(data[len(_PASSPHRASE_MAGIC) : ops_end], "big")
    mem_bytes = int.from_bytes(data[ops_end:_COST_END], "big")
    _check_cost(ops, mem_bytes)
    key = _stretch(passphrase, data[_COST_END:_HEADER_BYTES], ops, mem_bytes)
    return _record(_decrypt(data[start:], None, data[_HEADER_BYTES:start], key), typ)


def seal_with_home_key(record: KeyRecord, home_key: bytes) -> bytes:
    """Write a key file of a running node.

    Raises:
        KeyFileError: WRONG_SECRET: the home key is not 32 bytes.
    """
    _check_home_key(home_key)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    box = crypto_aead_xchacha20poly1305_ietf_encrypt(_plain(record), _HOME_MAGIC, nonce, home_key)
    return _HOME_MAGIC + nonce + box


def open_with_home_key(data: bytes, home_key: bytes, typ: KeyType) -> KeyRecord:
    """Open a key file of this node.

    Raises:
        KeyFileError: FORMAT, WRONG_SECRET (or damaged), WRONG_TYPE.
    """
    _check_home_key(home_key)
    start = len(_HOME_MAGIC) + _NONCE_BYTES
    _check_shape(data, _HOME_MAGIC, start)
    return _record(_decrypt(data[start:], _HOME_MAGIC, data[len(_HOME_MAGIC) : start], home_key), typ)


def _stretch(passphrase: str, salt: bytes, ops: int, mem_bytes: int) -> bytes:
    # One passphrase typed on two keyboards may come composed or decomposed; NFC makes it one.
    secret = unicodedata.normalize("NFC", passphrase).encode()
    return argon2id.kdf(HOME_KEY_BYTES, secret, salt, opslimit=ops, memlimit=mem_bytes)


def _check_cost(ops: int, mem_bytes: int) -> None:
    if ops < MIN_OPS or mem_bytes < MIN_MEM_BYTES:
        raise KeyFileError(KeyFileFault.COST_TOO_LOW)
    if ops > MAX_OPS or mem_bytes > MAX_MEM_BYTES:
        raise KeyFileError(KeyFileFault.COST_TOO_HIGH)


def _check_home_key(home_key: bytes) -> None:
    if len(home_key) != HOME_KEY_BYTES:
        raise KeyFileError(KeyFileFault.WRONG_SECRET)


def _check_shape(data: bytes, magic: bytes, start: int) -> None:
    if not data.startswith(magic) or not start + _TAG_BYTES < len(data) <= MAX_FILE_BYTES:
        raise KeyFileError(KeyFileFault.FORMAT)


def _decrypt(box: bytes, bound: bytes | None, nonce: bytes, key: bytes) -> bytes:
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(box, bound, nonce, key)
    except CryptoError:
        raise KeyFileError(KeyFileFault.WRONG_SECRET) from None


def _plain(record: KeyRecord) -> bytes:
    if len(record.seed) != SEED_BYTES[record.typ]:
        raise KeyFileError(KeyFileFault.FORMAT)
    return encode({"v": 1, "typ": record.typ.value, "seed": record.seed, "kid": record.kid, "ts": record.ts})


def _type(value: Value, what: str) -> KeyType:
    if not isinstance(value, str) or value not in set(KeyType):
        raise f.wrong(what, "is not a type of key")
    return KeyType(value)


_FIELDS: Final[f.Table] = {"v": f.const(1), "typ": _type, "seed": f.data(64, 32), "kid": f.b(16), "ts": f.uint()}


def _record(plain: bytes, typ: KeyType) -> KeyRecord:
    try:
        taken = f.take(decode(plain), _FIELDS, "key record")
    except RefusedError:
        raise KeyFileError(KeyFileFault.FORMAT) from None
    del taken["v"]
    record = KeyRecord(**taken)
    if record.typ is not typ:
        raise KeyFileError(KeyFileFault.WRONG_TYPE)
    if len(record.seed) != SEED_BYTES[typ]:
        raise KeyFileError(KeyFileFault.FORMAT)
    return record
