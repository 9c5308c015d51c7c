"""Letters: what is signed is what is judged, at every boundary."""

from dataclasses import replace
from typing import Any

import pytest

from rogatory_protocol import letter, parts
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Aid, Kid, digest_of
from rogatory_protocol.rcbor import decode, encode
from rogatory_protocol.signed import Context, VerifiedMemory, sign, sign_batch
from rogatory_protocol.suite import SigningKey

DAY = 86_400


def refused(sample: Any, raw: bytes, parts_raw: bytes | None = None, **how: Any) -> Code:
    with pytest.raises(RefusedError) as caught:
        sample.accept(raw, parts_raw, **how)
    return caught.value.code


def resigned(sample: Any, which: int, change: dict[str, Any]) -> bytes:
    """Sign a payload whose core (0) or body (1) is changed without asking the schema."""
    items = decode(letter.parse(sample.letter()).object.payload)
    assert isinstance(items, list)
    inner = decode(items[which])  # type: ignore[arg-type]
    assert isinstance(inner, dict)
    items[which] = encode({name: value for name, value in (inner | change).items() if value != "GONE"})
    return sign(sample.seal, Context.LETTER, encode(items))


def test_a_letter_comes_out_as_it_went_in(sample: Any) -> None:
    raw = sample.letter()
    accepted = sample.accept(raw)
    assert accepted.body == sample.body
    assert accepted.core == sample.core
    form, entries = accepted.parts.whole()
    assert form.data == b'{"what":"records"}'
    assert entries == sample.entries
    assert accepted.digest == digest_of(letter.parse(raw).object.payload)


def test_ENC_03_the_bytes_handed_on_are_the_bytes_verified(sample: Any) -> None:
    raw, parts_raw = sample.letter(), sample.parts_raw
    accepted = sample.accept(raw, parts_raw)
    assert accepted.raw is raw
    assert accepted.parts_raw is parts_raw
    assert accepted.body_raw in raw


def test_the_digest_survives_another_signature(sample: Any) -> None:
    """A waiting letter is signed again by a successor key: same payload, same digest."""
    payload = letter.parse(sample.letter()).object.payload
    other = sign(SigningKey(b"o" * 64), Context.LETTER, payload)
    assert letter.parse(other).digest == digest_of(payload)


def test_a_batch_costs_one_verification_and_each_letter_stands_alone(sample: Any) -> None:
    payloads = [letter.parse(sample.letter(core={"seq": n})).object.payload for n in (1, 2, 3)]
    raws = sign_batch(sample.seal, Context.LETTER, payloads)
    memory = VerifiedMemory()
    for n, raw in enumerate(raws):
        accepted = letter.accept(
            raw, sample.parts_raw, me=sample.c, suites=(1,), now=sample.now, keys=sample.keys, memory=memory
        )
        assert accepted.core.seq == n + 1
    assert sample.accept(raws[1]).core.seq == 2


def test_LET_01_every_flipped_byte_of_a_letter_is_refused(sample: Any) -> None:
    """One bit of each byte; the bit moves with the position, so that all eight are tried."""
    raw = sample.letter()
    for n in range(len(raw)):
        flipped = bytearray(raw)
        flipped[n] ^= 1 << (n % 8)
        assert refused(sample, bytes(flipped)) in {
            Code.MALFORMED,
            Code.VERSION,
            Code.SUITE,
            Code.NOT_RECIPIENT,
            Code.FUTURE,
            Code.EXPIRED,
            Code.SIGNATURE,
            Code.DIRECTORY_OLD,
        }, n


def test_LET_01_every_flipped_byte_of_the_parts_is_refused(sample: Any) -> None:
    raw, parts_raw = sample.letter(), sample.parts_raw
    opened = letter.parse(raw)
    for n in range(len(parts_raw)):
        flipped = bytearray(parts_raw)
        flipped[n] ^= 1 << (n % 8)
        with pytest.raises(RefusedError) as caught:
            parts.open_parts(bytes(flipped), form=opened.body.form, att=opened.body.att)
        assert caught.value.code in {Code.MALFORMED, Code.DISAGREE}, n


