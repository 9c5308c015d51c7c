"""The directory and the roster by commands."""

from offices import NOW, Authority

from rogatory_protocol.card import Channel, Contact
from rogatory_protocol.ids import digits_of

DAY = 86_400


def contact(hours: str, role: str = "duty") -> Contact:
    return Contact(
        role=role, languages=("en",), hours=hours, zone="UTC", channels=(Channel(kind="phone", value="+0 1\x1b[2J"),)
    )


async def test_the_directory_is_a_list_for_people_and_a_document_for_programs(cli, world) -> None:
    status, found = await cli("directory")
    assert (status, len(found["authorities"])) == (0, 6)
    _, found = await cli("directory", "--cc", "XB")
    assert [each["aid"] for each in found["authorities"]] == [world.xb.aid.hex()]
    _, text = await cli("directory", "--cc", "XZ", text=True)
    assert "no authority of this country" in text
    _, text = await cli("directory", text=True)
    assert "XB Authority B" in text
    assert "suspended" in text
    assert "log.north.example" in text
    assert "up to date" in text


async def test_one_authority_is_shown_whole(cli, world, node) -> None:
    await node.cards.accept(world.xb.card(contacts=(contact("24/7"),)))
    _, text = await cli("directory", "XB", text=True)
    assert digits_of(world.xb.aid) in text
    assert "+0 1" in text
    assert "\x1b" not in text
    status, said = await cli("directory", "XZ")
    assert (status, said["error"]["code"]) == (1, "recipient.unknown")


async def test_who_can_be_reached_now(cli, world, node) -> None:
    await node.cards.accept(world.xb.card(contacts=(contact("24/7"), contact("soon", "head"))))
    # NOW is a Friday morning.
    await node.cards.accept(
        world.xc.card(contacts=(contact("Sat 08:00-09:00"), contact("Mon-Fri 00:00-24:00", "desk")))
    )
    _, found = await cli("roster", "now")
    assert [(each["role"], each["reach"]) for each in found["duties"]] == [
        ("duty", "open"),
        ("desk", "open"),
        ("head", "unknown"),
        ("duty", "closed"),
    ]
    _, text = await cli("roster", "now", text=True)
    assert "duty  on duty  en" in text
    assert "hours unknown: soon" in text
    assert "closed, opens " in text
    assert "no points of contact known" in text
    _, found = await cli("roster", "now", "--cc", "XB")
    assert {each["cc"] for each in found["duties"]} == {"XB"}
    assert found["at"] == NOW + 100


async def test_an_old_card_is_shown_as_one(cli, world, node) -> None:
    await node.cards.accept(world.xb.card(contacts=(contact("24/7"),), exp=NOW + 200))
    object.__setattr__(node.cards, "_wall", lambda: NOW + 300.0)
    _, text = await cli("roster", "now", text=True)
    assert "on duty (old card)" in text


async def test_DIR_16_a_second_authority_is_confirmed_by_a_command(cli, world, node) -> None:
    second, size = Authority("B2", "XB"), len(world.registry.leaves)
    world.registry.admit(second)
    await node.trust.take(world.registry.aid, world.registry.head(), world.registry.leaves[size:])
    status, found = await cli("confirm", second.aid.hex(), "--digits", digits_of(world.xb.aid), "--as", "head")
    assert (status, found["error"]["code"]) == (1, "digits")
    status, found = await cli("confirm", second.aid.hex(), "--digits", digits_of(second.aid), "--as", "head")
    assert (status, found["unconfirmed"], found["roles"]) == (0, [], ["mla"])


async def test_DIR_13_a_frozen_authority_goes_on_by_a_command(cli, world, node) -> None:
    held, foreign = world.xb.newest.digest, bytes(range(32))
    node.trust.directory.state.authorities[world.xb.aid].frozen = (held, foreign)
    _, text = await cli("directory", world.xb.aid.hex(), text=True)
    assert held.hex() in text
    assert foreign.hex() in text
    status, found = await cli("settle", world.xb.aid.hex(), "--own", foreign.hex()[:12], "--as", "head")
    assert (status, found["error"]["code"]) == (1, "foreign")
    status, found = await cli("settle", world.xb.aid.hex(), "--own", "00" * 8, "--as", "head")
    assert (status, found["error"]["code"]) == (1, "statement")
    status, found = await cli("settle", world.xb.aid.hex(), "--own", held.hex()[:12], "--as", "head")
    assert (status, found["standing"], found["forked"]) == (0, "admitted", None)
    status, found = await cli("settle", world.xb.aid.hex(), "--own", held.hex()[:12], "--as", "head")
    assert (status, found["error"]["code"]) == (1, "nothing")


async def test_DIR_04_an_officer_lets_the_node_send_by_an_old_directory(cli, world, node) -> None:
    status, found = await cli("old-directory", "--as", "head")
    assert (status, found["error"]["code"]) == (2, "unconfirmed")
    status, found = await cli("old-directory", "--days", "7", "--as", "head", "--yes")
    assert (status, found["old_until"]) == (0, node.trust.now() + 7 * DAY)
    status, _ = await cli("old-directory", "--days", "8", "--as", "head", "--yes")
    assert status == 2
    status, found = await cli("old-directory", "--days", "0", "--as", "head", "--yes")
    assert (status, found["old_until"]) == (0, node.trust.now())
