"""Time-stamps and signatures for the tests: some made once by OpenSSL, the rest by a small authority of our own."""

import base64
import datetime
import hashlib
from collections.abc import Sequence
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from rogatory_keys.cms import CONTENT_TYPE, DATA, MESSAGE_DIGEST, SIGNED_DATA
from rogatory_keys.timestamp import TST_INFO

NOW = 1_800_000_000
YEAR = 365 * 86_400
SHA256 = "2.16.840.1.101.3.4.2.1"
ECDSA_SHA256 = "1.2.840.10045.4.3.2"
SIGNING_CERTIFICATE_2 = "1.2.840.113549.1.9.16.2.47"

# openssl ts -query -digest aa…aa -sha256 -cert; openssl ts -reply … -token_out, and the root of its certificate.
OPENSSL_DIGEST = b"\xaa" * 32
OPENSSL_TOKEN = base64.b64decode(
    "MIIDdwYJKoZIhvcNAQcCoIIDaDCCA2QCAQMxDzANBglghkgBZQMEAgEFADByBgsqhkiG9w0BCRABBKBjBGEwXwIBAQYEKgMEATAxMA0GCWCG"
    "SAFlAwQCAQUABCCqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqgIBAxgPMjAyNjExMjQxNjMwMjZaMAMCAQECCA3bhd0JzVAWoIIB"
    "pjCCAaIwggFIoAMCAQICAQUwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJVGVzdCByb290MB4XDTI2MTEyNDE2MzAyNloXDTM1MDIxMDE2MzAy"
    "NlowJzElMCMGA1UEAwwcRmljdGl0aW91cyB0aW1lLXN0YW1wcyBvZiBYQTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIbjbpcxk51MR08H"
    "d6xi78qXMqXAODQC8Zz42zozeTXQEKOGJiF/kGcGY4DJzJEWaYjUSIzQ0rT4uTmG3l/9tsOjeDB2MAwGA1UdEwEB/wQCMAAwDgYDVR0PAQH/"
    "BAQDAgeAMBYGA1UdJQEB/wQMMAoGCCsGAQUFBwMIMB0GA1UdDgQWBBRsPHsu0F2VmoVfnmyGMlY188ZDfzAfBgNVHSMEGDAWgBT9oczUEfru"
    "RWmNLmSM6NEBdGgtCTAKBggqhkjOPQQDAgNIADBFAiEAuN0cK/nsh52+W18bnVJZk6uxiN7cndmszyByYvvsszUCIBriTE4RIXOcCw/rFCak"
    "erKMLAymfWL6E6jXNQDZZdKjMYIBLjCCASoCAQEwGTAUMRIwEAYDVQQDDAlUZXN0IHJvb3QCAQUwDQYJYIZIAWUDBAIBBQCggaQwGgYJKoZI"
    "hvcNAQkDMQ0GCyqGSIb3DQEJEAEEMBwGCSqGSIb3DQEJBTEPFw0yNjExMjQxNjMwMjZaMC8GCSqGSIb3DQEJBDEiBCA9qkND/V3m/AUCiElk"
    "QiTfc34Osvuwdz+EXlVu6eiY2TA3BgsqhkiG9w0BCRACLzEoMCYwJDAiBCD1uxULxUmrimwVnGF+DAJhDL6J4nDEiXjhH2eMkrGJJzAKBggq"
    "hkjOPQQDAgRIMEYCIQDnPpiQ6PGsZ2rqnydBx5dy7/PM1ZIH5JxRa6ZSvbNRPgIhAMI9LpCyMwLvK9WBnkR/J91smLOwwVpY49jqQsXKRikV"
)
OPENSSL_ROOT = base64.b64decode(
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJiVENDQVJLZ0F3SUJBZ0lVSG0zb0IrM0JkY3MzTEdoVDhFckF4aU44TmVZd0NnWUlL"
    "b1pJemowRUF3SXcKRkRFU01CQUdBMVVFQXd3SlZHVnpkQ0J5YjI5ME1CNFhEVEkyTVRFeU5ERTJNekF5TmxvWERUTTJNVEV5TVRFMgpNekF5"
    "Tmxvd0ZERVNNQkFHQTFVRUF3d0pWR1Z6ZENCeWIyOTBNRmt3RXdZSEtvWkl6ajBDQVFZSUtvWkl6ajBECkFRY0RRZ0FFdHlCc0Y1TDhzc1Bu"
    "SWlWQlBCMFlSakxWVkUzNGtCN0w3Uk0rZnFHbEtPK3hsMXRBZmxDWXl0OVYKYUNxbFROcFRBQmd1RERiZ2NRNXlyOUNKdVFhNEZhTkNNRUF3"
    "RHdZRFZSMFRBUUgvQkFVd0F3RUIvekFPQmdOVgpIUThCQWY4RUJBTUNBUVl3SFFZRFZSME9CQllFRlAyaHpOUVIrdTVGYVkwdVpJem8wUUYw"
    "YUMwSk1Bb0dDQ3FHClNNNDlCQU1DQTBrQU1FWUNJUUNheCtSSjlURjA0aVNxSHY3RnhGNitlVnZ4TU9MbGFHVGRYblNTc25nUVpnSWgKQU4z"
    "VW5KUEpBQTFrR0VKcmFYN1dHRW1UbXZrWkxaSk9FZllHMlo3Q25EZmwKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo="
)
# openssl cms -sign -binary over 32 bytes bb, detached.
OPENSSL_MESSAGE = b"\xbb" * 32
OPENSSL_CMS = base64.b64decode(
    "MIICzQYJKoZIhvcNAQcCoIICvjCCAroCAQExDTALBglghkgBZQMEAgEwCwYJKoZIhvcNAQcBoIIBpjCCAaIwggFIoAMCAQICAQUwCgYIKoZI"
    "zj0EAwIwFDESMBAGA1UEAwwJVGVzdCByb290MB4XDTI2MTEyNDE2MzAyNloXDTM1MDIxMDE2MzAyNlowJzElMCMGA1UEAwwcRmljdGl0aW91"
    "cyB0aW1lLXN0YW1wcyBvZiBYQTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIbjbpcxk51MR08Hd6xi78qXMqXAODQC8Zz42zozeTXQEKOG"
    "JiF/kGcGY4DJzJEWaYjUSIzQ0rT4uTmG3l/9tsOjeDB2MAwGA1UdEwEB/wQCMAAwDgYDVR0PAQH/BAQDAgeAMBYGA1UdJQEB/wQMMAoGCCsG"
    "AQUFBwMIMB0GA1UdDgQWBBRsPHsu0F2VmoVfnmyGMlY188ZDfzAfBgNVHSMEGDAWgBT9oczUEfruRWmNLmSM6NEBdGgtCTAKBggqhkjOPQQD"
    "AgNIADBFAiEAuN0cK/nsh52+W18bnVJZk6uxiN7cndmszyByYvvsszUCIBriTE4RIXOcCw/rFCakerKMLAymfWL6E6jXNQDZZdKjMYHuMIHr"
    "AgEBMBkwFDESMBAGA1UEAwwJVGVzdCByb290AgEFMAsGCWCGSAFlAwQCAaBpMBgGCSqGSIb3DQEJAzELBgkqhkiG9w0BBwEwHAYJKoZIhvcN"
    "AQkFMQ8XDTI2MTEyNDE2MzAyNlowLwYJKoZIhvcNAQkEMSIEIEyhRSaydRtkDVSc58r4rDlDhZIhGg7DcAZNV2ZqaCrWMAoGCCqGSM49BAMC"
    "BEcwRQIhALdNH+M6oG7Qaopn1v2Foe59I6JlVHO14QNx97LKB9zGAiBsrrc07xGpS62KiiGEpMwWJboBmWrZiz5Tw4vgBBEPMA=="
)


