"""Time-stamp tokens: a time-stamping authority says that a letter existed at a time (RFC 3161; B.13 ``tst``, B.15).

* What is stamped is the letter's payload, whose SHA-256 is the letter digest: the imprint is that digest itself. So
  ``openssl ts -query -sha256 -digest DIGEST`` asks for one, and ``openssl ts -verify -digest DIGEST`` checks it.
* A token is a ``TimeStampToken``; a ``TimeStampResp`` around it is not taken (``openssl ts -reply -token_out``).
* `check` proves that the holder of the certificate inside signed digest and time. Whether he is an authority whose
  word counts is said by the reader's anchors alone (`certificates.trace`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from rogatory_keys import cms
from rogatory_keys.certificates import trace
from rogatory_keys.der import Items, Tag, Value, malformed
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Digest

TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"
_SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_2: Final = "1.2.840.113549.1.9.16.2.47"
_SHA256: Final = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A token whose signature is good.

    Attributes:
        ts: The time that it says, in whole seconds.
        authority: The subject of the certificate.
        trusted: A path leads to one of the reader's anchors; None when he named none.
    """

    ts: int
    authority: str
    trusted: bool | None
    certificate: x509.Certificate = field(repr=False)


def check(raw: bytes, letter: Digest, roots: Sequence[x509.Certificate] = ()) -> Stamp:
    """Check a token about a letter.

    Raises:
        RefusedError: MALFORMED; DISAGREE: it is about something else; SIGNATURE.
        UncheckableError: It rests on what this program does not know.
    """
    # 1. The form.  2. The imprint is the letter digest.  3. The signature over the TSTInfo.  4. The signer names the
    # certificate among what he signed (RFC 5816).  5. The way to an anchor.
    data = cms.parse(raw)
    if data.kind != TST_INFO or data.content is None:
        raise malformed("no time-stamp token")
    ts = _info(data.content, letter)
    certificate = cms.verify(data, data.content, roots)
    _check_named(data.signer, certificate)
    trusted = trace(certificate, data.certificates, roots, at=ts) if roots else None
    return Stamp(ts=ts, authority=certificate.subject.rfc4514_string(), trusted=trusted, certificate=certificate)


def _info(content: bytes, letter: Digest) -> int:
    fields = Value.whole(content).items()
    if fields.take(Tag.INTEGER).integer() != 1:
        raise malformed("version of the token")
    fields.take(Tag.OID)
    imprint = fields.take(Tag.SEQUENCE).items()
    algorithm, digest = imprint.take(Tag.SEQUENCE).items().take(Tag.OID).oid(), imprint.take(Tag.OCTETS).body
    imprint.end()
    if (algorithm, digest) != (_SHA256, letter):
        raise RefusedError(Code.DISAGREE, "time-stamp token is about something else")
    fields.take(Tag.INTEGER).integer()
    return fields.take(Tag.TIME).time()


def _check_named(signer: cms.Signer, certificate: x509.Certificate) -> None:
    attributes = signer.attributes or {}
    raw = certificate.public_bytes(Encoding.DER)
    second, first = attributes.get(_SIGNING_CERTIFICATE_2), attributes.get(_SIGNING_CERTIFICATE)
    if second is not None:
        named = _first(second)
        kind = named.maybe(Tag.SEQUENCE)
        digest = cms.hashed(_SHA256 if kind is None else kind.items().take(Tag.OID).oid(), raw)
    elif first is not None:
        named = _first(first)
        # RFC 2634 knows no other hash; what it guards is which certificate was meant, not the signature.
        digest = certificate.fingerprint(hashes.SHA1())  # noqa: S303
    else:
        raise RefusedError(Code.SIGNATURE, "token does not name its certificate")
    if named.take(Tag.OCTETS).body != digest:
        raise RefusedError(Code.SIGNATURE, "token names another certificate")


def _first(value: Value) -> Items:
    return value.items().take(Tag.SEQUENCE).items().take(Tag.SEQUENCE).items()
