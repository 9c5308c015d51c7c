"""What a node does with registries when it starts."""

import pytest
from aiohttp import ClientSession
from offices import NOW, Authority

from rogatory_node.config import parse
from rogatory_node.registry.running import Registries, begin
from rogatory_node.services.own import Own
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import statements
from rogatory_node.transport.fetch import Fetcher
from rogatory_protocol.ids import Id16


@pytest.fixture
def url(sqlite_url: str) -> str:
    """What is asked of the database here is the same on both engines."""
    return sqlite_url


async def started(house, who: Authority, text: str) -> Registries:
    def founded(connection, commands):
        rows = [{"aid": who.aid, "ver": e.content.ver, "digest": e.digest, "raw": e.raw} for e in who.chain]
        connection.execute(statements.delete().where(statements.c.aid == who.aid))
        connection.execute(statements.insert(), rows)
        return commands

    await house.writer.execute(founded, None)
    own = Own(
        aid=who.aid, statement=who.newest, seal=who.seal, node=who.node, sealer=RowSealer(bytes(32)),
        log=getattr(who, "log_keys", None), boot=Id16(bytes(16)), inc=Id16(bytes(16)), started=NOW,
    )  # fmt: skip
    return await begin(parse(text), own, house.trust, house.cards, writer=house.writer, readers=house.readers)


REGISTRY = 'name = "XI"\nroles = ["authority", "registry"]\n'


async def test_a_registry_founds_its_log_and_serves_it(house) -> None:
    registries = await started(house, house.registry, REGISTRY)
    assert registries.admitting is not None
    assert len(registries.loops()) == 1
    async with (
        registries.listening("127.0.0.1", 0, None) as port,
        ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/checkpoint") as reply,
    ):
        assert await reply.read() == registries.admitting.log.head.raw


async def test_a_later_start_puts_a_new_statement_into_the_log(house) -> None:
    first = await started(house, house.registry, REGISTRY)
    assert first.admitting.log.head.size == 1
    renewed = house.registry.renew()
    again = await started(house, house.registry, REGISTRY)
    assert again.admitting.log.head.size == 1  # somebody may hold more of it
    again.admitting.log.fence.founded(int(house.time))
    async with Fetcher() as fetch:
        await again.keeping.round(fetch)
        assert again.admitting.log.head.size == 2
        assert renewed.digest in house.trust.directory.state.owners
        house.time += 13 * 3_600
        await again.keeping.round(fetch)
    assert again.admitting.log.head.time == int(house.time)


async def test_an_authority_follows_those_of_its_configuration_but_not_itself(house) -> None:
    who = Authority("A")
    text = 'name = "XA"\n' + "".join(
        f'[[follow]]\naid = "{aid.hex()}"\nurl = "https://r.example/"\n' for aid in (house.registry.aid, who.aid)
    )
    registries = await started(house, who, text)
    assert registries.admitting is None
    assert [each.registry for each in registries.followers] == [house.registry.aid]
    assert len(registries.loops()) == 1
    registries.poke()
