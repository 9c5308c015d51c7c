"""Signatures in CMS: is this the signature of one certificate over these bytes (RFC 5652)?

* One signer, with signed attributes or without; what is signed is named by the caller and never taken from elsewhere.
* SHA-256, SHA-384, SHA-512; RSA (PKCS #1 v1.5) from 2,048 bits, ECDSA on the NIST curves, Ed25519. Another algorithm is
  neither good nor bad: `UncheckableError` says that this program cannot tell.
* Whose certificate it is, and whether to believe its issuer, is another question: see `certificates.trace`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from rogatory_keys.der import Items, Tag, Value, malformed
from rogatory_keys.errors import UncheckableError
from rogatory_protocol.errors import Code, RefusedError

DATA: Final = "1.2.840.113549.1.7.1"
SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
MIN_RSA_BITS: Final = 2_048
MAX_CERTIFICATES: Final = 16

HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "2.16.840.1.101.3.4.2.1": hashes.SHA256(),
    "2.16.840.1.101.3.4.2.2": hashes.SHA384(),
    "2.16.840.1.101.3.4.2.3": hashes.SHA512(),
}
# Signature algorithms with the hash that each demands; None: that of the signer's digest algorithm.
_SCHEMES: Final[Mapping[str, tuple[str, str | None]]] = {
    "1.2.840.113549.1.1.1": ("rsa", None),
    "1.2.840.113549.1.1.11": ("rsa", "2.16.840.1.101.3.4.2.1"),
    "1.2.840.113549.1.1.12": ("rsa", "2.16.840.1.101.3.4.2.2"),
    "1.2.840.113549.1.1.13": ("rsa", "2.16.840.1.101.3.4.2.3"),
    "1.2.840.10045.4.3.2": ("ec", "2.16.840.1.101.3.4.2.1"),
    "1.2.840.10045.4.3.3": ("ec", "2.16.840.1.101.3.4.2.2"),
    "1.2.840.10045.4.3.4": ("ec", "2.16.840.1.101.3.4.2.3"),
    "1.3.101.112": ("ed25519", "2.16.840.1.101.3.4.2.3"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedData:
    """A CMS message before its signature is checked.

    Attributes:
        kind: Type of the content, as an object identifier.
        content: The content when it is inside, else None.
        certificates: What came along, in the order in which it came.
        signer: The one signer.
    """

    kind: str
    content: bytes | None
    certificates: tuple[x509.Certificate, ...] = field(repr=False)
    signer: "Signer" = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signed and how.

    Attributes:
        issuer: Issuer's name as it stands in the certificate, with `serial`; or `key_id` alone.
        attributes: Values of the signed attributes by their type; None without signed attributes.
        signed: The signed attributes as they are signed.
    """

    issuer: bytes
    serial: int
    key_id: bytes
    digest: str
    scheme: str
    attributes: Mapping[str, Value] | None
    signed: bytes
    signature: bytes


def parse(raw: bytes) -> SignedData:
    """Take a CMS message apart without verifying it.

    Raises:
        RefusedError: MALFORMED.
        UncheckableError: It has several signers, or certificates of a form that is not read.
    """
    outer = Value.whole(raw).items()
    if outer.take(Tag.OID).oid() != SIGNED_DATA:
        raise malformed("no signed data")
    (inner,) = _one(outer.take(Tag.CONTEXT_0))
    outer.end()
    data = inner.items()
    data.take(Tag.INTEGER).integer()
    data.take(Tag.SET)
    content = data.take(Tag.SEQUENCE).items()
    kind = content.take(Tag.OID).oid()
    wrapped = content.maybe(Tag.CONTEXT_0)
    content.end()
    certificates = data.maybe(Tag.CONTEXT_0)
    data.maybe(Tag.CONTEXT_1)  # revocation lists: not needed, not believed
    signers = data.take(Tag.SET).items(Tag.SET).rest()
    data.end()
    if len(signers) != 1:
        raise UncheckableError("not one signer")
    return SignedData(
        kind=kind,
        content=None if wrapped is None else _one(wrapped)[0].needs(Tag.OCTETS).body,
        certificates=() if certificates is None else load(certificates.items(Tag.CONTEXT_0).rest()),
        signer=_signer(signers[0].items()),
    )


