"""Evidence: who may say what about a letter, in which order, and what contradicts it."""

import itertools
from dataclasses import replace
from typing import Any

import pytest

from rogatory_protocol import evidence
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.evidence import Level, Mark, Weight
from rogatory_protocol.ids import Aid, Digest, Kid
from rogatory_protocol.rcbor import decode, encode
from rogatory_protocol.signed import Context, VerifiedMemory, sign, sign_batch
from rogatory_protocol.suite import SigningKey

LETTER = Digest(b"\x1e" * 32)
GOOD: dict[Level, dict[str, Any]] = {
    Level.STORED: {},
    Level.COMPLETE: {},
    Level.TAKEN: {"role": "duty officer"},
    Level.ACCEPTED: {"role": "desk", "note": "file opened"},
    Level.DECLINED: {"code": "ground.political", "role": None},
    Level.REFUSED: {"code": Code.ATTACHMENT},
    Level.MISSED: {"code": 0, "tst": b"token"},
}


def content(sample: Any, level: Level, **change: Any) -> evidence.Content:
    fields: dict[str, Any] = {
        "lvl": level,
        "letter": LETTER,
        "issuer": sample.b,
        "to": sample.a,
        "ts": sample.now,
        "head": sample.head,
    }
    return evidence.Content(**(fields | GOOD[level] | change))


def signed(sample: Any, level: Level = Level.STORED, **change: Any) -> bytes:
    return sign(sample.seal, Context.EVIDENCE, evidence.payload(content(sample, level, **change)))


def accept(sample: Any, raw: bytes, **how: Any) -> evidence.Evidence:
    def keys(aid: Aid, kid: Kid, ts: int) -> bytes:
        if kid != sample.seal.kid:
            raise RefusedError(Code.DIRECTORY_OLD, "key")
        public: bytes = sample.seal.public
        return public

    arguments = {"me": sample.a, "peer": sample.b, "now": sample.now, "keys": keys} | how
    return evidence.accept(raw, **arguments)


def refused(sample: Any, raw: bytes, **how: Any) -> Code:
    with pytest.raises(RefusedError) as caught:
        accept(sample, raw, **how)
    return caught.value.code


@pytest.mark.parametrize("level", list(Level))
def test_every_level_comes_out_as_it_went_in(sample: Any, level: Level) -> None:
    raw = signed(sample, level)
    accepted = accept(sample, raw)
    assert accepted.content == content(sample, level)
    assert accepted.raw is raw


@pytest.mark.parametrize(
    ("level", "change"),
    [
        (Level.STORED, {"code": 1}),
        (Level.STORED, {"role": "duty officer"}),
        (Level.COMPLETE, {"code": "ground"}),
        (Level.TAKEN, {"role": None}),
        (Level.TAKEN, {"role": "r" * 33}),
        (Level.ACCEPTED, {"code": 0}),
        (Level.DECLINED, {"code": None}),
        (Level.DECLINED, {"code": 51}),
        (Level.DECLINED, {"code": "g" * 65}),
        (Level.REFUSED, {"code": 0}),
        (Level.REFUSED, {"code": 24}),
        (Level.REFUSED, {"code": None}),
        (Level.MISSED, {"code": None}),
        (Level.STORED, {"note": "n" * 1_001}),
        (Level.STORED, {"tst": b"t" * 16_385}),
        (Level.STORED, {"letter": b"short"}),
    ],
)
def test_our_own_evidence_obeys_the_rule_of_its_level(sample: Any, level: Level, change: dict[str, Any]) -> None:
    with pytest.raises(LocalProtocolError):
        signed(sample, level, **change)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"lvl": 31}, Code.MALFORMED),
        ({"lvl": True}, Code.MALFORMED),
        ({"v": 2}, Code.VERSION),
        ({"code": 15}, Code.MALFORMED),
        ({"head": [0, 0, b"r" * 32]}, Code.MALFORMED),
        ({"more": None}, Code.MALFORMED),
        ({"ts": None}, Code.MALFORMED),
    ],
)
def test_ENC_10_evidence_fields_are_exact(sample: Any, change: dict[str, Any], code: Code) -> None:
    payload = decode(evidence.payload(content(sample, Level.STORED)))
    assert isinstance(payload, dict)
    assert refused(sample, sign(sample.seal, Context.EVIDENCE, encode(payload | change))) is code


def test_LET_01_every_flipped_byte_of_an_evidence_is_refused(sample: Any) -> None:
    raw = signed(sample, Level.TAKEN)
    for n in range(len(raw)):
        flipped = bytearray(raw)
        flipped[n] ^= 1 << (n % 8)
        assert refused(sample, bytes(flipped)) in {
            Code.MALFORMED,
            Code.VERSION,
            Code.NOT_RECIPIENT,
            Code.DISAGREE,
            Code.FUTURE,
            Code.SIGNATURE,
            Code.DIRECTORY_OLD,
        }, n


def test_LET_02_truncated_and_extended_evidence_is_refused(sample: Any) -> None:
    raw = signed(sample)
    for changed in [raw[:cut] for cut in range(0, len(raw), 13)] + [raw + b"\0", raw + raw]:
        assert refused(sample, changed) is Code.MALFORMED
    assert refused(sample, bytes(32_769)) is Code.TOO_LARGE


