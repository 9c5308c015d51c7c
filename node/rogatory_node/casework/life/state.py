"""What the fold carries from letter to letter."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rogatory_node.casework.life.building import Thread
from rogatory_node.casework.life.case import Kept, Oral
from rogatory_node.casework.life.events import Letter

Key = tuple[str, str]
"""A request's digest and the authority that it asks."""


@dataclass(slots=True, kw_only=True)
class Book:
    """The requests so far, and where letters belong.

    Attributes:
        threads: The requests.
        between: Keys of the requests between two authorities, in either direction.
        about: Letter → keys of the requests that it is about.
        asked: What was asked for under a reference → key of the request and id of the measure.
        informal: Letters that are neither requests nor evidence → requests that cite them.
        orals: Oral requests that were logged, by letter and requesting authority.
        unconfirmed: Requesting and requested authority → letters that logged oral requests not yet confirmed.
        called: Requesting and requested authority and a digest or reference → keys of the requests so called.
        kept: Letters without effect that belong to no request.
        signed: Agreement → who signed it.
    """

    threads: dict[Key, Thread] = field(default_factory=dict)
    between: dict[frozenset[str], list[Key]] = field(default_factory=dict)
    about: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    asked: dict[tuple[str, ...], tuple[Key, str]] = field(default_factory=dict)
    informal: dict[str, list[str]] = field(default_factory=dict)
    orals: dict[Key, Oral] = field(default_factory=dict)
    unconfirmed: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)
    called: dict[tuple[str, str, str], list[Key]] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    signed: dict[str, set[str]] = field(default_factory=dict)

    def keep(self, letter: Letter, reason: str, detail: str = "") -> None:
        """Keep a letter without effect."""
        self.kept.append(Kept(letter=letter.digest, reason=reason, detail=detail[:64]))

    def remember(self, letter: Letter, threads: Iterable[Thread]) -> None:
        """Note which requests a letter is about, so that what answers it is about the same."""
        keys = tuple((thread.digest, thread.recipient) for thread in threads)
        if keys:
            self.about[letter.digest] = keys
