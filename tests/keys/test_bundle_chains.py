"""Chains and decisions of a bundle: registries, scopes, names."""

from typing import Any

from rogatory_keys.bundle import check
from rogatory_keys.bundle_verdict import Item, Status, What
from rogatory_protocol import decision as d
from rogatory_protocol.statement_fields import Log

DAY = 86_400
NOW = 1_800_000_000


def test_a_second_registry_must_be_trusted_too(maker: Any) -> None:
    one, other = maker(), maker()
    other.registry.renew(ts=NOW + 1)  # another log by the same registry would be the same folder
    del other
    second = maker.__mro__[1]()
    second.registry = type(second.registry)("R2", "XI", ("registry",), one.registry.chain[0].content.log)
    second.log = []
    second.state(second.registry)
    second.chains()
    files = one.files | {name: raw for name, raw in second.files.items() if name.startswith("decisions/")}
    trusted = one.registry.aid.hex()
    failure = check(one.zip(files), registries=[trusted]).first_failure
    assert failure is not None
    assert (failure.item, failure.what) == (Item.ROOT, What.ROOT_OTHER)
    verdict = check(one.zip(files), registries=[trusted, second.registry.aid.hex()])
    assert verdict.holds, verdict.findings


def test_a_registry_admits_within_its_scope_only(maker: Any) -> None:
    world = maker()
    log = world.registry.chain[0].content.log
    world.registry.renew(log=Log(public=log.public, quorum=0, witnesses=(), scope=("XB",), peers=()))
    world.state(world.registry)
    world.chains(world.a, world.b)
    failure = check(world.zip(), registries=[world.registry.aid.hex()]).first_failure
    assert failure is not None
    assert failure.item is Item.AUTHORITY
    assert failure.args["code"] == "not_authorised"


def test_witnesses_that_the_registry_promises_are_left_open(maker: Any) -> None:
    world = maker()
    log = world.registry.chain[0].content.log
    changed = Log(public=log.public, quorum=1, witnesses=(world.b.aid,), scope=("*",), peers=())
    world.registry.renew(log=changed)
    world.state(world.registry)
    world.chains(world.a, world.b)
    verdict = check(world.zip(), registries=[world.registry.aid.hex()])
    assert [each.what for each in verdict.findings if each.status is Status.OPEN] == [What.WITNESSES_UNCHECKED]


def test_a_registry_may_write_itself(maker: Any) -> None:
    """A drill: the registry's own letter needs no decision about the registry."""
    world = maker()
    world.letter(world.registry, world.a, n=7, ts=NOW + 8 * DAY)
    verdict = check(world.zip(), registries=[world.registry.aid.hex()])
    assert verdict.holds, verdict.first_failure
    assert "Authority R" in {each.args["sender"] for each in verdict.about(Item.ORIGIN)}


def test_a_statement_dated_beyond_the_checkpoint_is_refused(maker: Any) -> None:
    world = maker()
    world.a.renew(ts=world.clock + 601)
    world.state(world.a)
    world.chains(world.a, world.b)
    failure = check(world.zip(), registries=[world.registry.aid.hex()]).first_failure
    assert failure is not None
    assert failure.args["code"] == "future"


def test_the_last_decision_in_the_log_counts_not_the_last_by_name(maker: Any) -> None:
    acts = [d.Act.SUSPEND, d.Act.RESUME, d.Act.SUSPEND, d.Act.RESUME]
    world = maker()
    for n, act in enumerate(acts):
        world.decide(world.a, act, ts=NOW + 10 + n)
    world.chains(world.a, world.b)
    assert check(world.zip(), registries=[world.registry.aid.hex()]).holds