def verify(data: SignedData, content: bytes, others: Sequence[x509.Certificate] = ()) -> x509.Certificate:
    """Check that the signer signed this content; return the signer's certificate.

    Args:
        data: The message; content that is inside it is not looked at.
        content: What must be signed.
        others: Certificates to look among besides those that came along.

    Raises:
        RefusedError: SIGNATURE, or MALFORMED.
        UncheckableError: The certificate is not there, or an algorithm is not one of those above.
    """
    signer = data.signer
    certificate = next((each for each in (*data.certificates, *others) if _is_of(each, signer)), None)
    if certificate is None:
        raise UncheckableError("the signer's certificate is not enclosed")
    message = content
    if signer.attributes is not None:
        kind, digest = signer.attributes.get(CONTENT_TYPE), signer.attributes.get(MESSAGE_DIGEST)
        if kind is None or digest is None or kind.oid() != data.kind:
            raise RefusedError(Code.SIGNATURE, "signed attributes are not about this content")
        if digest.needs(Tag.OCTETS).body != hashed(signer.digest, content):
            raise RefusedError(Code.SIGNATURE, "content is not what was signed")
        message = signer.signed
    elif data.kind != DATA:
        raise RefusedError(Code.SIGNATURE, "signed attributes are missing")
    _check(certificate, signer, message)
    return certificate


def hashed(algorithm: str, data: bytes) -> bytes:
    """Return a hash by its object identifier.

    Raises:
        UncheckableError: It is none of those above.
    """
    found = hashes.Hash(_hash(algorithm))
    found.update(data)
    return found.finalize()


def load(values: Sequence[Value]) -> tuple[x509.Certificate, ...]:
    """Read certificates.

    Raises:
        RefusedError: MALFORMED: too many.
        UncheckableError: One is of a form that is not read.
    """
    if len(values) > MAX_CERTIFICATES:
        raise malformed("too many certificates")
    try:
        found = tuple(x509.load_der_x509_certificate(each.needs(Tag.SEQUENCE).raw) for each in values)
        for each in found:
            # The library reads these only when asked for, and refuses them only then.
            _ = each.issuer, each.subject.rfc4514_string(), each.serial_number, each.extensions
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension):
        raise UncheckableError("a certificate cannot be read") from None
    return found


def _one(value: Value) -> tuple[Value]:
    found = Value.whole(value.body)
    return (found,)


def _signer(fields: Items) -> Signer:
    fields.take(Tag.INTEGER).integer()
    issuer, serial, key_id = b"", 0, b""
    by_key = fields.maybe(Tag.CONTEXT_0_PLAIN)
    if by_key is not None:
        key_id = by_key.body
    else:
        name = fields.take(Tag.SEQUENCE).items()
        issuer, serial = name.take(Tag.SEQUENCE).raw, name.take(Tag.INTEGER).integer()
        name.end()
    digest = _algorithm(fields.take(Tag.SEQUENCE))
    attributes = fields.maybe(Tag.CONTEXT_0)
    scheme = _algorithm(fields.take(Tag.SEQUENCE))
    signature = fields.take(Tag.OCTETS).body
    fields.maybe(Tag.CONTEXT_1)  # unsigned attributes say nothing that anybody signed
    fields.end()
    return Signer(
        issuer=issuer, serial=serial, key_id=key_id, digest=digest, scheme=scheme, signature=signature,
        attributes=None if attributes is None else _attributes(attributes),
        # RFC 5652, 5.4: signed as a SET, whatever tag it has in the message.
        signed=b"" if attributes is None else bytes((Tag.SET,)) + attributes.raw[1:],
    )  # fmt: skip


def _algorithm(value: Value) -> str:
    return value.items().take(Tag.OID).oid()


def _attributes(value: Value) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for each in value.items(Tag.CONTEXT_0).rest():
        fields = each.items()
        kind, values = fields.take(Tag.OID).oid(), fields.take(Tag.SET).items(Tag.SET).rest()
        fields.end()
        if kind in found or len(values) != 1:
            raise malformed("an attribute twice")
        found[kind] = values[0]
    return found


def _is_of(certificate: x509.Certificate, signer: Signer) -> bool:
    if not signer.key_id:
        return (certificate.issuer.public_bytes(), certificate.serial_number) == (signer.issuer, signer.serial)
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return found.value.digest == signer.key_id


def _hash(algorithm: str) -> hashes.HashAlgorithm:
    found = HASHES.get(algorithm)
    if found is None:
        raise UncheckableError(f"hash algorithm {algorithm}")
    return found


def _check(certificate: x509.Certificate, signer: Signer, message: bytes) -> None:
    scheme, demanded = _SCHEMES.get(signer.scheme, ("", None))
    algorithm = _hash(demanded or signer.digest)
    try:
        public = certificate.public_key()
        if scheme == "rsa" and isinstance(public, rsa.RSAPublicKey) and public.key_size >= MIN_RSA_BITS:
            public.verify(signer.signature, message, padding.PKCS1v15(), algorithm)
        elif scheme == "ec" and isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signer.signature, message, ec.ECDSA(algorithm))
        elif scheme == "ed25519" and isinstance(public, ed25519.Ed25519PublicKey):
            public.verify(signer.signature, message)
        else:
            raise UncheckableError(f"signature algorithm {signer.scheme}")
    except InvalidSignature:
        raise RefusedError(Code.SIGNATURE, "signature does not fit") from None
    except (ValueError, UnsupportedAlgorithm):
        raise UncheckableError("the signer's key cannot be read") from None