def test_LET_02_truncated_and_extended_letters_are_refused(sample: Any) -> None:
    raw = sample.letter()
    for cut in range(0, len(raw), 7):
        assert refused(sample, raw[:cut]) is Code.MALFORMED
    for more in (b"\0", b"\xf6", raw):
        assert refused(sample, raw + more) is Code.MALFORMED


def test_LET_03_a_letter_sealed_on_to_a_third_authority_is_refused(sample: Any) -> None:
    assert refused(sample, sample.letter(body={"to": (sample.b,)}), me=sample.c) is Code.NOT_RECIPIENT


@pytest.mark.parametrize(
    ("core", "code"),
    [
        ({"suite": 0}, Code.SUITE),
        ({"suite": 2}, Code.SUITE),
        ({"suite": 255}, Code.SUITE),
        ({"suite": True}, Code.MALFORMED),
        ({"v": 2}, Code.VERSION),
        ({"seq": 0}, Code.MALFORMED),
        ({"seq": 2**31 + 1}, Code.MALFORMED),
        ({"seen": [b"s" * 32] * 9}, Code.MALFORMED),
        ({"head": [0, 0, b"r" * 32]}, Code.MALFORMED),
        ({"prev": b"short"}, Code.MALFORMED),
        ({"more": 1}, Code.MALFORMED),
        ({"prev": "GONE"}, Code.MALFORMED),
        ({"x": {"long": b"x" * 4_096}}, Code.MALFORMED),
    ],
)
def test_LET_11_core_fields_are_exact(sample: Any, core: dict[str, Any], code: Code) -> None:
    assert refused(sample, resigned(sample, 0, core)) is code


def test_LET_11_a_suite_absent_from_my_statement_is_refused(sample: Any) -> None:
    with pytest.raises(RefusedError) as caught:
        letter.accept(sample.letter(), sample.parts_raw, me=sample.b, suites=(2,), now=sample.now, keys=sample.keys)
    assert caught.value.code is Code.SUITE


@pytest.mark.parametrize(
    "body",
    [
        {"to": []},
        {"to": [b"\x0c" * 32, b"\x0b" * 32]},
        {"to": [b"\x0b" * 32, b"\x0b" * 32]},
        {"to": [b"\x0a" * 32, b"\x0b" * 32]},
        {"to": [n.to_bytes(32, "big") for n in range(33)]},
        {"urg": 4},
        {"kind": "mla\u202erequest"},
        {"kind": "k" * 65},
        {"lang": "ен"},
        {"att": [b"a" * 32] * 257},
        {"form": b"f" * 31},
        {"id": "text"},
    ],
)
def test_ENC_16_body_fields_are_exact(sample: Any, body: dict[str, Any]) -> None:
    """Among others: identifiers hold plain ASCII only, and recipients ascend without the sender."""
    assert refused(sample, resigned(sample, 1, body)) is Code.MALFORMED


def test_LET_09_a_signature_of_another_kind_is_refused(sample: Any) -> None:
    payload = letter.parse(sample.letter()).object.payload
    for context in Context:
        if context is not Context.LETTER:
            assert refused(sample, sign(sample.seal, context, payload)) is Code.SIGNATURE


def test_LET_10_the_key_comes_from_the_directory_only(sample: Any) -> None:
    """A thief's key named in the object, and a thief's signature under the good key's id."""
    thief = SigningKey(b"t" * 64)
    payload = letter.parse(sample.letter()).object.payload
    assert refused(sample, sign(thief, Context.LETTER, payload)) is Code.DIRECTORY_OLD
    thief.kid = sample.seal.kid
    assert refused(sample, sign(thief, Context.LETTER, payload)) is Code.SIGNATURE


def test_LET_19_the_lookup_judges_the_key_at_the_date_of_the_letter(sample: Any) -> None:
    asked: list[tuple[Aid, Kid, int]] = []

    def revoked(aid: Aid, kid: Kid, ts: int) -> bytes:
        asked.append((aid, kid, ts))
        raise RefusedError(Code.NOT_GOOD, "revoked")

    with pytest.raises(RefusedError) as caught:
        letter.accept(sample.letter(), sample.parts_raw, me=sample.b, suites=(1,), now=sample.now, keys=revoked)
    assert caught.value.code is Code.NOT_GOOD
    assert asked == [(sample.a, sample.seal.kid, sample.now)]


