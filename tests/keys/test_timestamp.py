"""Time-stamp tokens: OpenSSL's, our own, and every way to be wrong."""

from collections.abc import Callable

import pytest
import tsa
from cryptography import x509

from rogatory_keys.errors import UncheckableError
from rogatory_keys.timestamp import TST_INFO, check
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Digest

LETTER = Digest(b"\x11" * 32)


def test_a_token_of_openssl_is_good() -> None:
    letter = Digest(tsa.OPENSSL_DIGEST)
    roots = x509.load_pem_x509_certificates(tsa.OPENSSL_ROOT)
    alone, traced = check(tsa.OPENSSL_TOKEN, letter), check(tsa.OPENSSL_TOKEN, letter, roots)
    assert (alone.trusted, traced.trusted) == (None, True)
    assert traced.authority == "CN=Fictitious time-stamps of XA"
    assert check(tsa.OPENSSL_TOKEN, letter, [tsa.root()]).trusted is False


def test_no_change_of_a_token_gives_another_time_or_letter() -> None:
    letter, ts = Digest(tsa.OPENSSL_DIGEST), check(tsa.OPENSSL_TOKEN, Digest(tsa.OPENSSL_DIGEST)).ts
    for at in range(len(tsa.OPENSSL_TOKEN)):
        changed = bytearray(tsa.OPENSSL_TOKEN)
        changed[at] ^= 1
        try:
            assert check(bytes(changed), letter).ts == ts
        except (RefusedError, UncheckableError):
            continue


def test_our_own_token_says_its_time() -> None:
    stamp = check(tsa.token(LETTER, ts=tsa.NOW + 5), LETTER, [tsa.root()])
    assert (stamp.ts, stamp.authority, stamp.trusted) == (tsa.NOW + 5, "CN=stamps", True)


WRONG: dict[str, tuple[Callable[[], bytes], Code]] = {
    "another letter": (lambda: tsa.token(b"\x12" * 32), Code.DISAGREE),
    "another hash": (
        lambda: tsa.message(tsa.info(LETTER, algorithm="2.16.840.1.101.3.4.2.8"), kind=TST_INFO), Code.DISAGREE,
    ),
    "another version": (lambda: tsa.message(tsa.info(LETTER, version=2), kind=TST_INFO), Code.MALFORMED),
    "no time": (lambda: tsa.message(tsa.info(LETTER, time=b"today"), kind=TST_INFO), Code.MALFORMED),
    "another type": (lambda: tsa.message(tsa.info(LETTER)), Code.MALFORMED),
    "nothing inside": (lambda: tsa.message(tsa.info(LETTER), kind=TST_INFO, inside=False), Code.MALFORMED),
    "another signer": (lambda: tsa.token(LETTER, signer="somebody"), Code.SIGNATURE),
    "a certificate that is not named": (
        lambda: tsa.message(
            tsa.info(LETTER), kind=TST_INFO, signed=tsa.attributes(tsa.info(LETTER), TST_INFO, tsa.certificate())[:2]
        ),
        Code.SIGNATURE,
    ),
    "another certificate named": (
        lambda: tsa.message(
            tsa.info(LETTER), kind=TST_INFO, signed=tsa.attributes(tsa.info(LETTER), TST_INFO, tsa.root())
        ),
        Code.SIGNATURE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_token_that_is_wrong_is_refused(name: str) -> None:
    make, code = WRONG[name]
    with pytest.raises(RefusedError) as caught:
        check(make(), LETTER, [tsa.root()])
    assert caught.value.code is code


def test_a_token_from_before_its_certificate_is_of_nobody_known() -> None:
    assert check(tsa.token(LETTER, ts=tsa.NOW - 2 * tsa.YEAR), LETTER, [tsa.root()]).trusted is False