# A writer of DER


def tlv(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    length = bytes([size]) if size < 128 else bytes([128 + (n := (size.bit_length() + 7) // 8)]) + size.to_bytes(n)
    return bytes([tag]) + length + body


def oid(text: str) -> bytes:
    first, second, *rest = (int(each) for each in text.split("."))
    out = b""
    for arc in (first * 40 + second, *rest):
        digits = [arc & 127]
        while arc := arc >> 7:
            digits.insert(0, arc & 127 | 128)
        out += bytes(digits)
    return tlv(6, out)


def sequence(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def integer(value: int) -> bytes:
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1))


def octets(data: bytes) -> bytes:
    return tlv(4, data)


# Certificates


@cache
def key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def certificate(
    name: str = "stamps",
    issuer: str = "root",
    usages: tuple[ObjectIdentifier, ...] = (ExtendedKeyUsageOID.TIME_STAMPING,),
    *,
    since: int = NOW - YEAR,
    until: int = NOW + YEAR,
    critical: bool = True,
) -> x509.Certificate:
    """A certificate; that of the root when name and issuer are one."""
    ca = name == issuer
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key(name).public_key())
        .serial_number(1 if ca else 7)
        .not_valid_before(datetime.datetime.fromtimestamp(since, datetime.UTC))
        .not_valid_after(datetime.datetime.fromtimestamp(until, datetime.UTC))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key(name).public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key(issuer).public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not ca, content_commitment=False, key_encipherment=False, data_encipherment=False,
                key_agreement=False, key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )
    )  # fmt: skip
    if usages and not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=critical)
    return builder.sign(key(issuer), hashes.SHA256())


