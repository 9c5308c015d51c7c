"""Officers' signatures: a passkey's, an eID's, and every way to be wrong (B.8)."""

import base64
import hashlib
import json
from collections.abc import Callable
from functools import cache

import pytest
import tsa
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rogatory_keys.approval import check
from rogatory_keys.errors import UncheckableError
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.letter import Approval
from rogatory_protocol.rcbor import encode

MESSAGE = hashlib.sha256(b"the hash of a body").digest()
Private = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


def signed(private: Private, data: bytes) -> bytes:
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return private.sign(data, ec.ECDSA(hashes.SHA256()))
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(data, padding.PKCS1v15(), hashes.SHA256())
    return private.sign(data)


def passkey(
    *, message: bytes = MESSAGE, site: str = "desk.example", flags: int = 5, private: Private | None = None,
    signer: Private | None = None, fields: int = 6, shown: str | None = None, **client: object,
) -> Approval:  # fmt: skip
    """An assertion as a browser makes it; every argument is a way to make another one."""
    private = private or tsa.key("officer")
    challenge = base64.urlsafe_b64encode(message).rstrip(b"=").decode()
    said = {"type": "webauthn.get", "challenge": challenge, "origin": f"https://{site}", "crossOrigin": False} | client
    data = json.dumps(said).encode()
    authenticator = hashlib.sha256(site.encode()).digest() + bytes([flags]) + bytes(4)
    signature = signed(signer or private, authenticator + hashlib.sha256(data).digest())
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    values = [b"credential", public, shown or site, authenticator, data, signature]
    return Approval(t="webauthn/1", by="M. Example", d=encode(list(values[:fields])))


@pytest.mark.parametrize("private", [tsa.key("officer"), ed25519.Ed25519PrivateKey.generate(), rsa_key()])
def test_a_passkey_of_every_kind(private: Private) -> None:
    found = check(passkey(private=private), MESSAGE)
    assert (found.by, found.subject) == ("M. Example", "")


def test_a_page_below_the_site_and_at_another_port_is_of_the_site() -> None:
    check(passkey(origin="https://night.desk.example:8443"), MESSAGE)


WRONG: dict[str, tuple[Callable[[], Approval], Code]] = {
    "another body": (lambda: passkey(message=b"\x13" * 32), Code.DISAGREE),
    "a registration": (lambda: passkey(type="webauthn.create"), Code.DISAGREE),
    "another origin": (lambda: passkey(origin="https://evil.example"), Code.DISAGREE),
    "an origin that ends alike": (lambda: passkey(origin="https://evildesk.example"), Code.DISAGREE),
    "no TLS": (lambda: passkey(origin="http://desk.example"), Code.DISAGREE),
    "another page's frame": (lambda: passkey(crossOrigin=True), Code.DISAGREE),
    "another site": (lambda: passkey(shown="other.example", origin="https://other.example"), Code.DISAGREE),
    "no user": (lambda: passkey(flags=4), Code.DISAGREE),
    "a user who was not verified": (lambda: passkey(flags=1), Code.DISAGREE),
    "another key": (lambda: passkey(signer=tsa.key("somebody")), Code.SIGNATURE),
    "five fields": (lambda: passkey(fields=5), Code.MALFORMED),
    "no browser": (lambda: said_by(b"[]"), Code.MALFORMED),
    "no JSON": (lambda: said_by(b"{"), Code.MALFORMED),
    "an eID over another body": (lambda: eid(b"\x13" * 32), Code.SIGNATURE),
    "an eID with its content": (lambda: Approval(t="cms/1", by="x", d=tsa.message(MESSAGE)), Code.MALFORMED),
}  # fmt: skip


def said_by(client: bytes) -> Approval:
    return Approval(t="webauthn/1", by="x", d=encode([b"c", b"k", "s", b"a", client, b"s"]))


def eid(message: bytes = MESSAGE) -> Approval:
    return Approval(t="cms/1", by="M. Example", d=tsa.message(message, inside=False))


def test_an_eid_says_whose_certificate_it_is() -> None:
    assert check(eid(), MESSAGE).subject == "CN=stamps"
    made = Approval(t="cms/1", by="x", d=tsa.OPENSSL_CMS)
    assert check(made, tsa.OPENSSL_MESSAGE).subject == "CN=Fictitious time-stamps of XA"


@pytest.mark.parametrize("name", WRONG)
def test_an_approval_that_is_wrong_is_refused(name: str) -> None:
    make, code = WRONG[name]
    with pytest.raises(RefusedError) as caught:
        check(make(), MESSAGE)
    assert caught.value.code is code


def test_what_cannot_be_told_is_neither_good_nor_bad() -> None:
    other = passkey(private=ec.generate_private_key(ec.SECP384R1()))
    for approval in (other, Approval(t="ink/1", by="x", d=b"a blot")):
        with pytest.raises(UncheckableError):
            check(approval, MESSAGE)
