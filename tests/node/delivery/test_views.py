"""Restored peers and longer histories abroad are alarms; heads that were quoted are shown in READY."""

import asyncio
import time
from dataclasses import replace
from typing import Any

from rogatory_node.delivery.peers import Peers
from rogatory_node.delivery.views import Views
from rogatory_node.services import peering
from rogatory_node.transport.reaching import Outward
from rogatory_protocol.audit import Head
from rogatory_protocol.ids import Aid, Id16

PRIVATE = Outward(allow_private=True)


def head(epoch: int, size: int) -> Head:
    return Head(epoch=epoch, size=size, root=bytes((size,)) * 32)


async def opened(node: Any, alarms: list[tuple[str, Aid]]) -> Views:
    return await Views.open(
        writer=node.office.writer,
        readers=node.office.readers,
        wall=time.time,
        alarm=lambda event, peer, _letter: alarms.append((event, peer)),
    )


async def test_the_longest_head_is_kept_and_comes_back_after_a_restart(nodes: Any) -> None:
    node = await nodes("XA")
    peer = node.world.aids["XB"]
    views = await opened(node, [])
    assert views.head_of(peer) is None
    views.quoted(peer, [head(0, 5), head(0, 3)])
    await views.write()
    views.quoted(peer, [head(0, 4)])
    await views.write()
    assert views.head_of(peer) == (await opened(node, [])).head_of(peer) == head(0, 5)
    views.quoted(peer, [head(1, 2)])
    assert views.head_of(peer) == head(1, 2)
    assert (await opened(node, [])).head_of(peer) == head(0, 5)


async def test_DLV_07_a_restored_node_and_its_peer_both_have_an_alarm(nodes: Any, gates: Any, until: Any) -> None:
    a, b = await nodes("XA"), await nodes("XB")
    gate, ours, theirs = gates(), [], []
    views_a, views_b = await opened(a, ours), await opened(b, theirs)
    # B knew another incarnation of A, and holds a longer history of it.
    old = peering.Met(aid=a.aid, inc=Id16(b"\x07" * 16), claim=None, now=1)
    await b.office.writer.execute(peering.met, old)
    views_b.quoted(a.aid, [head(0, 9)])

    def peers_of(node: Any, views: Views, ways: Any) -> Peers:
        office = replace(node.office, audit=views.head_of)
        return Peers(
            office,
            node.identity,
            ways.get,
            followed=lambda: ways,
            outward=PRIVATE,
            parts=[views.join],
        )

    listening = peers_of(b, views_b, {})
    await gate.open(b, listening.accept)
    dialling = peers_of(a, views_a, {b.aid: ((gate.url,), (gate.pin,))})
    runs = [asyncio.ensure_future(each.run()) for each in (listening, dialling)]
    await until(lambda: ours == [("audit.longer_abroad", b.aid)] and theirs == [("peer.restored", a.aid)])
    for each in (dialling, listening):
        await each.stop()
    await asyncio.gather(*runs)


async def test_heads_are_taken_from_letters_and_from_evidence(nodes: Any, gates: Any, until: Any) -> None:
    a, b = await nodes("XA"), await nodes("XB")
    gate, views = gates(), {node.name: await opened(node, []) for node in (a, b)}

    def peers_of(node: Any, ways: Any) -> Peers:
        office = replace(node.office, quoted=views[node.name].quoted)
        return Peers(office, node.identity, ways.get, followed=lambda: ways, outward=PRIVATE)

    listening = peers_of(b, {})
    await gate.open(b, listening.accept)
    dialling = peers_of(a, {b.aid: ((gate.url,), (gate.pin,))})
    runs = [asyncio.ensure_future(each.run()) for each in (listening, dialling)]
    await a.queue(b.aid, 1)
    dialling.wake(b.aid)
    await until(lambda: views["XA"].head_of(b.aid) is not None and views["XB"].head_of(a.aid) is not None)
    for each in (dialling, listening):
        await each.stop()
    await asyncio.gather(*runs)
