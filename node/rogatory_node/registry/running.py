"""What a running node does with registries: it follows those of its configuration, and may be one itself.

What the composition root calls, in this order:

* ``registries = await begin(config, own, trust, cards, writer=…, readers=…)``: founds our log if we are a registry.
* ``async with registries.listening(host, port, context) as port``: the registry's HTTP listener; only if
  ``registries.admitting`` is not None.
* ``for loop in registries.loops(): tasks.create_task(loop())``.
* ``registries.poke()``: a peer showed a head that we do not have.
* ``registries.claimed(peer, claims)``: a peer's READY says which heads it holds.
"""

import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node.config import Config, Role
from rogatory_node.registry.admitting import Admitting
from rogatory_node.registry.fence import Claim
from rogatory_node.registry.follower import Follower
from rogatory_node.registry.http import Pages
from rogatory_node.registry.keeping import Keeping
from rogatory_node.registry.listening import serving
from rogatory_node.registry.log import Log
from rogatory_node.registry.tiles import Tiles
from rogatory_node.services.cards import Cards
from rogatory_node.services.own import Own
from rogatory_node.services.trust import Trust
from rogatory_node.storage.tables import statements
from rogatory_node.storage.writer import Writer
from rogatory_node.transport.reaching import outward_of
from rogatory_protocol.ids import Aid
from rogatory_protocol.statement import Statement, remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Registries:
    """The registries of a running node.

    Attributes:
        admitting: Our own registry; None when we are none.
        keeping: What it does for its log.
        followers: One for each registry that we follow.
    """

    admitting: Admitting | None = None
    keeping: Keeping | None = None
    followers: tuple[Follower, ...] = ()
    pages: Pages | None = None

    def listening(self, host: str, port: int, context: ssl.SSLContext | None) -> AbstractAsyncContextManager[int]:
        """Serve our log; the context yields the port that the listener really has.

        Raises:
            OSError: The address or port is not ours to take.
        """
        assert self.pages is not None, "a registry only"
        return serving(self.pages.application(), host, port, context)

    def loops(self) -> list[Callable[[], Awaitable[None]]]:
        """Return what must run as long as the node does."""
        own = [] if self.keeping is None else [self.keeping.run]
        return [*own, *(follower.run for follower in self.followers)]

    def poke(self) -> None:
        """Ask all registries at once."""
        for follower in self.followers:
            follower.poke()

    def claimed(self, peer: Aid, claims: Sequence[Claim]) -> None:
        """Note which heads a peer says it holds: our log may be older than it was."""
        if self.admitting is not None:
            self.admitting.log.fence.claimed(peer, claims)


def own_chain(connection: Connection, aid: Aid) -> list[Statement]:
    """Read the statements of our own authority, oldest first."""
    rows = connection.execute(select(statements.c.raw).where(statements.c.aid == aid).order_by(statements.c.ver))
    return [remembered(bytes(row.raw), aid) for row in rows]


async def begin(
    config: Config, own: Own, trust: Trust, cards: Cards, *, writer: Writer, readers: AsyncEngine
) -> Registries:
    """Make the parts of a node that deal with registries.

    Raises:
        RefusedError: Our own statement does not go into our own log, or our clock is behind it.
        StorageError: The store failed.
    """
    async with readers.connect() as connection:
        chain = await connection.run_sync(own_chain, own.aid)
    admitting = pages = keeping = None
    raws = [each.raw for each in chain]
    if own.log is not None and Role.REGISTRY in config.roles:
        log = Log(trust, own.log, own.aid)
        admitting = Admitting(log, trust, own.seal, writer=writer, readers=readers)
        await log.found(raws)
        keeping = Keeping(
            admitting,
            trust,
            raws,
            mirrors=config.registry.mirrors,
            addresses=lambda: [url for card in cards.all() if card.aid != own.aid for url in card.urls],
            outward=outward_of(config),
        )
        pages = Pages(admitting, Tiles(readers, own.aid), cards, trial=config.allow_private_addresses)
    followers = tuple(
        Follower(trust, cards, Aid(each.aid), each.url, chain, proxy=config.proxy)
        for each in config.follow
        if each.aid != own.aid
    )
    return Registries(admitting=admitting, keeping=keeping, followers=followers, pages=pages)
