"""Signatures in CMS: what one certificate signed, what it did not, and what nobody here can tell."""

from collections.abc import Callable

import pytest
import tsa

from rogatory_keys import cms
from rogatory_keys.errors import UncheckableError
from rogatory_protocol.errors import Code, RefusedError

CONTENT = b"what was signed"


def test_what_openssl_signed_is_good_and_every_byte_of_it_counts() -> None:
    data = cms.parse(tsa.OPENSSL_CMS)
    assert data.content is None
    assert cms.verify(data, tsa.OPENSSL_MESSAGE).serial_number == 5
    with pytest.raises(RefusedError) as caught:
        cms.verify(data, b"\xbc" * 32)
    assert caught.value.code is Code.SIGNATURE


def test_a_change_anywhere_is_never_good_for_another_content() -> None:
    """A change may lie in what nobody signs, as the unused certificate fields; the content is always the one signed."""
    for at in range(len(tsa.OPENSSL_CMS)):
        changed = bytearray(tsa.OPENSSL_CMS)
        changed[at] ^= 1
        with pytest.raises((RefusedError, UncheckableError)):
            cms.verify(cms.parse(bytes(changed)), b"\xbc" * 32)


@pytest.mark.parametrize("by_key", [False, True])
@pytest.mark.parametrize("signed", [None, ()])
def test_with_and_without_signed_attributes(signed: tuple[bytes, ...] | None, by_key: bool) -> None:
    data = cms.parse(tsa.message(CONTENT, signed=signed, by_key=by_key))
    assert data.content == CONTENT
    assert cms.verify(data, CONTENT) == tsa.certificate()
    with pytest.raises(RefusedError):
        cms.verify(data, CONTENT + b"!")


WRONG: dict[str, Callable[[], bytes]] = {
    "another key": lambda: tsa.message(CONTENT, signer="somebody"),
    "attributes of another type": lambda: tsa.message(
        CONTENT, signed=tsa.attributes(CONTENT, "1.2.3", tsa.certificate())
    ),
    "attributes of another content": lambda: tsa.message(
        CONTENT, signed=tsa.attributes(b"other", cms.DATA, tsa.certificate())
    ),
    "no digest among the attributes": lambda: tsa.message(
        CONTENT, signed=tsa.attributes(CONTENT, cms.DATA, tsa.certificate())[:1]
    ),
    "no attributes, another type": lambda: tsa.message(CONTENT, kind="1.2.3", signed=()),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_refused(name: str) -> None:
    with pytest.raises(RefusedError) as caught:
        cms.verify(cms.parse(WRONG[name]()), CONTENT)
    assert caught.value.code is Code.SIGNATURE


UNKNOWN: dict[str, Callable[[], bytes]] = {
    "two signers": lambda: tsa.message(CONTENT, signers=2),
    "no certificate": lambda: tsa.message(CONTENT, enclosed=False),
    "SHA-1": lambda: tsa.message(CONTENT, digest="1.3.14.3.2.26"),
    "another algorithm": lambda: tsa.message(CONTENT, scheme="1.2.840.10040.4.3"),
    "an algorithm of another key": lambda: tsa.message(CONTENT, scheme="1.2.840.113549.1.1.11"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_cannot_be_told_is_neither_good_nor_bad(name: str) -> None:
    with pytest.raises(UncheckableError):
        cms.verify(cms.parse(UNKNOWN[name]()), CONTENT)


def test_a_certificate_that_is_not_enclosed_may_be_known() -> None:
    data = cms.parse(tsa.message(CONTENT, enclosed=False))
    assert cms.verify(data, CONTENT, [tsa.root(), tsa.certificate()]) == tsa.certificate()


def test_an_attribute_twice_is_refused() -> None:
    listed = tsa.attributes(CONTENT, cms.DATA, tsa.certificate())
    with pytest.raises(RefusedError):
        cms.parse(tsa.message(CONTENT, signed=[*listed, listed[0]]))


def test_what_is_no_message_is_refused() -> None:
    for raw in (b"", b"a token", tsa.sequence(), tsa.sequence(tsa.oid(cms.DATA)), tsa.OPENSSL_CMS + b"\0"):
        with pytest.raises(RefusedError):
            cms.parse(raw)
