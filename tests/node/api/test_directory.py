"""Looking up authorities and who can be reached."""

import pytest
from offices import Authority

from rogatory_node.api.context import Node
from rogatory_protocol.card import Channel, Contact
from rogatory_protocol.ids import digits_of


def contact(hours: str) -> Contact:
    return Contact(
        role="duty", languages=("en",), hours=hours, zone="UTC", channels=(Channel(kind="phone", value="+0 1"),)
    )


async def test_the_directory_says_how_each_stands(ask, world) -> None:
    status, found = await ask("GET", "/directory")
    assert status == 200
    standing = {each["aid"]: each["standing"] for each in found["authorities"]}
    assert standing[world.xb.aid.hex()] == "admitted"
    assert standing[world.xd.aid.hex()] == "suspended"
    assert standing[world.registry.aid.hex()] == "followed"
    (log,) = found["logs"]
    assert (log["origin"], log["freshness"], log["forked"], log["server"]) == (
        "log.north.example",
        "fresh",
        False,
        None,
    )
    _, found = await ask("GET", "/directory?cc=xb")
    assert [each["name"] for each in found["authorities"]] == [{"en": "Authority B"}]


async def test_one_authority_is_shown_with_its_digits(ask, world, node: Node) -> None:
    await node.cards.accept(world.xb.card(contacts=(contact("24/7"),)))
    status, found = await ask("GET", "/directory/XB")
    assert (status, found["digits"]) == (200, digits_of(world.xb.aid))
    assert found["contacts"][0]["channels"] == [{"kind": "phone", "value": "+0 1"}]
    assert found["card"]["urls"] == ["wss://b.example:8443"]
    # One that is not admitted is shown all the same: a person must see why.
    _, found = await ask("GET", f"/directory/{world.xd.aid.hex()[:12]}")
    assert (found["standing"], found["good"], found["contacts"]) == ("suspended", False, [])


async def test_an_authority_is_found_by_the_digits_that_people_compare(ask, world) -> None:
    status, found = await ask("GET", f"/directory/{digits_of(world.xd.aid)}")
    assert (status, found["aid"]) == (200, world.xd.aid.hex())


@pytest.mark.parametrize(("word", "status"), [("XZ", 404), ("XC", 409), ("abc", 404), ("1" * 30, 404)])
async def test_a_word_that_names_no_single_authority_is_refused(ask, word: str, status: int) -> None:
    assert (await ask("GET", f"/directory/{word}"))[0] == status


async def test_who_can_be_reached_now(ask, world, node: Node) -> None:
    await node.cards.accept(world.xb.card(contacts=(contact("whenever"),)))
    await node.cards.accept(world.xc.card(contacts=(contact("24/7"),)))
    _, found = await ask("GET", "/roster")
    assert [(each["cc"], each["reach"], each["stale"]) for each in found["duties"]] == [
        ("XC", "open", False),
        ("XB", "unknown", False),
    ]
    assert {each["cc"] for each in found["silent"]} == {"XA", "XC", "XI"}
    _, found = await ask("GET", "/roster?cc=XB")
    assert [each["cc"] for each in found["duties"]] == ["XB"]


async def test_DIR_16_a_second_authority_is_confirmed_by_its_digits(ask, world, node: Node) -> None:
    second, size = Authority("B2", "XB"), len(world.registry.leaves)
    world.registry.admit(second)
    await node.trust.take(world.registry.aid, world.registry.head(), world.registry.leaves[size:])
    asked = {"authority": second.aid.hex(), "digits": digits_of(world.xb.aid)}
    assert (await ask("POST", "/directory/confirm", json=asked))[0] == 409
    assert not node.trust.admitted(second.aid)
    asked["digits"] = digits_of(second.aid)
    status, found = await ask("POST", "/directory/confirm", json=asked)
    assert (status, found["standing"]) == (200, "admitted")
    assert (await ask("POST", "/directory/confirm", json=asked))[0] == 409
