"""Authority statements and their chains."""

import dataclasses
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Kid, aid_of
from rogatory_protocol.limits import MAX_STATEMENT_LIFE_SECONDS
from rogatory_protocol.rcbor import decode, encode
from rogatory_protocol.signed import Context, sign_many
from rogatory_protocol.statement import Statement, accept, key_good, key_status, parse, remembered
from rogatory_protocol.statement_fields import Content, Period, Revocation, Root, Use, build
from rogatory_protocol.suite import SigningKey

DAY = 86_400
NOW = 1_800_000_000
KEYS = [SigningKey(bytes([n]) * 63 + b"k") for n in range(12)]
ROOT, SEAL, NODE, SPARE = KEYS[:3], KEYS[3], KEYS[4], KEYS[5:]


def period(key: SigningKey, nb: int = NOW, na: int = NOW + 300 * DAY) -> Period:
    return Period(pub=key.public, nb=nb, na=na)


def content(**changes: object) -> Content:
    plain = Content(
        ver=1,
        prev=None,
        ts=NOW,
        exp=NOW + 365 * DAY,
        name={"en": "Central Authority of Xanadu"},
        cc="XA",
        roles=("mla", "extradition"),
        root=Root(k=2, keys=tuple(key.public for key in ROOT)),
        seal=(period(SEAL),),
        node=(period(NODE),),
    )
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def signed(what: Content, signers: Sequence[SigningKey] = ROOT[:2]) -> bytes:
    return sign_many(signers, Context.AUTHORITY, build(what))


def first(**changes: object) -> Statement:
    return accept(signed(content(**changes)), None, latest=NOW)


def after(previous: Statement, **changes: object) -> Content:
    later = {"ver": previous.content.ver + 1, "prev": previous.digest, "ts": previous.content.ts + DAY}
    later["exp"] = later["ts"] + 365 * DAY  # type: ignore[operator]
    return content(**(later | changes))


def refused(raw: bytes, previous: Statement | None = None, latest: int = NOW + 400 * DAY) -> Code:
    with pytest.raises(RefusedError) as caught:
        accept(raw, previous, latest=latest)
    return caught.value.code


FIRST = first()


def test_first_statement_founds_its_authority() -> None:
    assert FIRST.aid == aid_of(FIRST.payload)
    assert FIRST.content == content()
    assert remembered(FIRST.raw, FIRST.aid) == FIRST


def test_later_statement_keeps_the_authority() -> None:
    second = accept(signed(after(FIRST)), FIRST, latest=NOW + DAY)

    assert second.aid == FIRST.aid
    assert second.content.ver == 2


def test_DIR_01_statement_by_anothers_keys_is_refused() -> None:
    assert refused(signed(after(FIRST), SPARE[:2]), FIRST) is Code.SIGNATURE


def test_DIR_11_unsigned_and_partly_signed_statements_are_refused() -> None:
    assert refused(encode([build(content()), []])) is Code.MALFORMED
    assert refused(signed(content(), ROOT[:1])) is Code.SIGNATURE


def test_DIR_11_over_signed_statement_is_refused() -> None:
    assert refused(signed(content(), [*ROOT, SPARE[0]])) is Code.SIGNATURE
    assert refused(signed(content(), ROOT * 3)) is Code.MALFORMED


def test_DIR_11_invalid_extra_signature_is_refused() -> None:
    payload, signatures = decode(signed(content(), ROOT))  # type: ignore[misc]
    signatures[2][1] = bytes([signatures[2][1][0] ^ 1]) + signatures[2][1][1:]

    assert refused(encode([payload, signatures])) is Code.SIGNATURE


def test_DIR_10_key_signing_twice_counts_once() -> None:
    assert refused(signed(content(), [ROOT[0], ROOT[0]])) is Code.SIGNATURE


def test_DIR_10_key_under_another_kid_is_refused() -> None:
    payload, signatures = decode(signed(content(), [ROOT[0], ROOT[0]]))  # type: ignore[misc]
    signatures[1][0] = bytes(ROOT[1].kid)

    assert refused(encode([payload, signatures])) is Code.SIGNATURE


def test_DIR_10_new_root_needs_both_thresholds() -> None:
    root = Root(k=2, keys=tuple(key.public for key in (ROOT[2], *SPARE[:2])))
    rotated = after(FIRST, root=root)

    assert refused(signed(rotated, ROOT[:2]), FIRST) is Code.SIGNATURE
    assert refused(signed(rotated, SPARE[:2]), FIRST) is Code.SIGNATURE
    assert refused(signed(rotated, [ROOT[2], SPARE[0]]), FIRST) is Code.SIGNATURE
    # The key of both roots counts once in each.
    assert accept(signed(rotated, [ROOT[0], ROOT[2], SPARE[0]]), FIRST, latest=NOW + DAY).content.root == root


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(0, 4), min_size=1, max_size=5))
def test_DIR_10_threshold_is_met_exactly_when_enough_keys_sign(signers: set[int]) -> None:
    """Old root 0, 1, 2; new root 2, 3, 4; two of each."""
    pool = [*ROOT, *SPARE[:2]]
    root = Root(k=2, keys=tuple(key.public for key in pool[2:]))
    raw = signed(after(FIRST, root=root), [pool[n] for n in sorted(signers)])

    if len(signers & {0, 1, 2}) >= 2 and len(signers & {2, 3, 4}) >= 2:
        assert accept(raw, FIRST, latest=NOW + DAY).aid == FIRST.aid
    else:
        assert refused(raw, FIRST) is Code.SIGNATURE


