"""Who may begin a handshake (B.18): pure, with the instant passed in.

* A connection counts as a stranger from its first byte until its peer has proved itself or it is gone.
* 64 strangers in all, 8 an address; 200 new handshakes a second in all, 2 an address with a burst of 20.
* Of what addresses share, half is kept for those from which a peer proved itself in the last 30 days: a flood from
  elsewhere never shuts these out. What belongs to one address needs no such share.
* An IPv6 address stands for its /64, an IPv4 address in an IPv6 one for itself.
* Memory is bounded by the rates: an address is forgotten as soon as its allowance is whole again.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Final

from rogatory_protocol.limits import DAY_SECONDS

MAX_STRANGERS: Final = 64
MAX_STRANGERS_PER_ADDRESS: Final = 8
HANDSHAKES_PER_SECOND: Final = 200.0
HANDSHAKES_PER_SECOND_PER_ADDRESS: Final = 2.0
BURST_PER_ADDRESS: Final = 20.0
KEPT: Final = 2  # one part in two of what addresses share is kept for known ones
KNOWN_SECONDS: Final = 30 * DAY_SECONDS
MAX_KNOWN: Final = 16_384  # some addresses of every authority of the world
_WHOLE_SECONDS: Final = BURST_PER_ADDRESS / HANDSHAKES_PER_SECOND_PER_ADDRESS
_HOST_BITS: Final = 64


@dataclass(slots=True)
class _Bucket:
    """An allowance that fills with time."""

    rate: float
    most: float
    left: float
    at: float

    def fill(self, now: float) -> float:
        # A clock that was set back gives nothing and takes nothing.
        self.left = min(self.most, self.left + self.rate * max(0.0, now - self.at))
        self.at = now
        return self.left


@dataclass(slots=True, eq=False)
class Ticket:
    """One connection that was let in; give it back with `leave`."""

    network: str
    known: bool
    left: bool = field(default=False)


class Admission:
    """Counts strangers and handshakes. It decides nothing about who a peer is."""

    def __init__(self, known: Mapping[str, float] | None = None) -> None:
        """Start with the networks from which peers proved themselves before, and when."""
        self._known: OrderedDict[str, float] = OrderedDict(sorted((known or {}).items(), key=lambda item: item[1]))
        self._strangers: dict[str, int] = {}
        self._unknown_strangers = 0
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        # Known addresses draw from the whole, the others from their half as well.
        self._all: _Bucket | None = None
        self._unknown: _Bucket | None = None

    @property
    def strangers(self) -> int:
        """How many connections have not proved themselves yet."""
        return sum(self._strangers.values())

    def enter(self, address: str, now: float) -> Ticket | None:
        """Let a new connection in, or return None: then drop it without a word."""
        network = network_of(address)
        known = self._is_known(network, now)
        buckets = self._allowances(network, known, now)
        if not self._has_room(network, known) or any(bucket.fill(now) < 1 for bucket in buckets):
            return None
        for bucket in buckets:
            bucket.left -= 1
        self._buckets[network] = buckets[0]
        self._buckets.move_to_end(network)
        self._strangers[network] = self._strangers.get(network, 0) + 1
        self._unknown_strangers += not known
        return Ticket(network=network, known=known)

    def leave(self, ticket: Ticket) -> None:
        """Count a connection out: it is gone, or its peer has proved itself. It may be called twice."""
        if ticket.left:
            return
        ticket.left = True
        self._unknown_strangers -= not ticket.known
        rest = self._strangers[ticket.network] - 1
        if rest:
            self._strangers[ticket.network] = rest
        else:
            del self._strangers[ticket.network]

    def prove(self, ticket: Ticket, now: float) -> None:
        """Count a connection out, and remember that a peer proved itself from there."""
        self.leave(ticket)
        self._known[ticket.network] = now
        self._known.move_to_end(ticket.network)
        if len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)

    def _is_known(self, network: str, now: float) -> bool:
        seen = self._known.get(network)
        return seen is not None and now - seen <= KNOWN_SECONDS

    def _has_room(self, network: str, known: bool) -> bool:
        if self._strangers.get(network, 0) >= MAX_STRANGERS_PER_ADDRESS or self.strangers >= MAX_STRANGERS:
            return False
        return known or self._unknown_strangers < MAX_STRANGERS // KEPT

    def _allowances(self, network: str, known: bool, now: float) -> list[_Bucket]:
        """Return what a handshake from there draws from: its own allowance first."""
        self._forget(now)
        if self._all is None or self._unknown is None:
            half = HANDSHAKES_PER_SECOND / KEPT
            self._all = _Bucket(HANDSHAKES_PER_SECOND, HANDSHAKES_PER_SECOND, HANDSHAKES_PER_SECOND, now)
            self._unknown = _Bucket(half, half, half, now)
        fresh = _Bucket(HANDSHAKES_PER_SECOND_PER_ADDRESS, BURST_PER_ADDRESS, BURST_PER_ADDRESS, now)
        own = self._buckets.get(network, fresh)
        return [own, self._all] if known else [own, self._all, self._unknown]

    def _forget(self, now: float) -> None:
        """Forget the addresses whose allowance is whole again."""
        while self._buckets:
            network, bucket = next(iter(self._buckets.items()))
            if 0 <= now - bucket.at < _WHOLE_SECONDS:
                return
            del self._buckets[network]


def network_of(address: str) -> str:
    """Return what an address is counted by: itself, or its /64."""
    place = ip_address(address.partition("%")[0])
    if isinstance(place, IPv6Address):
        if place.ipv4_mapped is not None:
            return str(place.ipv4_mapped)
        return str(IPv6Address(int(place) >> _HOST_BITS << _HOST_BITS)) + f"/{_HOST_BITS}"
    return str(place)
