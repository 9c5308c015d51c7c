"""Suite 1: composite signatures and hybrid public-key encryption (B.2).

* A signature is ML-DSA-65 and Ed25519 together over one prefixed message; both halves must verify.
* Ed25519 is verified by libsodium, which refuses small-order keys and non-canonical encodings; OpenSSL does not.
* Encryption is single-shot HPKE base mode; every failure inside the library is the one refusal DECRYPTION.
"""

import hashlib
from functools import lru_cache
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from nacl.bindings import crypto_core_ed25519_is_valid_point, crypto_sign_open
from nacl.exceptions import BadSignatureError

from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Kid, kid_of

SUITE: Final = 1
MLDSA_PUBLIC_BYTES: Final = 1_952
MLDSA_SIGNATURE_BYTES: Final = 3_309
SIGNING_PUBLIC_BYTES: Final = MLDSA_PUBLIC_BYTES + 32
SIGNATURE_BYTES: Final = MLDSA_SIGNATURE_BYTES + 64
SIGNING_SEED_BYTES: Final = 64
MLKEM_PUBLIC_BYTES: Final = 1_184
ENCRYPTION_PUBLIC_BYTES: Final = MLKEM_PUBLIC_BYTES + 32
ENCRYPTION_SEED_BYTES: Final = 32
ENCAPSULATION_BYTES: Final = 1_120
SEAL_OVERHEAD_BYTES: Final = ENCAPSULATION_BYTES + 16

_PREFIX: Final = b"CompositeAlgorithmSignatures2025"
_LABEL: Final = b"COMPSIG-MLDSA65-Ed25519-SHA512"
_HPKE: Final = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class Signer(Protocol):
    """Whatever can sign as a key of an authority: a key file, later a hardware token."""

    @property
    def public(self) -> bytes:
        """The composite public key, 1,984 bytes."""

    @property
    def kid(self) -> Kid:
        """The key id."""

    def sign(self, message: bytes, context: bytes) -> bytes:
        """Sign; return 3,373 bytes."""


class SigningKey:
    """A composite private key in this process (B.2.2): ML-DSA seed (32) and Ed25519 seed (32)."""

    __slots__ = ("_classical", "_lattice", "kid", "public")

    def __init__(self, seed: bytes) -> None:
        """Derive both halves.

        Raises:
            LocalProtocolError: The seed is not 64 bytes.
        """
        if len(seed) != SIGNING_SEED_BYTES:
            raise LocalProtocolError("a signing seed has 64 bytes")
        self._lattice = MLDSA65PrivateKey.from_seed_bytes(seed[:32])
        self._classical = Ed25519PrivateKey.from_private_bytes(seed[32:])
        classical = self._classical.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.public: bytes = self._lattice.public_key().public_bytes_raw() + classical
        self.kid: Kid = kid_of(self.public)

    def sign(self, message: bytes, context: bytes) -> bytes:
        """Sign with both halves; ML-DSA is hedged, so two signatures of one message differ."""
        prefixed = _prefixed(message, context)
        return self._lattice.sign(prefixed, _LABEL) + self._classical.sign(prefixed)


def verify(public: bytes, message: bytes, context: bytes, signature: bytes) -> None:
    """Verify both halves of a composite signature.

    Raises:
        RefusedError: SIGNATURE: a length, the key or either half is wrong.
    """
    if len(public) != SIGNING_PUBLIC_BYTES or len(signature) != SIGNATURE_BYTES:
        raise RefusedError(Code.SIGNATURE, "length of key or signature")
    prefixed = _prefixed(message, context)
    try:
        # libsodium's open wants signature and message together; it is the cheaper half, so it goes first.
        crypto_sign_open(signature[MLDSA_SIGNATURE_BYTES:] + prefixed, public[MLDSA_PUBLIC_BYTES:])
        lattice = MLDSA65PublicKey.from_public_bytes(public[:MLDSA_PUBLIC_BYTES])
        lattice.verify(signature[:MLDSA_SIGNATURE_BYTES], prefixed, _LABEL)
    except (BadSignatureError, InvalidSignature, ValueError):
        raise RefusedError(Code.SIGNATURE, "composite signature") from None


def check_public(public: bytes) -> None:
    """Check a composite public key before it is accepted into a statement.

    Raises:
        RefusedError: MALFORMED: wrong length, or a small-order or non-canonical Ed25519 half.
    """
    if len(public) != SIGNING_PUBLIC_BYTES:
        raise RefusedError(Code.MALFORMED, "length of a signing key")
    if not _valid_point(public[MLDSA_PUBLIC_BYTES:]):
        raise RefusedError(Code.MALFORMED, "Ed25519 key of small order or not canonical")


@lru_cache(maxsize=1_024)
def _valid_point(public: bytes) -> bool:
    # Chains of statements repeat their keys, and the check costs a fifth of a signature's verification.
    return bool(crypto_core_ed25519_is_valid_point(public))


class EncryptionKey:
    """A hybrid private key in this process (B.2.3), from a 32-byte seed."""

    __slots__ = ("_private", "kid", "public")

    def __init__(self, seed: bytes) -> None:
        """Expand the seed into both halves.

        Raises:
            LocalProtocolError: The seed is not 32 bytes.
        """
        if len(seed) != ENCRYPTION_SEED_BYTES:
            raise LocalProtocolError("an encryption seed has 32 bytes")
        expanded = hashlib.shake_256(seed).digest(96)
        lattice = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        classical = X25519PrivateKey.from_private_bytes(expanded[64:])
        self._private = hpke.MLKEM768X25519PrivateKey(lattice, classical)
        self.public: bytes = lattice.public_key().public_bytes_raw() + classical.public_key().public_bytes_raw()
        self.kid: Kid = kid_of(self.public)

    def open(self, info: bytes, sealed: bytes) -> bytes:
        """Open what was sealed to this key with the same *info*.

        Raises:
            RefusedError: DECRYPTION, whatever failed.
        """
        try:
            return _HPKE.decrypt(sealed, self._private, info)
        except (InvalidTag, ValueError):
            raise RefusedError(Code.DECRYPTION, "HPKE open") from None


def seal(public: bytes, info: bytes, plaintext: bytes) -> bytes:
    """Seal *plaintext* to a public key: encapsulation (1,120) and ciphertext (n + 16).

    Raises:
        RefusedError: DECRYPTION: the peer's key is not a key.
    """
    try:
        lattice = MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC_BYTES])
        classical = X25519PublicKey.from_public_bytes(public[MLKEM_PUBLIC_BYTES:])
        return _HPKE.encrypt(plaintext, hpke.MLKEM768X25519PublicKey(lattice, classical), info)
    except (InvalidTag, ValueError):
        raise RefusedError(Code.DECRYPTION, "not an encryption key") from None


def _prefixed(message: bytes, context: bytes) -> bytes:
    if len(context) > 255:
        raise LocalProtocolError("a signature context has at most 255 bytes")
    return _PREFIX + _LABEL + bytes((len(context),)) + context + hashlib.sha512(message).digest()
