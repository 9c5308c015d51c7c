"""Envelopes: one key, one recipient, a header that says what the letters say."""

from dataclasses import replace
from typing import Any

import pytest

from rogatory_protocol import envelope
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Aid, Digest, Id16, padme
from rogatory_protocol.limits import MAX_ENVELOPE_BYTES
from rogatory_protocol.rcbor import decode, encode
from rogatory_protocol.suite import EncryptionKey, seal

PREFIX = b"rogatory/1 envelope\0"


def opened(sample: Any, raw: bytes, *, me: Aid | None = None, peer: Aid | None = None) -> list[Any]:
    """Do all that a recipient does with an envelope, in its order."""
    sealed = envelope.parse(raw)
    items = envelope.open_envelope(sealed, sample.box, me=me or sample.b, peer=peer or sample.a)
    accepted = [sample.accept(item.letter, item.parts, me=me) for item in items]
    for item, letter in zip(items, accepted, strict=True):
        envelope.agree(sealed.header, item.index, letter)
    envelope.check_earliest(sealed.header, [letter.core.exp for letter in accepted])
    return accepted


def refused(sample: Any, raw: bytes, **how: Any) -> Code:
    with pytest.raises(RefusedError) as caught:
        opened(sample, raw, **how)
    return caught.value.code


def framed(header: bytes, body: bytes) -> bytes:
    return b"RGT1" + len(header).to_bytes(4, "big") + len(body).to_bytes(4, "big") + header + body


def resealed(sample: Any, header: dict[str, Any], plain: bytes | None = None) -> bytes:
    """Seal the sample letter under a header that says something else."""
    true = decode(envelope.parse(sample.envelope()).header_raw)
    assert isinstance(true, dict)
    made = encode(true | header)
    if plain is None:
        plain = padded(joined(sample.letter_raw, sample.parts_raw))
    return framed(made, seal(sample.box.public, PREFIX + made, plain))


def joined(*pieces: bytes) -> bytes:
    return b"".join(len(piece).to_bytes(4, "big") + piece for piece in pieces)


def padded(plain: bytes) -> bytes:
    return plain.ljust(padme(len(plain)), b"\0")


def several(sample: Any, count: int) -> list[envelope.Outgoing]:
    return [sample.outgoing(sample.letter(core={"seq": n + 1, "exp": sample.now + 900 - n})) for n in range(count)]


def test_an_envelope_comes_out_as_it_went_in(sample: Any) -> None:
    item = sample.outgoing(sample.letter())
    raw = sample.envelope(item)
    header = envelope.parse(raw).header
    assert (header.sender, header.to, header.kid) == (sample.a, sample.b, sample.box.kid)
    assert (header.ld, header.exp, header.urg) == ((item.digest,), item.exp, item.urg)
    assert header.blobs == (item.blobs,)
    (letter,) = opened(sample, raw)
    assert letter.raw == item.letter
    assert letter.digest == item.digest


def test_several_letters_share_an_envelope_and_each_stands_alone(sample: Any) -> None:
    items = several(sample, 5)
    raw = sample.envelope(*items)
    assert envelope.parse(raw).header.exp == min(item.exp for item in items)
    assert [letter.raw for letter in opened(sample, raw)] == [item.letter for item in items]


def test_LET_01_every_flipped_byte_of_an_envelope_is_refused(sample: Any) -> None:
    raw = sample.envelope()
    for n in range(len(raw)):
        flipped = bytearray(raw)
        flipped[n] ^= 1 << (n % 8)
        assert refused(sample, bytes(flipped)) in {
            Code.MALFORMED,
            Code.VERSION,
            Code.SUITE,
            Code.TOO_LARGE,
            Code.NOT_RECIPIENT,
            Code.KEY_UNKNOWN,
            Code.DECRYPTION,
            Code.DISAGREE,
        }, n


def test_LET_02_truncated_and_extended_envelopes_are_refused(sample: Any) -> None:
    raw = sample.envelope()
    for cut in range(0, len(raw), 11):
        assert refused(sample, raw[:cut]) is Code.MALFORMED
    for more in (b"\0", raw):
        assert refused(sample, raw + more) is Code.MALFORMED


