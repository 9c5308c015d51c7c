"""A node as handlers see it, over a real database, and the small world that its directory knows: fixtures to import."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from offices import NOW, Authority, Registry, follow

from rogatory_node.api.context import Node
from rogatory_node.config import parse
from rogatory_node.home import Home
from rogatory_node.registry.running import Registries
from rogatory_node.services.answering import Answering
from rogatory_node.services.cards import Cards
from rogatory_node.services.composing import Order, compose
from rogatory_node.services.intake import Taken
from rogatory_node.services.own import Own
from rogatory_node.services.receiving import Judged, Receiving
from rogatory_node.services.sending import Sending
from rogatory_node.services.trust import Trust
from rogatory_node.services.uploads import Uploads
from rogatory_node.storage import audit_log
from rogatory_node.storage.blobs import BlobFolder
from rogatory_node.storage.engine import open_reading
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.writer import Writer
from rogatory_protocol import letter
from rogatory_protocol.audit import Head
from rogatory_protocol.decision import Act
from rogatory_protocol.ids import Aid, Digest, Id16
from rogatory_protocol.signed import Context, sign


def clock() -> float:
    """The time of this world: shortly after its authorities were admitted."""
    return NOW + 100.0


@dataclass(kw_only=True)
class World:
    """Who there is: XA is the node's own, XB is alone in its country, XC has two, XD was suspended."""

    registry: Registry = field(default_factory=Registry)
    xa: Authority = field(default_factory=lambda: Authority("A", "XA"))
    xb: Authority = field(default_factory=lambda: Authority("B", "XB"))
    xc: Authority = field(default_factory=lambda: Authority("C", "XC"))
    xc_other: Authority = field(default_factory=lambda: Authority("C2", "XC", ("extradition",)))
    xd: Authority = field(default_factory=lambda: Authority("D", "XD"))
    woken: list[Aid] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Admit all and suspend one."""
        for each in (self.xa, self.xb, self.xc, self.xc_other, self.xd):
            self.registry.admit(each)
        self.registry.decide(self.xd, Act.SUSPEND)

    def wake(self, aid: Aid, _queued: Sequence[Digest] = (), /) -> None:
        """Note who was woken."""
        self.woken.append(aid)


@pytest.fixture
def url(sqlite_url: str) -> str:
    """One engine: they differ below the services, whose own tests run on both."""
    return sqlite_url


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def own(world: World) -> Own:
    return Own(
        aid=world.xa.aid, statement=world.xa.newest, seal=world.xa.seal, node=world.xa.node,
        sealer=RowSealer(os.urandom(32)), boot=Id16(os.urandom(16)), inc=Id16(os.urandom(16)), started=1_000,
    )  # fmt: skip


@pytest.fixture
async def node(own: Own, world: World, writer: Writer, database: str, tmp_path: Path) -> AsyncIterator[Node]:
    await writer.execute(lambda conn, _: [audit_log.found(conn, now=NOW, random=os.urandom)], None)
    readers, blobs = open_reading(database), BlobFolder(tmp_path / "blobs")
    blobs.prepare()
    trust = await Trust.open(writer, readers, follow(world.registry), wall=clock)
    await trust.take(world.registry.aid, world.registry.head(), world.registry.leaves)
    signs: dict[str, Any] = {"me": own.aid, "signer": own.seal, "sealer": own.sealer, "wall": clock}
    yield Node(
        home=Home(root=tmp_path), config=parse('name = "XA"'), own=own, writer=writer, readers=readers,
        blobs=blobs, uploads=Uploads(blobs, boot=own.boot), trust=trust, sending=Sending(**signs),
        receiving=Receiving(**signs), answering=Answering(**signs), wake=world.wake, ports={"link": 8443},
        cards=await Cards.open(trust, me=own.aid, seal=own.seal, writer=writer, readers=readers, wall=clock),
        registries=Registries(admitting=None, followers=(), pages=None), links=list,
    )  # fmt: skip
    await readers.dispose()


Came = Callable[..., Awaitable[Digest]]


@pytest.fixture
def came(node: Node, world: World) -> Came:
    """Let a letter of XB come in, as a link would store it: ``await came(form, conv=…)`` gives its digest."""
    seen: dict[Id16, tuple[int, Digest | None]] = {}

    async def stored(
        form: bytes = b'{"kind":"request"}',
        *,
        conv: Id16,
        sender: Authority = world.xb,
        taken: Sequence[Taken] = (),
    ) -> Digest:
        entries, blobs = tuple(each.entry for each in taken), tuple(each.blob for each in taken)
        order = Order(
            id=Id16(os.urandom(16)), to=(node.own.aid,), form=form, conv=conv, lang="en", entries=entries, blobs=blobs
        )
        draft = compose(order, me=sender.aid, random=os.urandom)
        seq, prev = seen.get(conv, (0, None))
        head = Head(epoch=0, size=1, root=bytes(32))
        core = letter.Core(seq=seq + 1, prev=prev, ts=NOW + 60, exp=NOW + 3_600, head=head)
        payload = letter.payload(letter.core_bytes(core), letter.body_bytes(draft.body))
        raw = sign(sender.seal, Context.LETTER, payload)
        known = letter.accept(
            raw, draft.parts, me=node.own.aid, suites=(1,), now=int(clock()), keys=node.trust.seal_key
        )
        seen[conv] = (seq + 1, known.digest)
        judged = Judged(peer=sender.aid, digest=known.digest, letter=known)
        await node.writer.execute(node.receiving.commit, judged)
        return known.digest

    return stored
