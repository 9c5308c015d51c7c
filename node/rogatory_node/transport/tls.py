"""The outer coat of a link: TLS 1.3 with certificates pinned by the signed card (B.11.1).

* Security rests on the handshake inside; TLS keeps the network's own equipment out and is checked all the same.
* A certificate is good if the public authorities say so, or if its key is in the card's pins; nothing else is.
"""

import hashlib
import ssl
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

CERTIFICATE_DAYS: Final = 397  # what browsers and middle boxes still accept; the pin is of the key and outlives it


class PinError(Exception):
    """The certificate of the peer has a key that its card does not name."""


class CertificateError(Exception):
    """A certificate of ours and its key cannot be used.

    Attributes:
        path: The certificate.
    """

    code: ClassVar[str] = "tls"

    def __init__(self, path: Path) -> None:
        """Note the file."""
        super().__init__(str(path))
        self.path = path


def self_signed(host: str, now: datetime) -> tuple[bytes, bytes]:
    """Make a key and a certificate for it, both PEM, for a node that has none from a public authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=CERTIFICATE_DAYS))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private, certificate.public_bytes(Encoding.PEM)


def pin_of(certificate: bytes) -> bytes:
    """Return the SHA-256 of the public key of a DER certificate, as the card's pins hold it (B.7)."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()


def listening(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return the context of the listener.

    Raises:
        OSError: A file cannot be read, or key and certificate do not belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate, key)
    return context


def dialling(pins: Collection[bytes]) -> ssl.SSLContext:
    """Return the context of a dialler: any certificate if there are pins (``check_pin`` judges), else public trust."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    if pins:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def check_pin(certificate: bytes | None, pins: Collection[bytes]) -> None:
    """Check the certificate of a pinned peer before anything is said to it.

    Raises:
        PinError: Its key is not among the pins.
    """
    if pins and (certificate is None or pin_of(certificate) not in pins):
        raise PinError("certificate outside the card's pins")