def test_LET_03_B_seals_the_letter_of_A_on_to_C(sample: Any) -> None:
    """C is no recipient of the letter, and B cannot make it one."""
    raw = sample.letter(body={"to": (sample.b,)})
    onward = envelope.seal([sample.outgoing(raw)], sender=sample.a, to=sample.c, public=sample.box.public)
    assert refused(sample, onward, me=sample.c) is Code.NOT_RECIPIENT


def test_LET_04_a_readdressed_header_does_not_open(sample: Any) -> None:
    sealed = envelope.parse(sample.envelope())
    header = decode(sealed.header_raw)
    assert isinstance(header, dict)
    raw = framed(encode(header | {"to": sample.c}), sealed.body)
    assert refused(sample, raw) is Code.NOT_RECIPIENT
    assert refused(sample, raw, me=sample.c) is Code.DECRYPTION


def test_LET_06_the_envelope_of_B_on_the_link_of_A_is_refused(sample: Any) -> None:
    assert refused(sample, sample.envelope(), peer=sample.c) is Code.DISAGREE
    sealed = envelope.parse(sample.envelope())
    assert envelope.open_envelope(sealed, sample.box, me=sample.b, peer=None)


@pytest.mark.parametrize("field", ["exp", "earlier", "urg", "blob id", "size", "order", "fewer", "ld", "from"])
def test_LET_05_a_header_that_says_something_else_is_refused(sample: Any, field: str) -> None:
    first, second = ([blob.id, blob.stored] for blob in envelope.blobs_of(sample.entries))
    change: dict[str, Any] = {
        "exp": {"exp": sample.core.exp + 1},
        "earlier": {"exp": sample.core.exp - 1},
        "urg": {"urg": 2},
        "blob id": {"blobs": [[[b"?" * 16, first[1]], second]]},
        "size": {"blobs": [[[first[0], first[1] + 1], second]]},
        "order": {"blobs": [[second, first]]},
        "fewer": {"blobs": [[first]]},
        "ld": {"ld": [b"?" * 32]},
        "from": {"from": sample.c},
    }[field]
    assert refused(sample, resealed(sample, change), peer=change.get("from")) is Code.DISAGREE


def test_LET_05_the_header_shows_the_earliest_of_several_deadlines(sample: Any) -> None:
    items = several(sample, 2)
    items[1] = replace(items[1], exp=items[1].exp - 5)
    assert refused(sample, sample.envelope(*items)) is Code.DISAGREE


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"suite": 0}, Code.SUITE),
        ({"suite": 2}, Code.SUITE),
        ({"v": 2}, Code.VERSION),
        ({"ld": []}, Code.MALFORMED),
        ({"ld": [b"d" * 32, b"d" * 32], "blobs": [[], []]}, Code.MALFORMED),
        ({"ld": [n.to_bytes(32, "big") for n in range(33)], "blobs": [[]] * 33}, Code.MALFORMED),
        ({"blobs": []}, Code.MALFORMED),
        ({"blobs": [[[b"i" * 16, 4_095]]]}, Code.MALFORMED),
        ({"blobs": [[[b"i" * 16, 2**40 + 2**24 + 1]]]}, Code.MALFORMED),
        ({"blobs": [[b"i" * 16]]}, Code.MALFORMED),
        ({"urg": 4}, Code.MALFORMED),
        ({"urg": True}, Code.MALFORMED),
        ({"more": 1}, Code.MALFORMED),
    ],
)
def test_LET_11_header_fields_are_exact(sample: Any, change: dict[str, Any], code: Code) -> None:
    assert refused(sample, resealed(sample, change)) is code


def test_LET_11_a_header_of_suite_1_does_not_carry_a_letter_of_suite_2(sample: Any) -> None:
    signed = decode(sample.letter_raw)
    core = encode({"v": 1, "suite": 2})
    assert isinstance(signed, list)
    letter = encode([encode([core, b"", []]), signed[1]])
    assert refused(sample, resealed(sample, {}, padded(joined(letter, sample.parts_raw)))) is Code.SUITE


@pytest.mark.parametrize("fault", ["short", "long", "not zero", "length lies", "half a length", "one piece"])
def test_LET_22_padding_is_exact_and_zero(sample: Any, fault: str) -> None:
    inner = joined(sample.letter_raw, sample.parts_raw)
    plain = {
        "short": padded(inner)[:-1],
        "long": padded(inner) + bytes(4_096),
        "not zero": padded(inner)[:-1] + b"\1",
        "length lies": padded((2**32 - 1).to_bytes(4, "big") + inner[4:]),
        "half a length": joined(sample.letter_raw) + b"\0\0",
        "one piece": joined(sample.letter_raw),
    }[fault]
    assert refused(sample, resealed(sample, {}, plain)) is Code.PADDING


