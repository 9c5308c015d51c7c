"""What officers decided about the directory: it holds whatever the logs say, and over any replay of them (B.5, B.6.4).

* A second authority of a role counts once somebody compared its digits.
* The fork of an authority ends once it said which of the two statements is foreign.
* A directory that is too old may be sent by for some days.
"""

from dataclasses import dataclass
from typing import Any

from rogatory_keys.directory import Directory
from rogatory_protocol.ids import Aid, Digest
from rogatory_protocol.rcbor import decode, encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """All that officers said.

    Attributes:
        confirmed: Authority, country and role.
        settled: Authority and the statement that is not its own.
        old_until: Until when this node sends by a directory that is too old; 0 if nobody allowed it.
    """

    confirmed: frozenset[tuple[Aid, str, str]] = frozenset()
    settled: frozenset[tuple[Aid, Digest]] = frozenset()
    old_until: int = 0

    def tell(self, directory: Directory) -> None:
        """Let a directory follow it; it may be told beforehand, and again."""
        for aid, cc, role in self.confirmed:
            directory.confirm(aid, cc, (role,))
        for aid, foreign in self.settled:
            directory.settle(aid, foreign)


def written(word: Word) -> bytes:
    """Write it for the store."""
    claims, forks = sorted(word.confirmed), sorted(word.settled)
    return encode([[list(each) for each in claims], [list(each) for each in forks], word.old_until])


def read(value: bytes | None) -> Word:
    """Read what the store holds: our own bytes, or None if nobody said anything."""
    parts: Any = [[], [], 0] if value is None else decode(value)
    claims, forks, old_until = parts
    return Word(
        confirmed=frozenset((Aid(aid), cc, role) for aid, cc, role in claims),
        settled=frozenset((Aid(aid), Digest(foreign)) for aid, foreign in forks),
        old_until=old_until,
    )
