"""Decisions of a registry."""

import dataclasses

import pytest

from rogatory_protocol.decision import Act, Decision, build, parse, verify
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Digest
from rogatory_protocol.rcbor import decode, encode
from rogatory_protocol.signed import Context, sign
from rogatory_protocol.suite import SigningKey

KEY = SigningKey(b"d" * 64)
ADMIT = Decision(
    reg=Aid(b"r" * 32),
    act=Act.ADMIT,
    aid=Aid(b"a" * 32),
    stmt=Digest(b"s" * 32),
    cc="XA",
    roles=("mla",),
    ts=1_800_000_000,
    why="letter of appointment seen",
    replaces=Aid(b"o" * 32),
)


def test_decision_is_verified_as_it_was_built() -> None:
    assert verify(parse(sign(KEY, Context.DECISION, build(ADMIT))), KEY.public) == ADMIT


@pytest.mark.parametrize(
    "changes",
    [{"cc": "X"}, {"cc": "xa"}, {"roles": ("mla", "mla")}, {"why": "x" * 501}, {"replaces": ADMIT.aid}, {"ts": 2**64}],
)
def test_field_outside_its_limits_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(Exception, match=r"malformed|2\^64"):
        build(dataclasses.replace(ADMIT, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [{"act": "expel"}, {"act": 1}, {"typ": "card"}, {"reg": bytes(31)}, {"new": 0}])
def test_malformed_decision_is_refused(change: dict[str, object]) -> None:
    payload = decode(build(ADMIT))
    assert isinstance(payload, dict)

    with pytest.raises(RefusedError) as caught:
        parse(sign(KEY, Context.DECISION, encode(payload | change)))  # type: ignore[operator]
    assert caught.value.code is Code.MALFORMED


def test_decision_by_another_key_or_for_another_purpose_is_refused() -> None:
    for signer, context in ((SigningKey(b"e" * 64), Context.DECISION), (KEY, Context.AUTHORITY)):
        with pytest.raises(RefusedError) as caught:
            verify(parse(sign(signer, context, build(ADMIT))), KEY.public)
        assert caught.value.code is Code.SIGNATURE