@pytest.mark.parametrize(("ahead", "code"), [(599, None), (600, None), (601, Code.FUTURE)])
def test_LET_20_a_letter_from_the_future(sample: Any, ahead: int, code: Code | None) -> None:
    raw = sample.letter(core={"ts": sample.now + ahead})
    if code is None:
        assert sample.accept(raw).core.ts == sample.now + ahead
    else:
        assert refused(sample, raw) is code


def test_LET_21_the_deadline_is_exact(sample: Any) -> None:
    raw = sample.letter()
    assert sample.accept(raw, now=sample.core.exp)
    assert refused(sample, raw, now=sample.core.exp + 1) is Code.EXPIRED
    ts = sample.now
    for exp, fits in ((ts, False), (ts + 1, True), (ts + 90 * DAY, True), (ts + 90 * DAY + 1, False)):
        raw = resigned(sample, 0, {"exp": exp})
        assert (sample.accept(raw).core.exp == exp) if fits else (refused(sample, raw) is Code.MALFORMED)


@pytest.mark.parametrize("change", ["drop", "double", "swap", "null form", "null entry", "other salt"])
def test_LET_05_parts_that_are_not_those_of_the_letter_are_refused(sample: Any, change: str) -> None:
    form, entries = sample.form_pair, sample.entry_pairs
    made = {
        "drop": (form, entries[:1]),
        "double": (form, [*entries, entries[0]]),
        "swap": (form, entries[::-1]),
        "null form": (None, entries),
        "null entry": (form, [None, entries[1]]),
        "other salt": ((b"\0" * 32, form[1]), entries),
    }[change]
    assert refused(sample, sample.letter(), parts.parts_bytes(*made)) is Code.DISAGREE


def test_approvals_cover_the_body_and_the_seal_covers_them(sample: Any) -> None:
    approval = letter.Approval(t="webauthn/1", by="head of division", d=b"assertion")
    body, core = letter.body_bytes(sample.body), letter.core_bytes(sample.core)
    raw = sign(sample.seal, Context.LETTER, letter.payload(core, body, [approval]))
    accepted = sample.accept(raw)
    assert accepted.approvals == (approval,)
    assert letter.approval_message(accepted.body_raw) == letter.approval_message(body)
    with pytest.raises(LocalProtocolError):
        letter.payload(core, body, [approval] * 9)


def test_LET_27_approvals_past_the_limit_are_refused(sample: Any) -> None:
    body, core = letter.body_bytes(sample.body), letter.core_bytes(sample.core)
    approval: Any = {"t": "cms/1", "by": "x", "d": b""}
    for approvals in ([approval] * 9, [approval | {"d": b"d" * 65_537}], [approval | {"more": 1}], {}):
        assert refused(sample, sign(sample.seal, Context.LETTER, encode([core, body, approvals]))) is Code.MALFORMED


def test_our_own_letters_obey_the_schema(sample: Any) -> None:
    with pytest.raises(LocalProtocolError):
        letter.body_bytes(replace(sample.body, to=(sample.c, sample.b)))
    with pytest.raises(LocalProtocolError):
        letter.core_bytes(replace(sample.core, exp=sample.core.ts))


def test_a_proof_shows_one_attachment_and_withholds_the_rest(sample: Any) -> None:
    opened = letter.parse(sample.letter())
    shown = parts.withhold(sample.parts_raw, form=False, entries=frozenset({1}))
    proved = letter.verify(opened, shown, keys=sample.keys, disclosure=True)
    assert proved.parts == parts.Parts(form=None, entries=(None, sample.entries[1]))
    assert b"records" not in shown
    with pytest.raises(LocalProtocolError):
        proved.parts.whole()


def test_ENC_11_the_payload_of_another_object_is_refused(sample: Any) -> None:
    for other in ([], [b"", b""], [b"", b"", [], []], {}, [{}, b"", []]):
        assert refused(sample, sign(sample.seal, Context.LETTER, encode(other))) is Code.MALFORMED
