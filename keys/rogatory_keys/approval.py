"""Officers' own signatures on a letter (B.8 Approvals).

* What an officer signs is the hash of the body, `letter.approval_message`: not the core, which is written later.
* ``webauthn/1``: a passkey. The challenge is that hash, the user was verified, and the key is the one that is enclosed.
* ``cms/1``: a detached CMS, for instance by a national eID; its content is that hash.
* A good signature proves that the holder of the key signed this body. That the key is the officer's is the sender's
  statement, covered by the seal; who issued an eID's certificate, and whether it still stands, is not checked here.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from rogatory_keys import cms
from rogatory_keys.errors import UncheckableError
from rogatory_protocol import fields as f
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.letter import MAX_APPROVAL_BYTES, Approval
from rogatory_protocol.rcbor import decode

_AUTHENTICATOR_BYTES: Final = 37  # hash of the site, flags, counter
_PRESENT, _VERIFIED = 0x01, 0x04
_TEXT: Final = f.text(255)
_BYTES: Final = f.data(MAX_APPROVAL_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """An approval whose signature is good.

    Attributes:
        by: The officer, in the sender's words.
        subject: The subject of the certificate, in the words of its issuer; empty for a passkey.
    """

    by: str
    subject: str = ""


def check(approval: Approval, message: bytes) -> Signed:
    """Check an officer's signature over the hash of a body.

    Raises:
        RefusedError: MALFORMED, DISAGREE or SIGNATURE.
        UncheckableError: Its kind or its algorithm is one that this program does not know.
    """
    kind = KINDS.get(approval.t)
    if kind is None:
        raise UncheckableError("kind of approval")
    return Signed(by=approval.by, subject=kind(approval.d, message))


def _cms(raw: bytes, message: bytes) -> str:
    data = cms.parse(raw)
    if data.content is not None:
        raise f.wrong("approval", "holds its content")
    return cms.verify(data, message).subject.rfc4514_string()


def _webauthn(raw: bytes, message: bytes) -> str:
    # 1. The form.  2. What the browser says of itself: a signature, over this hash, on this site.  3. What the
    # authenticator says: this site, a user who was verified.  4. The signature over both (WebAuthn, 7.2).
    value = decode(raw)
    if not isinstance(value, list) or len(value) != 6:
        raise f.wrong("approval", "is not six fields")
    _BYTES(value[0], "credential")
    public, site = _BYTES(value[1], "key"), _TEXT(value[2], "site")
    authenticator, client, signature = (_BYTES(each, "assertion") for each in value[3:])
    _check_client(client, message, site)
    if len(authenticator) < _AUTHENTICATOR_BYTES or authenticator[:32] != hashlib.sha256(site.encode()).digest():
        raise RefusedError(Code.DISAGREE, "approval is for another site")
    if authenticator[32] & (_PRESENT | _VERIFIED) != _PRESENT | _VERIFIED:
        raise RefusedError(Code.DISAGREE, "approval without a verified user")
    _check_signature(public, signature, authenticator + hashlib.sha256(client).digest())
    return ""


KINDS: Final[Mapping[str, Callable[[bytes, bytes], str]]] = {"webauthn/1": _webauthn, "cms/1": _cms}


def _check_client(client: bytes, message: bytes, site: str) -> None:
    try:
        said = json.loads(client)
    except (ValueError, RecursionError):
        raise f.wrong("approval", "is not of a browser") from None
    if not isinstance(said, dict):
        raise f.wrong("approval", "is not of a browser")
    challenge = base64.urlsafe_b64encode(message).rstrip(b"=").decode()
    if (said.get("type"), said.get("challenge")) != ("webauthn.get", challenge):
        raise RefusedError(Code.DISAGREE, "approval is for something else")
    origin = said.get("origin")
    host = origin.removeprefix("https://").partition(":")[0] if isinstance(origin, str) else ""
    if said.get("crossOrigin", False) is not False or not (host == site or host.endswith(f".{site}")):
        raise RefusedError(Code.DISAGREE, "approval is for another site")


def _check_signature(public: bytes, signature: bytes, message: bytes) -> None:
    try:
        key = load_der_public_key(public)
        if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
            key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        elif isinstance(key, rsa.RSAPublicKey) and key.key_size >= cms.MIN_RSA_BITS:
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise UncheckableError("algorithm of the passkey")
    except InvalidSignature:
        raise RefusedError(Code.SIGNATURE, "signature does not fit") from None
    except (ValueError, UnsupportedAlgorithm):
        raise UncheckableError("the passkey's key cannot be read") from None