@pytest.mark.parametrize(
    "changes",
    [{"ver": 3}, {"ver": 2**63}, {"prev": bytes(32)}, {"ts": NOW - 1, "exp": NOW + DAY}, {"ver": 1, "prev": None}],
)
def test_DIR_05_statement_that_does_not_continue_the_chain_is_refused(changes: dict[str, object]) -> None:
    assert refused(signed(after(FIRST, **changes)), FIRST) is Code.DISAGREE


def test_DIR_03_older_statement_is_refused() -> None:
    second = accept(signed(after(FIRST)), FIRST, latest=NOW + DAY)

    assert refused(FIRST.raw, second) is Code.DISAGREE
    assert refused(second.raw, second) is Code.DISAGREE
    assert refused(second.raw, None) is Code.DISAGREE


def test_DIR_12_fifty_rotations_make_one_chain() -> None:
    """Each hands the root over to other keys; none can be left out."""
    pairs = [ROOT[:2], SPARE[:2]]
    chain = [first(root=Root(k=2, keys=tuple(key.public for key in pairs[0])))]
    for n in range(1, 51):
        root = Root(k=2, keys=tuple(key.public for key in pairs[n % 2]))
        raw = signed(after(chain[-1], root=root), pairs[0] + pairs[1])
        chain.append(accept(raw, chain[-1], latest=NOW + 51 * DAY))

    assert {each.aid for each in chain} == {chain[0].aid}
    assert refused(chain[30].raw, chain[28]) is Code.DISAGREE


def test_statement_of_the_future_is_refused_to_the_second() -> None:
    raw = signed(content())

    assert refused(raw, latest=NOW - 1) is Code.FUTURE
    assert accept(raw, None, latest=NOW).content.ts == NOW


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW},
        {"exp": NOW + MAX_STATEMENT_LIFE_SECONDS + 1},
        {"seal": (period(SEAL, NOW, NOW + MAX_STATEMENT_LIFE_SECONDS + 1),)},
        {"seal": (period(SEAL, NOW, NOW - 1),)},
        {"seal": ()},
        {"node": tuple(period(key) for key in SPARE[:5])},
        {"root": Root(k=3, keys=tuple(key.public for key in ROOT[:2]))},
        {"root": Root(k=0, keys=tuple(key.public for key in ROOT[:2]))},
        {"name": {}},
        {"name": {"en": "x" * 201}},
        {"cc": "xa"},
        {"cc": "XAA"},
        {"roles": ("mla", "mla")},
        {"roles": ("registry",)},
        {"suites": ()},
        {"suites": (2, 1)},
        {"suites": (1, 1)},
        {"revoked": (Revocation(kid=Kid(bytes(16)), at=NOW + 1, why=""),)},
        {"ver": 1, "prev": bytes(32)},
        {"ver": 2},
    ],
)
def test_field_outside_its_limits_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(RefusedError) as caught:
        build(content(**changes))
    assert caught.value.code is Code.MALFORMED


def half(lattice: SigningKey, classical: SigningKey) -> bytes:
    return lattice.public[:1952] + classical.public[1952:]


@pytest.mark.parametrize(
    "changes",
    [
        {"seal": (period(ROOT[0]),)},
        {"node": (period(SEAL),)},
        {"node": (period(NODE), period(NODE))},
        {"root": Root(k=1, keys=(ROOT[0].public, ROOT[0].public))},
        {"node": (Period(pub=half(NODE, SEAL), nb=NOW, na=NOW),)},
        {"node": (Period(pub=half(SEAL, NODE), nb=NOW, na=NOW),)},
    ],
)
def test_KEY_03_key_of_two_uses_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(RefusedError) as caught:
        build(content(**changes))
    assert caught.value.code is Code.MALFORMED


@pytest.mark.parametrize(
    "changes",
    [{"seal": (period(NODE),), "node": (period(SEAL),)}, {"seal": (period(ROOT[2]),)}, {"node": (period(SEAL),)}],
)
def test_KEY_03_key_that_changes_its_use_is_refused(changes: dict[str, object]) -> None:
    keys = (ROOT[0], ROOT[1], SPARE[0])
    free = {"root": Root(k=2, keys=tuple(key.public for key in keys)), "seal": (period(SPARE[1]),)}
    raw = signed(after(FIRST, **(free | changes)), ROOT[:2])

    assert refused(raw, FIRST) is Code.MALFORMED


