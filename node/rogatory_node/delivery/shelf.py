"""The cards and the directory of a node as its links need them.

What the composition root does with it::

    exchange = Exchange(shelf_of(trust, cards, me=own.aid, poke=registries.poke, found=lambda aid: peers.found(aid)))
    office = Office(…, card=lambda: own_digest(cards), heads=lambda: claims_of(trust))
    peers = Peers(…, parts=(exchange.join, …))
    trust.watch(lambda alarms: (peers.recheck(), exchange.changed()))
    …after each ``cards.renew``: exchange.changed()
"""

from collections.abc import Callable, Sequence
from typing import Final

from rogatory_node.delivery.cards import Shelf
from rogatory_node.delivery.office import Claim
from rogatory_node.services.cards import Cards
from rogatory_node.services.trust import Trust
from rogatory_protocol.card import parse_card
from rogatory_protocol.ids import Aid, Digest

MAX_CLAIMS: Final = 4  # heads in one READY (B.11.3)


def shelf_of(
    trust: Trust,
    cards: Cards,
    *,
    me: Aid,
    poke: Callable[[], None] = lambda: None,
    found: Callable[[Aid], None] = lambda _aid: None,
    claimed: Callable[[Aid, Sequence[Claim]], None] = lambda _peer, _claims: None,
) -> Shelf:
    """Return what links need of cards and directory.

    Args:
        trust: The directory.
        cards: The cards.
        me: Our authority.
        poke: Called when a peer showed a checkpoint of a log that we follow: ours may be old.
        found: Called with the authority whose card came: its address may be new.
        claimed: Called with the heads that a peer says it holds.
    """

    async def accept(raw: bytes) -> None:
        found((await cards.accept(raw)).aid)

    async def hear(_peer: Aid, note: bytes) -> None:
        await trust.hear(note)
        poke()

    return Shelf(
        me=me,
        raw=cards.raw,
        accept=accept,
        stale=cards.stale,
        members=lambda: [each.aid for each in trust.entries() if trust.admitted(each.aid)],
        followed=lambda: followed_by(trust, me),
        heads=lambda: claims_of(trust),
        note_of=trust.note_of,
        hear=hear,
        claimed=claimed,
    )


def followed_by(trust: Trust, me: Aid) -> list[Aid]:
    """Return the registries that we follow, without ourselves."""
    return [each.aid for each in trust.directory.state.local.followed if each.aid != me]


def claims_of(trust: Trust) -> list[Claim]:
    """Return the log heads to claim in READY."""
    return trust.heads()[:MAX_CLAIMS]


def own_digest(cards: Cards) -> Digest | None:
    """Return the digest of our own card, once there is one."""
    return None if cards.own is None else parse_card(cards.own).object.digest
