"""Following a registry: its checkpoint every ten seconds, and only what is new (B.6.4, B.6.5).

* Nothing of what comes is believed before the registry's own keys say so: the configured aid is all that is trusted. So
  the certificate of its web server need not be judged, on first contact or later: whoever stands between can withhold,
  which freshness bounds, but not forge.
* Everything has a largest size and a latest moment. What does not fit changes nothing, and is asked for again.
* While the registry is away the node goes on with what it has; how long, the directory decides (``Trust``).
* A log that does not contain ours is read whole, once, to prove the fork.
* A registry that shows less than it signed before was restored from a backup: it is brought the head that we hold, so
  that it signs nothing until it has read back what it lost.
* A statement of our own that the log does not have yet is sent there: that is how an authority applies, and renews when
  its node keys have lapsed and it cannot link. One that it took and does not publish within ten minutes is an alarm;
  the first waits for people, who admit us.
* What others call: ``run()``, ``poke()`` (a peer showed a larger head), ``status``.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from rogatory_keys.replay import Alarm
from rogatory_node.registry.reading import BRIEF_SECONDS, claimed_size, read_leaves, read_note
from rogatory_node.services.cards import Cards
from rogatory_node.services.trust import Trust
from rogatory_node.services.trust_store import StaleError
from rogatory_node.storage.audit_log import Event
from rogatory_node.transport.fetch import Fetcher, FetchError
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Digest
from rogatory_protocol.limits import MAX_CARD_BYTES
from rogatory_protocol.statement import Statement

POLL_SECONDS: Final = 10.0
CARD_SECONDS: Final = 3_600  # how often its card is asked for
APPLY_SECONDS: Final = 600  # how often a statement is sent that is not in the log yet
BRING_SECONDS: Final = 60  # "one a minute from an address"
MAX_TAKEN_BYTES: Final = 1_024  # what a registry says to a statement
TOO_SOON: Final = 429
BUSY: Final = 503

_log: Final = logging.getLogger(__name__)


class Outcome(StrEnum):
    """How the last round ended."""

    NEVER = "never"
    SAME = "same"
    NEWER = "newer"
    AWAY = "away"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is known of the registry as a server.

    Attributes:
        seen_at: When it last answered something that fits; None if never.
        code: Why the last answer was refused.
        withholds: It took our newest statement and does not publish it: whoever follows it acts on older keys of ours.
    """

    outcome: Outcome = Outcome.NEVER
    seen_at: int | None = None
    code: Code | None = None
    withholds: bool = False