@pytest.mark.parametrize("seed", [bytes(64), b"\xff" * 64, bytes(range(64)), bytes(range(64, 128))])
def test_KEY_04_published_key_is_refused(seed: bytes) -> None:
    with pytest.raises(RefusedError) as caught:
        build(content(seal=(period(SigningKey(seed)),)))
    assert caught.value.code is Code.MALFORMED


def test_KEY_04_small_order_key_is_refused() -> None:
    with pytest.raises(RefusedError):
        build(content(seal=(Period(pub=SEAL.public[:1952] + bytes(32), nb=NOW, na=NOW),)))


def test_unknown_and_missing_keys_of_the_map_are_refused() -> None:
    payload = decode(build(content()))
    assert isinstance(payload, dict)
    for changed in (payload | {"new": 1}, {k: v for k, v in payload.items() if k != "wit"}, payload | {"v": 2}):
        raw = sign_many(ROOT[:2], Context.AUTHORITY, encode(changed))
        assert refused(raw) is Code.MALFORMED


def test_signature_for_another_purpose_is_refused() -> None:
    assert refused(sign_many(ROOT[:2], Context.DECISION, build(content()))) is Code.SIGNATURE


@given(st.integers(0, 9_000), st.integers(0, 7))
@settings(max_examples=100, deadline=None)
def test_any_flipped_bit_is_refused(at: int, bit: int) -> None:
    raw = bytearray(FIRST.raw)
    raw[at % len(raw)] ^= 1 << bit

    assert refused(bytes(raw)) in {Code.MALFORMED, Code.SIGNATURE, Code.DISAGREE}


def test_too_large_statement_is_refused_unread() -> None:
    with pytest.raises(RefusedError) as caught:
        parse(bytes(65_531))
    assert caught.value.code is Code.TOO_LARGE


# --- Key status -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "good"),
    [(NOW - 1, False), (NOW, True), (NOW + 300 * DAY, True), (NOW + 300 * DAY + 1, False)],
)
def test_DIR_14_key_is_good_from_nb_to_na_to_the_second(at: int, *, good: bool) -> None:
    if good:
        assert key_good([FIRST], SEAL.kid, Use.SEAL, at) == SEAL.public
    else:
        with pytest.raises(RefusedError) as caught:
            key_good([FIRST], SEAL.kid, Use.SEAL, at)
        assert caught.value.code is Code.NOT_GOOD


def test_DIR_14_key_is_not_good_after_its_statement() -> None:
    short = first(exp=NOW + 10)

    assert key_good([short], SEAL.kid, Use.SEAL, NOW + 10) == SEAL.public
    with pytest.raises(RefusedError):
        key_good([short], SEAL.kid, Use.SEAL, NOW + 11)


def test_DIR_14_expired_chain_can_be_continued() -> None:
    short = first(exp=NOW + 10)
    renewed = accept(signed(after(short)), short, latest=NOW + DAY)

    assert key_good([short, renewed], SEAL.kid, Use.SEAL, NOW + DAY) == SEAL.public


@pytest.mark.parametrize(("at", "good"), [(NOW + 99, True), (NOW + 100, False), (NOW + 101, False)])
def test_DIR_15_revoked_key_is_not_good_from_the_second_named(at: int, *, good: bool) -> None:
    gone = Revocation(kid=SEAL.kid, at=NOW + 100, why="lost")
    second = accept(signed(after(FIRST, revoked=(gone,))), FIRST, latest=NOW + DAY)
    third = accept(signed(after(second)), second, latest=NOW + 2 * DAY)

    if good:
        key_good([FIRST, second, third], SEAL.kid, Use.SEAL, at)
    else:
        with pytest.raises(RefusedError):
            key_good([FIRST, second, third], SEAL.kid, Use.SEAL, at)
    assert key_status([FIRST, second, third], SEAL.kid, Use.SEAL).revoked == NOW + 100


def test_earliest_revocation_counts() -> None:
    second = accept(
        signed(after(FIRST, revoked=(Revocation(kid=SEAL.kid, at=NOW + 100, why=""),))), FIRST, latest=NOW + DAY
    )
    third = accept(
        signed(after(second, revoked=(Revocation(kid=SEAL.kid, at=NOW + 50, why=""),))), second, latest=NOW + 2 * DAY
    )

    assert key_status([FIRST, second, third], SEAL.kid, Use.SEAL).revoked == NOW + 50


def test_key_of_another_use_is_unknown() -> None:
    for kid, use in ((SEAL.kid, Use.NODE), (NODE.kid, Use.SEAL), (ROOT[0].kid, Use.SEAL)):
        with pytest.raises(RefusedError) as caught:
            key_good([FIRST], kid, use, NOW)
        assert caught.value.code is Code.KEY_UNKNOWN