def test_LET_23_only_padded_sizes_are_seen(sample: Any) -> None:
    sizes = {
        len(envelope.parse(sample.envelope(replace(sample.outgoing(sample.letter_raw), parts=bytes(n)))).body)
        for n in range(0, 3_000, 100)
    }
    assert sizes <= {padme(n) + 1_136 for n in range(4_096, 16_384)}
    assert len(sizes) == 12  # of thirty lengths: steps of 256 bytes up to 8 KiB


def test_a_key_that_the_header_does_not_name_is_not_tried(sample: Any) -> None:
    sealed = envelope.parse(sample.envelope())
    with pytest.raises(RefusedError) as caught:
        envelope.open_envelope(sealed, EncryptionKey(b"x" * 32), me=sample.b, peer=sample.a)
    assert caught.value.code is Code.KEY_UNKNOWN


def outgoing(size: int, *, urg: int = 1, blobs: int = 0, n: int = 0) -> envelope.Outgoing:
    blob = envelope.Blob(id=Id16(b"i" * 16), stored=2**40)
    digest = Digest(n.to_bytes(32, "big"))
    return envelope.Outgoing(letter=bytes(size), parts=b"", digest=digest, exp=2**33, urg=urg, blobs=(blob,) * blobs)


def test_an_envelope_takes_as_many_as_fit() -> None:
    assert envelope.fitting([outgoing(4_000)] * 40) == 32
    assert envelope.fitting([outgoing(1_000_000)] * 3) == 2
    assert envelope.fitting([outgoing(10, blobs=256)] * 3) == 2
    assert envelope.fitting([outgoing(10), outgoing(10, urg=2), outgoing(10)]) == 1
    with pytest.raises(LocalProtocolError):
        envelope.fitting([outgoing(2_097_152)])
    with pytest.raises(LocalProtocolError):
        envelope.fitting([])


def test_letters_of_urgency_3_travel_alone() -> None:
    assert envelope.fitting([outgoing(10, urg=3)] * 3) == 1


def test_letters_that_do_not_go_together_are_not_sealed(sample: Any) -> None:
    with pytest.raises(LocalProtocolError):
        sample.envelope(outgoing(10), outgoing(10, urg=2, n=1))


@pytest.mark.parametrize(
    "items",
    [
        [outgoing(10, blobs=256, n=n) for n in range(2)],
        [outgoing(10, blobs=16, n=n) for n in range(32)],
        [outgoing(2_064_376)],
    ],
)
def test_ENC_12_what_fits_by_the_plan_fits_the_limits(sample: Any, items: list[envelope.Outgoing]) -> None:
    """The plan counts upper bounds; the fullest envelopes still parse and open."""
    assert envelope.fitting(items) == len(items)
    raw = sample.envelope(*items)
    assert len(raw) <= MAX_ENVELOPE_BYTES
    assert len(envelope.open_envelope(envelope.parse(raw), sample.box, me=sample.b, peer=sample.a)) == len(items)


def test_ENC_06_lengths_that_lie_are_refused() -> None:
    for header, body, code in (
        (0, 0, Code.MALFORMED),
        (16_385, 0, Code.TOO_LARGE),
        (0, 2_097_153, Code.TOO_LARGE),
        (2**32 - 1, 2**32 - 1, Code.TOO_LARGE),
        (1, 0, Code.MALFORMED),
    ):
        with pytest.raises(RefusedError) as caught:
            envelope.parse(b"RGT1" + header.to_bytes(4, "big") + body.to_bytes(4, "big"))
        assert caught.value.code is code
    with pytest.raises(RefusedError) as caught:
        envelope.parse(bytes(MAX_ENVELOPE_BYTES + 1))
    assert caught.value.code is Code.TOO_LARGE


@pytest.mark.parametrize("count", [1, 5, 32])
def test_the_size_of_an_envelope_is_known_before_it_is_sealed(sample: Any, count: int) -> None:
    items = several(sample, count)
    real, bound = len(sample.envelope(*items)), envelope.envelope_bytes(items)
    assert real <= bound < real + 64 * (count + 2)
