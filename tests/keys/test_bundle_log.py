"""A bundle beside the full log: what it left out comes to light."""

from typing import Any

import pytest

from rogatory_keys.bundle import FullLog, Verdict, check
from rogatory_keys.bundle_verdict import Item, Status, What
from rogatory_protocol import decision as d
from rogatory_protocol.statement_fields import Period, Revocation

DAY = 86_400
NOW = 1_800_000_000


def judged(world: Any, *, of: Any = None) -> Verdict:
    log = of or world
    full = FullLog(checkpoint=log.checkpoint(), leaves=log.log_leaves)
    return check(world.zip(), registries=[world.registry.aid.hex()], log=full)


def test_P31_the_whole_log_says_nothing_more(maker: Any) -> None:
    world = maker()
    world.state(world.stranger)
    world.decide(world.stranger, ts=NOW + 20 * DAY)
    world.clock += DAY
    verdict = judged(world)
    assert verdict.holds, verdict.first_failure
    (replayed,) = (each for each in verdict.findings if each.what is What.LOG_REPLAYED)
    assert replayed.args == {"ts": world.clock, "size": len(world.log)}
    assert not [each for each in verdict.findings if each.what is What.LOG_NOT_REPLAYED]


def test_P31_a_revocation_that_the_bundle_left_out_counts(maker: Any) -> None:
    world = maker()
    gone = Revocation(kid=world.a.seal.kid, at=NOW, why="stolen")
    seal = (Period(pub=world.key("A seal 2").public, nb=NOW, na=NOW + 300 * DAY),)
    world.a.renew(seal=seal, revoked=(gone,))
    world.state(world.a)
    assert check(world.zip(), registries=[world.registry.aid.hex()]).holds
    verdict = judged(world)
    assert What.KEY_REVOKED in {each.what for each in verdict.findings if each.status is Status.OPEN}


def test_P31_a_suspension_that_the_bundle_left_out_counts(maker: Any) -> None:
    world = maker()
    world.decide(world.a, d.Act.SUSPEND, ts=NOW + 10)
    assert check(world.zip(), registries=[world.registry.aid.hex()]).holds
    failure = judged(world).first_failure
    assert failure is not None
    assert (failure.item, failure.what) == (Item.ORIGIN, What.REFUSED)


@pytest.mark.parametrize("kind", ["older", "other leaves", "rewritten", "of another registry"])
def test_P31_a_log_that_is_not_the_bundles_is_refused(maker: Any, kind: str) -> None:
    world, other = maker(), maker()
    full = FullLog(checkpoint=world.checkpoint(), leaves=world.log_leaves)
    if kind == "older":
        other.log = other.log[:-1]
        full = FullLog(checkpoint=other.checkpoint(), leaves=other.log_leaves)
    elif kind == "other leaves":
        full = FullLog(checkpoint=full.checkpoint, leaves=[*full.leaves[:-1], b"other"])
    elif kind == "rewritten":
        other.log[1], other.log[2] = other.log[2], other.log[1]
        full = FullLog(checkpoint=other.checkpoint(), leaves=other.log_leaves)
    else:
        full = FullLog(checkpoint=full.checkpoint, leaves=full.leaves[1:])
    failure = check(world.zip(), registries=[world.registry.aid.hex()], log=full).first_failure
    assert failure is not None
    assert failure.item is Item.LOG