def root(name: str = "root") -> x509.Certificate:
    return certificate(name, name, ())


# Messages


def attributes(content: bytes, kind: str, own: x509.Certificate) -> list[bytes]:
    """The signed attributes of a token."""
    named = sequence(sequence(sequence(octets(hashlib.sha256(own.public_bytes(Encoding.DER)).digest()))))
    return [
        sequence(oid(CONTENT_TYPE), tlv(0x31, oid(kind))),
        sequence(oid(MESSAGE_DIGEST), tlv(0x31, octets(hashlib.sha256(content).digest()))),
        sequence(oid(SIGNING_CERTIFICATE_2), tlv(0x31, named)),
    ]


def message(
    content: bytes, *, kind: str = DATA, own: x509.Certificate | None = None, signer: str = "stamps",
    signed: Sequence[bytes] | None = None, digest: str = SHA256, scheme: str = ECDSA_SHA256, enclosed: bool = True,
    inside: bool = True, signers: int = 1, by_key: bool = False,
) -> bytes:  # fmt: skip
    """A CMS message; every argument is a way to make another one."""
    own = own or certificate()
    listed = attributes(content, kind, own) if signed is None else list(signed)
    raw = tlv(0x31, *listed)
    signature = key(signer).sign(raw if listed else content, ec.ECDSA(hashes.SHA256()))
    identity = own.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    name = tlv(0x80, identity) if by_key else sequence(own.issuer.public_bytes(), integer(own.serial_number))
    info = sequence(
        integer(3 if by_key else 1), name, sequence(oid(digest)), b"\xa0" + raw[1:] if listed else b"",
        sequence(oid(scheme)), octets(signature),
    )  # fmt: skip
    data = sequence(
        integer(3),
        tlv(0x31, sequence(oid(digest))),
        sequence(oid(kind), tlv(0xA0, octets(content)) if inside else b""),
        tlv(0xA0, own.public_bytes(Encoding.DER)) if enclosed else b"",
        tlv(0x31, *([info] * signers)),
    )
    return sequence(oid(SIGNED_DATA), tlv(0xA0, data))


def info(
    letter: bytes, *, ts: int = NOW, algorithm: str = SHA256, version: int = 1, time: bytes | None = None
) -> bytes:
    """What a token says."""
    said = datetime.datetime.fromtimestamp(ts, datetime.UTC).strftime("%Y%m%d%H%M%SZ").encode()
    imprint = sequence(sequence(oid(algorithm)), octets(letter))
    return sequence(integer(version), oid("1.2.3.4.1"), imprint, integer(9), tlv(0x18, time or said))


def token(letter: bytes, *, ts: int = NOW, own: x509.Certificate | None = None, signer: str = "stamps") -> bytes:
    """A good token."""
    return message(info(letter, ts=ts), kind=TST_INFO, own=own, signer=signer)
