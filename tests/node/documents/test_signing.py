"""PAdES: signed, judged by its whole, and not fooled by a change."""

import json

import pytest
from certificates import key_store, root_of

from rogatory_node.documents import printing
from rogatory_node.documents.signing import SigningError, judge, sign, signer

WORD = {"words": "T", "lang": "en", "rtl": False}
DOCUMENT = {"languages": ["en"], "rtl": False, "title": [WORD], "sender": WORD, "reference": "R", "date": []}
REST = {"blocks": [], "signature": [], "foot": [], "proof": ""}


@pytest.fixture(scope="module")
def document() -> bytes:
    return printing.render({"document": json.dumps(DOCUMENT | REST)}, 0)


def test_a_signature_is_intact_and_trusted_by_its_root(document: bytes) -> None:
    store = key_store("Oficial", b"secret")
    signed = sign(document, signer(store, b"secret"), reason="approved", place="Capital City")
    (judged,) = judge(signed, [root_of(store, b"secret")])
    assert (judged.intact, judged.trusted) == (True, True)
    assert "Oficial" in judged.signer


def test_another_root_does_not_trust_it(document: bytes) -> None:
    signed = sign(document, signer(key_store("Oficial", b"x"), b"x"))
    (judged,) = judge(signed, [root_of(key_store("Other", b"x"), b"x")])
    assert (judged.intact, judged.trusted) == (True, False)


def test_a_changed_document_is_not_intact(document: bytes) -> None:
    store = key_store("Oficial", b"x")
    signed = bytearray(sign(document, signer(store, b"x")))
    place = signed.index(b"/Title")
    signed[place + 8] ^= 1
    (judged,) = judge(bytes(signed), [root_of(store, b"x")])
    assert (judged.intact, judged.trusted) == (False, False)


def test_a_wrong_passphrase_is_said() -> None:
    with pytest.raises(SigningError, match="passphrase"):
        signer(key_store("Oficial", b"x"), b"y")


@pytest.mark.parametrize("work", [lambda data: sign(data, signer(key_store("O", b"x"), b"x")), lambda d: judge(d, [])])
def test_what_is_no_document_is_said(work: object) -> None:
    assert callable(work)
    with pytest.raises(SigningError):
        work(b"not a PDF")


def test_an_unsigned_document_has_no_signature(document: bytes) -> None:
    assert judge(document, []) == ()
