"""What can be done to an item of evidence: a closed list, read by commands, documents and the chain.

* ``by`` says where an action comes from: a letter or its evidence (``letter``), a person who notes it (``note``).
* ``needs`` are words without which a note is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rogatory_node.i18n import later


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """One action.

    Attributes:
        code: Stable name.
        label: English text of the catalogue.
        by: ``letter`` or ``note``.
        needs: Words that a note must have.
    """

    code: str
    label: str
    by: str
    needs: tuple[str, ...] = ()


def _doing(code: str, label: str, by: str = "note", *needs: str) -> tuple[str, Doing]:
    return code, Doing(code=code, label=label, by=by, needs=needs)


ACTIONS: Final[Mapping[str, Doing]] = MappingProxyType(
    dict(
        (
            _doing("acquired", later("Acquired"), "letter"),
            _doing("sent", later("Sent"), "letter"),
            _doing("stored", later("Stored by the receiving node"), "letter"),
            _doing("verified", later("Received whole, hashes verified"), "letter"),
            _doing("taken", later("Taken in charge"), "letter"),
            _doing("handed-over", later("Handed over"), "letter"),
            _doing("recorded", later("Entered as an item"), "note", "description"),
            _doing("received", later("Received by hand"), "note", "from"),
            _doing("kept", later("Put in a place of storage"), "note", "place"),
            _doing("sealed", later("Sealed"), "note", "seal"),
            _doing("unsealed", later("Seal opened"), "note", "seal", "why"),
            _doing("copied", later("Copied"), "note"),
            _doing("examined", later("Examined"), "note", "why"),
            _doing("transferred", later("Passed on"), "note", "to"),
            _doing("returned", later("Returned"), "note", "to"),
            _doing("deviation", later("Deviation noted"), "note", "why"),
            _doing("held", later("Put under a legal hold"), "note", "why"),
            _doing("hold-ended", later("Legal hold ended"), "note", "why"),
            _doing("erased", later("Erased"), "note", "why"),
        )
    )
)
"""All of them."""

NOTED: Final = frozenset(code for code, each in ACTIONS.items() if each.by == "note" and code != "erased")
"""What a person may note; erasing is done, not noted."""

WORDS: Final = frozenset(
    {"description", "from", "to", "place", "seal", "why", "by", "witness", "tool", "method", "courier", "sha256"}
)
"""The words that a note may have."""

MAX_WORDS: Final = 4_000
"""Characters of one word of a note."""


def lacking(action: str, words: Mapping[str, str]) -> tuple[str, ...]:
    """Return the words that a note of this action still needs."""
    return tuple(name for name in ACTIONS[action].needs if not words.get(name, "").strip())