def test_DLV_04_forged_evidence_is_refused(sample: Any) -> None:
    """By a third authority, by a key of another kind, by an unknown key, to somebody else, from the future."""
    payload = evidence.payload(content(sample, Level.STORED))
    assert refused(sample, signed(sample, issuer=sample.c)) is Code.DISAGREE
    assert refused(sample, signed(sample, to=sample.c)) is Code.NOT_RECIPIENT
    assert refused(sample, signed(sample, ts=sample.now + 601)) is Code.FUTURE
    assert accept(sample, signed(sample, ts=sample.now + 600))
    assert refused(sample, sign(SigningKey(b"n" * 64), Context.EVIDENCE, payload)) is Code.DIRECTORY_OLD
    for context in Context:
        if context is not Context.EVIDENCE:
            assert refused(sample, sign(sample.seal, context, payload)) is Code.SIGNATURE


def test_DLV_05_evidence_fits_one_letter_and_its_two_ends(sample: Any) -> None:
    def fits(raw: bytes, **change: Any) -> None:
        about = {"letter": LETTER, "sender": sample.a, "recipients": (sample.b,)} | change
        evidence.check_fit(accept(sample, raw, **how), **about)

    how: dict[str, Any] = {}
    fits(signed(sample))
    for change in ({"letter": Digest(b"?" * 32)}, {"sender": sample.c}, {"recipients": (sample.c,)}):
        with pytest.raises(RefusedError) as caught:
            fits(signed(sample), **change)
        assert caught.value.code is Code.DISAGREE
    # A declaration 91 is the sender's: its ends are the other way round.
    with pytest.raises(RefusedError):
        fits(signed(sample, Level.MISSED))
    how = {"me": sample.b, "peer": sample.a}
    fits(signed(sample, Level.MISSED, issuer=sample.a, to=sample.b))


def test_a_group_of_evidence_shares_one_signature(sample: Any) -> None:
    payloads = [evidence.payload(content(sample, Level.STORED, ts=sample.now - n)) for n in range(5)]
    memory = VerifiedMemory()
    for n, raw in enumerate(sign_batch(sample.seal, Context.EVIDENCE, payloads)):
        assert accept(sample, raw, memory=memory).content.ts == sample.now - n


def test_DLV_06_all_sequences_of_marks_are_those_of_the_specification() -> None:
    """First 30 or 35; then 40, 50 or 51 rising and, apart from these, 35 or 90 code 15; a 90 stands alone."""
    reached: set[tuple[Mark, ...]] = {()}
    for _ in range(7):
        reached |= {(*done, mark) for done in reached for mark in Mark if evidence.may_issue(done, mark)}
    S, C, T, A, D, R, B = list(Mark)[:7]
    full = {done for done in reached if not any(evidence.may_issue(done, mark) for mark in Mark)}
    for done in reached - {()}:
        assert done[0] in {S, C, R, B, Mark.MISSED}
        assert len(set(done)) == len(done)
        assert R not in done[1:]
        assert not {A, D} <= set(done)
        assert T not in done or not {A, D} & set(done[: done.index(T)])
        assert B not in done or C not in done[: done.index(B)]
        assert all(
            evidence.weigh({Digest(bytes([n])): other for n, other in enumerate(pair[:1])}, Digest(b"?"), pair[1])
            is Weight.NEW
            for pair in itertools.permutations(done, 2)
            if Mark.MISSED not in pair
        )
    assert {(S, T, A, C), (S, B, C, T, D), (C, T, A), (C, D), (R,)} <= reached
    assert (R,) in full


def test_DLV_06_contradictions_are_seen_whatever_comes_first() -> None:
    held = {Digest(b"1"): Mark.STORED, Digest(b"2"): Mark.ACCEPTED}
    assert evidence.weigh(held, Digest(b"1"), Mark.STORED) is Weight.REPEAT
    for mark in (Mark.DECLINED, Mark.REFUSED, Mark.STORED, Mark.ACCEPTED):
        assert evidence.weigh(held, Digest(b"3"), mark) is Weight.CONTRADICTION
    for mark in (Mark.COMPLETE, Mark.TAKEN, Mark.BROKEN):
        assert evidence.weigh(held, Digest(b"3"), mark) is Weight.NEW
    for one, other in itertools.product(Mark, repeat=2):
        forth = evidence.weigh({Digest(b"1"): one}, Digest(b"2"), other)
        assert forth is evidence.weigh({Digest(b"1"): other}, Digest(b"2"), one)


def test_90_with_code_15_is_told_apart(sample: Any) -> None:
    raw = signed(sample, Level.REFUSED, code=Code.SIGNATURE)
    assert accept(sample, raw).mark is Mark.REFUSED
    assert accept(sample, signed(sample, Level.REFUSED)).mark is Mark.BROKEN
    assert {accept(sample, signed(sample, level)).mark for level in Level if level != Level.REFUSED} == {
        Mark[level.name] for level in Level if level != Level.REFUSED
    }


def test_DLV_18_a_declaration_is_superseded_by_what_is_dated_in_time(sample: Any) -> None:
    for mark in Mark:
        holds = mark in {Mark.STORED, Mark.COMPLETE, Mark.TAKEN, Mark.ACCEPTED, Mark.DECLINED}
        assert evidence.supersedes(mark, 100, exp=100) is holds
        assert not evidence.supersedes(mark, 101, exp=100)


def test_the_digest_of_an_evidence_survives_another_signature(sample: Any) -> None:
    one, two = signed(sample), signed(sample)
    assert one != two
    assert accept(sample, one).digest == accept(sample, two).digest
    assert replace(content(sample, Level.STORED), ts=1) != content(sample, Level.STORED)