class Follower:
    """Follows one registry."""

    def __init__(
        self,
        trust: Trust,
        cards: Cards | None,
        registry: Aid,
        url: str,
        own: Sequence[Statement] = (),
        *,
        proxy: str | None = None,
    ) -> None:
        """Take the directory, the cards, whom to follow where, our own statements, oldest first, and the way out."""
        self._trust, self._cards, self._own = trust, cards, tuple(own)
        self.registry, self._url = registry, url.rstrip("/")
        self.status, self._proxy = Status(), proxy
        self._poked = asyncio.Event()
        self._card_at: float | None = None
        self._applied_at: float | None = None
        self._posted: Digest | None = None
        self._brought_at: float | None = None
        self._proved: set[bytes] = set()

    def poke(self) -> None:
        """Ask at once: a peer showed a larger head."""
        self._poked.set()

    async def run(self) -> None:
        """Follow for as long as the node runs.

        Raises:
            StorageError: The store failed.
        """
        async with Fetcher(self._proxy) as fetch:
            while True:
                self._poked.clear()
                await self.poll(fetch)
                try:
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._poked.wait()
                except TimeoutError:
                    continue

    async def poll(self, fetch: Fetcher) -> Outcome:
        """Do one round; whatever the registry answers ends in ``status``, not in an exception.

        Raises:
            StorageError: The store failed.
        """
        try:
            newer = await self._round(fetch)
            outcome = Outcome.NEWER if newer else Outcome.SAME
            self._note(replace(self.status, outcome=outcome, seen_at=self._trust.now(), code=None))
        except FetchError:
            self._note(replace(self.status, outcome=Outcome.AWAY, code=None))
        except RefusedError as refusal:
            self._note(replace(self.status, outcome=Outcome.REFUSED, code=refusal.code))
        except StaleError:
            self._note(replace(self.status, outcome=Outcome.SAME, code=None))  # a replica was faster
        return self.status.outcome

    async def _round(self, fetch: Fetcher) -> bool:
        note = await read_note(fetch, self._url)
        newer = await self._take(fetch, note)
        await self._ask_card(fetch)
        await self._apply(fetch)
        return newer

    async def _take(self, fetch: Fetcher, note: bytes) -> bool:
        head = self._trust.head(self.registry)
        if head is not None and head.raw == note:
            return False
        known = 0 if head is None else head.size
        size = claimed_size(note, known)
        leaves = await read_leaves(fetch, self._url, known, size) if size > known else []
        try:
            await self._trust.take(self.registry, note, leaves)
        except RefusedError as refusal:
            if refusal.code is Code.DISAGREE and head is not None and size > known:
                await self._prove(fetch, note, size)
            if refusal.code is Code.DIRECTORY_OLD and head is not None:
                await self._bring(fetch, head.raw)
            raise
        return size > known

    async def _prove(self, fetch: Fetcher, note: bytes, size: int) -> Alarm | None:
        """Read a log that does not continue ours from its beginning, once: if it fits its checkpoint, it is a fork."""
        if note in self._proved:
            return None
        self._proved = {note}
        return await self._trust.contradicted(self.registry, note, await read_leaves(fetch, self._url, 0, size))

    async def _bring(self, fetch: Fetcher, head: bytes) -> None:
        now = self._trust.now()
        if not _due(self._brought_at, now, BRING_SECONDS):
            return
        self._brought_at = now
        with suppress(FetchError):
            await fetch.post(f"{self._url}/checkpoint", head, most=MAX_TAKEN_BYTES, seconds=BRIEF_SECONDS)

    async def _ask_card(self, fetch: Fetcher) -> None:
        now = self._trust.now()
        if self._cards is None or not _due(self._card_at, now, CARD_SECONDS):
            return
        self._card_at = now
        try:
            found = await fetch.get(f"{self._url}/card", most=MAX_CARD_BYTES, seconds=BRIEF_SECONDS)
            await self._cards.accept(found.body)
        except (FetchError, RefusedError):
            _log.info("registry.card_unusable", extra={"registry": self.registry.hex()})

    async def _apply(self, fetch: Fetcher) -> None:
        """Send the first statement of ours that the log does not have."""
        now, known = self._trust.now(), self._trust.directory.state.owners
        missing = next((each for each in self._own if each.digest not in known), None)
        if missing is None:
            self.status = replace(self.status, withholds=False)
            return
        if not _due(self._applied_at, now, APPLY_SECONDS):
            return
        self._applied_at = now
        if missing.digest == self._posted and missing is not self._own[0]:
            await self._withheld()
        try:
            await fetch.post(f"{self._url}/statement", missing.raw, most=MAX_TAKEN_BYTES, seconds=BRIEF_SECONDS)
            self._posted = missing.digest
        except FetchError as error:
            fields = {"registry": self.registry.hex(), "fault": error.fault.value, "status": error.status}
            # One a minute is the rule there: who joined a moment ago has used it up.
            level = logging.INFO if error.status in (TOO_SOON, BUSY) else logging.WARNING
            if error.status == BUSY:
                self._applied_at = now - APPLY_SECONDS + BRING_SECONDS
            _log.log(level, "registry.statement_not_taken", extra=fields)

    async def _withheld(self) -> None:
        if self.status.withholds:
            return
        self.status = replace(self.status, withholds=True)
        _log.error("registry.withholds", extra={"registry": self.registry.hex()})
        await self._trust.record([Event(ev="registry.withholds", obj=Digest(self.registry), who="node")])

    def _note(self, status: Status) -> None:
        if (status.outcome, status.code) != (self.status.outcome, self.status.code) and status.outcome in (
            Outcome.AWAY,
            Outcome.REFUSED,
        ):
            code = None if status.code is None else int(status.code)
            fields = {"registry": self.registry.hex(), "outcome": status.outcome.value, "code": code}
            _log.warning("registry.trouble", extra=fields)
        self.status = status


def _due(last: float | None, now: float, seconds: float) -> bool:
    return last is None or not 0 <= now - last < seconds
