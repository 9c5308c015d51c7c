"""What is given back after a restore is for one asker, one letter and one key."""

import hashlib

import pytest

from rogatory_protocol.copies import MAX_COPY_BYTES, MAX_PLAIN_BYTES, Copy, kid_in, open_copy, seal_copy
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Digest
from rogatory_protocol.rcbor import encode
from rogatory_protocol.suite import EncryptionKey, seal

KEY, OTHER = (EncryptionKey(bytes((n,)) * 32) for n in (1, 2))
ASKER, STRANGER = (Aid(bytes((n,)) * 32) for n in (3, 4))
LETTER = Digest(hashlib.sha256(b"letter").digest())
COPY = Copy(letter=b"letter", parts=b"parts", evidence=(b"30", b"40"))


@pytest.mark.parametrize("copy", [COPY, Copy(evidence=(b"30",)), Copy()])
def test_a_copy_comes_back_whole(copy: Copy) -> None:
    raw = seal_copy(copy, asker=ASKER, letter=LETTER, public=KEY.public)
    assert kid_in(raw) == KEY.kid
    assert open_copy(raw, KEY, me=ASKER, letter=LETTER) == copy


def test_a_copy_opens_for_its_asker_letter_and_key_alone() -> None:
    raw = seal_copy(COPY, asker=ASKER, letter=LETTER, public=KEY.public)
    bent = raw[:-1] + bytes((raw[-1] ^ 1,))
    for bytes_, key, me, letter in (
        (raw, OTHER, ASKER, LETTER),
        (raw, KEY, STRANGER, LETTER),
        (raw, KEY, ASKER, Digest(bytes(32))),
        (bent, KEY, ASKER, LETTER),
        (raw[:40], KEY, ASKER, LETTER),
    ):
        with pytest.raises(RefusedError) as refusal:
            open_copy(bytes_, key, me=me, letter=letter)
        assert refusal.value.code is Code.DECRYPTION


def test_a_copy_fits_a_message_or_is_not_made() -> None:
    room = MAX_PLAIN_BYTES - len(encode([bytes(100_000), None, []])) + 100_000
    raw = seal_copy(Copy(letter=bytes(room)), asker=ASKER, letter=LETTER, public=KEY.public)
    assert len(raw) == MAX_COPY_BYTES
    with pytest.raises(RefusedError) as refusal:
        seal_copy(Copy(letter=bytes(room + 1)), asker=ASKER, letter=LETTER, public=KEY.public)
    assert refusal.value.code is Code.TOO_LARGE


@pytest.mark.parametrize("plain", [[b"x", b"y"], [b"x", b"y", b"z"], [1, None, []], [None, None, [1]], None, {}])
def test_what_is_no_copy_is_refused(plain: object) -> None:
    info = b"rogatory/1 copy\0" + ASKER + LETTER
    raw = KEY.kid + seal(KEY.public, info, encode(plain))  # type: ignore[arg-type]
    with pytest.raises(RefusedError) as refusal:
        open_copy(raw, KEY, me=ASKER, letter=LETTER)
    assert refusal.value.code is Code.MALFORMED
    with pytest.raises(RefusedError):
        kid_in(KEY.kid)
