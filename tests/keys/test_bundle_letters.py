"""Letters of a bundle: what each finding says, and attachments that were never there."""

import hashlib
from typing import Any

from rogatory_keys.bundle import check
from rogatory_keys.bundle_verdict import Item, Status, What
from rogatory_protocol import evidence as e

DAY = 86_400
NOW = 1_800_000_000


def test_an_attachment_is_compared_to_the_last_byte_and_named_by_its_hash(exchange: Any) -> None:
    verdict = check(exchange.zip(), registries=[exchange.registry.aid.hex()])
    shown = [each for each in verdict.about(Item.CONTENT) if each.what is What.ATTACHMENT_SHOWN]
    assert [each.args["sha256"] for each in shown] == [
        hashlib.sha256(raw).hexdigest() for raw in (b"first exhibit", b"second " * 900)
    ]
    assert [each.args["bytes"] for each in shown] == [13, 6_300]


def test_an_attachment_that_is_not_there_is_said_with_its_hash(maker: Any) -> None:
    world = maker()
    del world.files[f"letters/{world.request.hex()}/att/001"]
    verdict = check(world.zip(), registries=[world.registry.aid.hex()])
    (absent,) = (each for each in verdict.findings if each.what is What.ATTACHMENT_ABSENT)
    assert (absent.status, absent.args["index"]) == (Status.STATED, 1)
    assert absent.args["sha256"] == hashlib.sha256(b"second " * 900).hexdigest()


def test_a_recipient_of_whom_nothing_is_shown_is_named(maker: Any) -> None:
    world = maker()
    world.state(world.stranger)
    world.decide(world.stranger, ts=NOW + 3)
    world.letter(world.b, world.a, world.stranger, n=4, ts=NOW + 7 * DAY)
    world.chains(world.a, world.b, world.stranger)
    verdict = check(world.zip(), registries=[world.registry.aid.hex()])
    assert verdict.holds, verdict.first_failure
    names = {each.args["issuer"] for each in verdict.findings if each.what is What.NOTHING_SHOWN}
    assert names == {"Authority A (XA)", "Authority S (XC)"}
    (addressed,) = (each for each in verdict.about(Item.RECIPIENT) if each.args["count"] == 2)
    assert set(str(addressed.args["names"]).split(", ")) == names


def test_a_refusal_of_the_node_and_a_missed_deadline_are_said_as_what_they_are(maker: Any) -> None:
    world = maker()
    third = world.letter(world.a, world.b, n=3, seq=2, prev=world.request, ts=NOW + 7 * DAY)
    world.evidence(world.b, world.a, third, e.Level.REFUSED, NOW + 8 * DAY, code=18)
    fourth = world.letter(world.a, world.b, n=4, seq=3, prev=third, ts=NOW + 9 * DAY)
    world.evidence(world.a, world.b, fourth, e.Level.MISSED, NOW + 50 * DAY, code=7)
    world.heads(world.a, *range(1, len(world.a.leaves) + 1))
    verdict = check(world.zip(), registries=[world.registry.aid.hex()])
    assert verdict.holds, verdict.first_failure
    said = {each.what: each.args for each in verdict.about(Item.DELIVERY)}
    assert said[What.REFUSED_BY]["code"] == 18
    assert said[What.MISSED]["to"] == "Authority B (XB)"
