"""Single leaves. How they work together is tested with the directory."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rogatory_keys.replay import AlarmKind, Followed, Local, LogState, Place, State, judge, read
from rogatory_protocol.ids import Aid
from rogatory_protocol.signed import Context, sign_many
from rogatory_protocol.statement_fields import Content, Period, Root, build
from rogatory_protocol.suite import SigningKey
from rogatory_protocol.tiles import LeafKind, encode_leaf

NOW = 1_800_000_000
FOLLOWED = Followed(aid=Aid(b"r" * 32), scope=("XA", "XB"))
LOG = LogState(followed=FOLLOWED)
PLACE = Place(log=LOG, index=5, latest=NOW + 600, effective=NOW)
ROOT, SEAL, NODE = (SigningKey(hashlib.sha512(name).digest()) for name in (b"root", b"seal", b"node"))
CONTENT = Content(
    ver=1,
    prev=None,
    ts=NOW,
    exp=NOW + 1,
    name={"en": "Office"},
    cc="XA",
    roles=("mla",),
    root=Root(k=1, keys=(ROOT.public,)),
    seal=(Period(pub=SEAL.public, nb=NOW, na=NOW),),
    node=(Period(pub=NODE.public, nb=NOW, na=NOW),),
)
LEAF = encode_leaf(LeafKind.STATEMENT, sign_many([ROOT], Context.AUTHORITY, build(CONTENT)))


def empty() -> State:
    return State(local=Local(followed=(FOLLOWED,)), logs={FOLLOWED.aid: LOG})


def test_valid_statement_is_taken_in_silence() -> None:
    state = empty()

    assert judge(state, read(LEAF), PLACE) == []
    (authority,) = state.authorities.values()
    assert authority.newest.content == CONTENT


def test_anchor_says_nothing_about_keys() -> None:
    assert judge(empty(), read(encode_leaf(LeafKind.ANCHOR, b"whatever")), PLACE) == []


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(LEAF) - 1), st.integers(0, 7))
def test_DIR_09_any_flipped_bit_is_an_alarm_and_changes_nothing(at: int, bit: int) -> None:
    state = empty()
    leaf = bytearray(LEAF)
    leaf[at] ^= 1 << bit
    alarms = judge(state, read(bytes(leaf)), PLACE)

    # The kind of leaf is not signed: as a decision or an anchor the same bytes are another object.
    if leaf[1] == LeafKind.ANCHOR:
        assert alarms == []
    else:
        assert [alarm.kind for alarm in alarms] == [AlarmKind.INVALID_LEAF]
    assert state == empty()


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_DIR_09_garbage_never_stops_the_replay(data: bytes) -> None:
    for leaf in (data, encode_leaf(LeafKind.STATEMENT, data), encode_leaf(LeafKind.DECISION, data)):
        (alarm,) = judge(empty(), read(leaf), PLACE)
        assert (alarm.kind, alarm.index, alarm.registry) == (AlarmKind.INVALID_LEAF, 5, FOLLOWED.aid)


@pytest.mark.parametrize(
    ("scope", "covers"), [(("XA",), True), (("*",), True), (("XB",), False), (("XB", "XA"), True), ((), False)]
)
def test_DIR_17_scope_is_what_local_configuration_grants(scope: tuple[str, ...], *, covers: bool) -> None:
    assert Followed(aid=FOLLOWED.aid, scope=scope).covers("XA") is covers
