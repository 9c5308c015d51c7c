"""Audit heads and leaves of a bundle."""

from collections.abc import Callable
from typing import Any

import pytest

from rogatory_keys.bundle import Verdict, check
from rogatory_keys.bundle_continuity import leaf_key
from rogatory_keys.bundle_verdict import Item, Status, What
from rogatory_protocol.rcbor import decode, encode

DAY = 86_400
NOW = 1_800_000_000


def judged(world: Any) -> Verdict:
    return check(world.zip(), registries=[world.registry.aid.hex()])


def heads_file(world: Any) -> str:
    return f"audit/{world.a.aid.hex()}/heads.rcbor"


def leaf_file(world: Any, n: int) -> str:
    return f"audit/{world.a.aid.hex()}/leaf-{leaf_key(0, n)}.rcbor"


def test_a_leaf_is_bound_when_a_signed_object_quotes_a_head_beyond_it(exchange: Any) -> None:
    verdict = judged(exchange)
    assert verdict.holds
    # Leaf 1, the request, lies under the head that the evidence about the reply quotes; leaf 2 is that evidence's own.
    bound = {each.args["n"]: each.what for each in verdict.about(Item.CONTINUITY) if "n" in each.args}
    assert bound == {1: What.LEAF_BOUND, 2: What.LEAF_UNQUOTED}
    (grown,) = (each for each in verdict.findings if each.what is What.HEADS_CONSISTENT)
    assert grown.args == {"name": "Authority A (XA)", "count": 3}


def rows(change: Callable[[list[Any]], None]) -> Callable[[Any], None]:
    def build(world: Any) -> None:
        value: Any = decode(world.files[heads_file(world)])
        change(value)
        world.files[heads_file(world)] = encode(value)

    return build


def leaf(change: Callable[[list[Any]], None]) -> Callable[[Any], None]:
    def build(world: Any) -> None:
        value: Any = decode(world.files[leaf_file(world, 1)])
        change(value)
        world.files[leaf_file(world, 1)] = encode(value)

    return build


def renamed(world: Any) -> None:
    world.files[leaf_file(world, 0)] = world.files.pop(leaf_file(world, 1))


def another_epoch(world: Any) -> None:
    world.files[leaf_file(world, 1).replace("leaf-0000000000", "leaf-0000000001")] = world.files.pop(
        leaf_file(world, 1)
    )


def of_another_letter(world: Any) -> None:
    world.a.audit("letter.sealed", world.a.chain[0].digest)
    world.heads(world.a, 1, 2, 3, 4)


BROKEN: dict[str, Callable[[Any], None]] = {
    "heads in another order": rows(lambda value: value.reverse()),
    "a head twice": rows(lambda value: value.append(value[-1])),
    "a root changed": rows(lambda value: value[-1].__setitem__(2, bytes(32))),
    "a proof missing": rows(lambda value: value[-1].__setitem__(3, [])),
    "a proof from nothing": rows(lambda value: value[0].__setitem__(3, [bytes(32)])),
    "another epoch": rows(lambda value: value[-1].__setitem__(0, 1)),
    "no heads": rows(lambda value: value.clear()),
    "a row too short": rows(lambda value: value[0].pop()),
    "a leaf changed": leaf(lambda value: value.__setitem__(0, value[0][:-1] + b"\1")),
    "a leaf under another size": leaf(lambda value: value.__setitem__(1, 2)),
    "a path changed": leaf(lambda value: value[2].__setitem__(0, bytes(32))),
    "a path too long": leaf(lambda value: value[2].append(bytes(32))),
    "a leaf without a path": leaf(lambda value: value.pop()),
    "a leaf in another place": renamed,
    "a leaf in another epoch": another_epoch,
    "a leaf about nothing in the bundle": of_another_letter,
}


@pytest.mark.parametrize("name", BROKEN)
def test_P31_heads_and_leaves_that_do_not_fit_are_refused(maker: Any, name: str) -> None:
    world = maker()
    BROKEN[name](world)
    failure = judged(world).first_failure
    assert failure is not None
    assert (failure.item, failure.what) == (Item.CONTINUITY, What.REFUSED)
    assert failure.file.startswith(f"audit/{world.a.aid.hex()}/")


def test_a_letter_left_out_is_said(maker: Any) -> None:
    world = maker()
    third = world.letter(world.a, world.b, n=3, seq=4, prev=world.reply, ts=NOW + 7 * DAY)
    verdict = judged(world)
    assert third.hex() in {each.args.get("letter") for each in verdict.findings}
    gaps = [each for each in verdict.findings if each.what is What.GAP]
    assert [(each.status, each.args["first"], each.args["last"]) for each in gaps] == [(Status.STATED, 1, 4)]
