"""A signed object is what was signed, of the type that was signed, alone or in its batch."""

import pytest

from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.rcbor import decode, encode
from rogatory_protocol.signed import (
    BATCHED,
    Context,
    VerifiedMemory,
    parse,
    sign,
    sign_batch,
    sign_many,
    verify_one,
)
from rogatory_protocol.suite import SigningKey

KEY, OTHER = SigningKey(bytes(range(64))), SigningKey(bytes(range(64, 128)))
MOST = 100_000


def refuses(raw: bytes, public: bytes = KEY.public, context: Context = Context.LETTER) -> Code:
    with pytest.raises(RefusedError) as caught:
        verify_one(parse(raw, max_bytes=MOST), public, context)
    return caught.value.code


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 256])
def test_every_object_of_a_batch_stands_alone(size: int) -> None:
    payloads = [b"payload %d" % n for n in range(size)]
    for raw, payload in zip(sign_batch(KEY, Context.LETTER, payloads), payloads, strict=True):
        obj = parse(raw, max_bytes=MOST)
        verify_one(obj, KEY.public, Context.LETTER)
        assert obj.payload == payload
        assert obj.raw is raw


def test_ENC_11_no_type_passes_for_another() -> None:
    for made in Context:
        raw = sign(KEY, made, b"payload")
        for asked in Context:
            if asked is made:
                verify_one(parse(raw, max_bytes=MOST), KEY.public, asked)
            else:
                assert refuses(raw, context=asked) is Code.SIGNATURE


def test_LET_10_the_key_id_is_only_a_hint() -> None:
    payload, signatures = decode(sign(KEY, Context.LETTER, b"payload"))  # type: ignore[misc]
    signatures[0][0] = OTHER.kid  # type: ignore[index]
    forged = encode([payload, signatures])  # type: ignore[list-item]
    verify_one(parse(forged, max_bytes=MOST), KEY.public, Context.LETTER)
    assert refuses(forged, public=OTHER.public) is Code.SIGNATURE


@pytest.mark.parametrize("field", ["payload", "sig", "index", "size", "path"])
def test_ENC_04_nothing_of_a_batch_can_be_changed(field: str) -> None:
    value = decode(sign_batch(KEY, Context.LETTER, [b"a", b"b", b"c"])[1])
    assert isinstance(value, list)
    signature = value[1][0]  # type: ignore[index]
    changes = {
        "payload": lambda: value.__setitem__(0, b"x"),
        "sig": lambda: signature.__setitem__(1, bytes(3_373)),  # type: ignore[union-attr]
        "index": lambda: signature.__setitem__(2, 0),  # type: ignore[union-attr]
        "size": lambda: signature.__setitem__(3, 4),  # type: ignore[union-attr]
        "path": lambda: signature.__setitem__(4, signature[4][::-1]),  # type: ignore[union-attr, index]
    }
    changes[field]()
    assert refuses(encode(value)) in {Code.SIGNATURE, Code.MALFORMED}


def test_only_letters_and_evidence_are_batched() -> None:
    for context in set(Context) - BATCHED:
        with pytest.raises(LocalProtocolError):
            sign_batch(KEY, context, [b"a", b"b"])
    raw = sign_batch(KEY, Context.LETTER, [b"a", b"b"])[0]
    assert refuses(raw, context=Context.CARD) is Code.MALFORMED
    for size in (0, 257):
        with pytest.raises(LocalProtocolError):
            sign_batch(KEY, Context.LETTER, [b"a"] * size)


def test_ENC_12_size_and_count_have_limits() -> None:
    raw = sign(KEY, Context.LETTER, b"payload")
    parse(raw, max_bytes=len(raw))
    with pytest.raises(RefusedError) as caught:
        parse(raw, max_bytes=len(raw) - 1)
    assert caught.value.code is Code.TOO_LARGE
    two = sign_many([KEY, OTHER], Context.AUTHORITY, b"payload")
    assert len(parse(two, max_bytes=MOST, max_signatures=2).signatures) == 2
    with pytest.raises(RefusedError):
        parse(two, max_bytes=MOST)
    for bad in (b"\x80", b"\x82\x40\x80", encode([b"", [[b""]]]), encode([b"", [0]])):
        with pytest.raises(RefusedError):
            parse(bad, max_bytes=MOST)


def test_a_batch_is_remembered_by_key_type_and_signature() -> None:
    memory = VerifiedMemory()
    first, second = (parse(raw, max_bytes=MOST) for raw in sign_batch(KEY, Context.LETTER, [b"a", b"b"]))
    verify_one(first, KEY.public, Context.LETTER, memory)
    verify_one(second, KEY.public, Context.LETTER, memory)
    for public, context in ((OTHER.public, Context.LETTER), (KEY.public, Context.EVIDENCE)):
        with pytest.raises(RefusedError):
            verify_one(second, public, context, memory)


def test_the_memory_forgets_the_oldest() -> None:
    memory = VerifiedMemory()
    for n in range(VerifiedMemory.LIMIT + 1):
        memory.add(n.to_bytes(4, "big"))
    assert (0).to_bytes(4, "big") not in memory
    assert (1).to_bytes(4, "big") in memory
