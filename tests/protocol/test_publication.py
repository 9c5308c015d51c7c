"""Publications."""

import dataclasses

import pytest

from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid
from rogatory_protocol.limits import MAX_PUBLICATION_BYTES
from rogatory_protocol.publication import Publication, build, parse, verify
from rogatory_protocol.rcbor import decode, encode
from rogatory_protocol.signed import Context, sign
from rogatory_protocol.suite import SigningKey

KEY = SigningKey(b"p" * 64)
SAID = Publication(kind="law", issuer=Aid(b"r" * 32), name="north", ver=7, ts=1_800_000_000, content=b'{"a": 1}')


def test_a_publication_is_verified_as_it_was_built() -> None:
    read = parse(sign(KEY, Context.PUBLICATION, build(SAID)))
    assert (verify(read, KEY.public), read.kid) == (SAID, KEY.kid)


def test_the_largest_content_passes_and_no_larger_one() -> None:
    most = dataclasses.replace(SAID, content=bytes(MAX_PUBLICATION_BYTES))
    assert parse(sign(KEY, Context.PUBLICATION, build(most))).said == most
    with pytest.raises(RefusedError):
        build(dataclasses.replace(SAID, content=bytes(MAX_PUBLICATION_BYTES + 1)))
    with pytest.raises(RefusedError) as caught:
        parse(bytes(MAX_PUBLICATION_BYTES + 10_000))
    assert caught.value.code is Code.TOO_LARGE


@pytest.mark.parametrize(
    "change", [{"typ": "card"}, {"v": 2}, {"kind": ""}, {"name": "ä"}, {"from": bytes(31)}, {"ver": 0}, {"new": 0}]
)
def test_a_malformed_publication_is_refused(change: dict[str, object]) -> None:
    payload = decode(build(SAID))
    assert isinstance(payload, dict)
    with pytest.raises(RefusedError) as caught:
        parse(sign(KEY, Context.PUBLICATION, encode(payload | change)))  # type: ignore[operator]
    assert caught.value.code is Code.MALFORMED


def test_a_publication_by_another_key_or_for_another_purpose_is_refused() -> None:
    for signer, context in ((SigningKey(b"e" * 64), Context.PUBLICATION), (KEY, Context.CARD)):
        with pytest.raises(RefusedError) as caught:
            verify(parse(sign(signer, context, build(SAID))), KEY.public)
        assert caught.value.code is Code.SIGNATURE
