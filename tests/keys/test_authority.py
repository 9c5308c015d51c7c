"""What is known of one authority."""

import hashlib

import pytest

from rogatory_keys.authority import Authority, Ruling
from rogatory_protocol.decision import Act
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Digest, Kid
from rogatory_protocol.signed import Context, sign_many
from rogatory_protocol.statement import accept
from rogatory_protocol.statement_fields import Content, Period, Revocation, Root, Use, build
from rogatory_protocol.suite import SigningKey

NOW = 1_800_000_000
NORTH, SOUTH = Aid(b"n" * 32), Aid(b"s" * 32)
ROOT, SEAL, NODE = (SigningKey(hashlib.sha512(name).digest()) for name in (b"root", b"seal", b"node"))


def make(length: int = 3) -> Authority:
    """Make an authority with a chain; each statement shortens the seal key by a second."""
    authority: Authority | None = None
    for n in range(length):
        content = Content(
            ver=n + 1,
            prev=authority.newest.digest if authority else None,
            ts=NOW + n,
            exp=NOW + 1000,
            name={"en": "Office"},
            cc="XA",
            roles=("mla",),
            root=Root(k=1, keys=(ROOT.public,)),
            seal=(Period(pub=SEAL.public, nb=NOW, na=NOW + 100 - n),),
            node=(Period(pub=NODE.public, nb=NOW, na=NOW + 2000),),
            revoked=(Revocation(kid=NODE.kid, at=NOW - n, why=""),) if n else (),
        )
        raw = sign_many([ROOT], Context.AUTHORITY, build(content))
        statement = accept(raw, authority.newest if authority else None, latest=NOW + 10)
        authority = authority or Authority(aid=statement.aid, newest=statement)
        authority.extend(statement)
    assert authority is not None
    return authority


def ruling(registry: Aid, effective: int, act: Act) -> Ruling:
    return Ruling(
        registry=registry, effective=effective, act=act, stmt=Digest(bytes(32)), cc="XA", roles=("mla",), ts=0
    )  # fmt: skip


def test_newest_listing_of_a_key_dates_it() -> None:
    assert make().status(SEAL.kid, Use.SEAL).until == NOW + 98


def test_expiry_of_the_newest_statement_ends_every_key() -> None:
    assert make().status(NODE.kid, Use.NODE).until == NOW + 1000


def test_earliest_revocation_counts() -> None:
    assert make().status(NODE.kid, Use.NODE).revoked == NOW - 2


def test_unknown_key_means_an_old_directory() -> None:
    with pytest.raises(RefusedError) as caught:
        make().status(Kid(bytes(16)), Use.SEAL)
    assert caught.value.code is Code.DIRECTORY_OLD


def test_chain_keeps_what_a_fork_is_judged_by() -> None:
    authority = make()
    before = authority.before(3)

    assert authority.before(1) is None
    assert authority.before(4) == authority.newest
    assert before is not None
    assert (before.digest, before.content.root.keys) == (authority.newest.content.prev, (ROOT.public,))


def test_long_chain_shares_what_repeats() -> None:
    authority = make()

    assert authority.roots[0] is authority.roots[2]
    assert authority.listings[0] is authority.listings[2]


@pytest.mark.parametrize(
    ("rulings", "at", "act"),
    [
        ([], NOW, None),
        ([(NORTH, NOW, Act.ADMIT)], NOW - 1, None),
        ([(NORTH, NOW, Act.ADMIT)], NOW, Act.ADMIT),
        ([(NORTH, NOW, Act.ADMIT), (NORTH, NOW, Act.SUSPEND)], NOW, Act.SUSPEND),
        ([(NORTH, NOW, Act.SUSPEND), (NORTH, NOW, Act.RESUME)], NOW, Act.RESUME),
        ([(NORTH, NOW, Act.ADMIT), (SOUTH, NOW, Act.SUSPEND)], NOW, Act.SUSPEND),
        ([(SOUTH, NOW, Act.SUSPEND), (NORTH, NOW, Act.ADMIT)], NOW, Act.SUSPEND),
        ([(SOUTH, NOW, Act.SUSPEND), (NORTH, NOW + 1, Act.ADMIT)], NOW + 1, Act.ADMIT),
        ([(SOUTH, NOW, Act.SUSPEND), (NORTH, NOW + 1, Act.ADMIT)], NOW, Act.SUSPEND),
    ],
)
def test_DIR_23_ruling_in_effect(rulings: list[tuple[Aid, int, Act]], at: int, act: Act | None) -> None:
    authority = make(1)
    authority.rulings = [ruling(*each) for each in rulings]
    found = authority.ruling(at)

    assert (found and found.act) is act


@pytest.mark.parametrize(("act", "holds"), [(Act.ADMIT, True), (Act.SUSPEND, True), (Act.REMOVE, False)])
def test_suspended_authority_keeps_its_role_and_a_removed_one_does_not(act: Act, *, holds: bool) -> None:
    authority = make(1)
    authority.rulings = [ruling(NORTH, NOW, act)]

    assert authority.holds("XA", "mla") is holds
    assert not authority.holds("XB", "mla")
    assert not authority.holds("XA", "extradition")
