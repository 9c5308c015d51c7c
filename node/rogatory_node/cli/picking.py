"""How commands find one of a list that the node gave: by its digits, their beginning, or exactly its name."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from rogatory_node.cli import words
from rogatory_node.cli.output import USAGE, Failure
from rogatory_node.i18n import _

MIN_PREFIX: Final = 6
ID_DIGITS: Final = 32


def pick(found: Sequence[Mapping[str, Any]], word: str) -> str:
    """Return the identifier of what a word means.

    Raises:
        Failure: Nothing is called so, or several are.
    """
    by_name = [each["id"] for each in found if each.get("name") == word]
    by_digits = [each["id"] for each in found if len(word) >= MIN_PREFIX and each["id"].startswith(word.lower())]
    fitting = list(dict.fromkeys(by_name + by_digits))
    if not fitting:
        raise Failure(_("Nothing is called “{word}”.").format(word=words.clean(word)), slug="unknown")
    if len(fitting) > 1:
        what = _("Several are called “{word}”: {candidates}")
        raise Failure(what.format(word=words.clean(word), candidates=", ".join(fitting)), slug="ambiguous")
    identifier: str = fitting[0]
    return identifier


def is_whole(word: str) -> bool:
    """Tell whether a word is a whole identifier, as the node writes them."""
    return len(word) == ID_DIGITS and set(word) <= set("0123456789abcdef")


def row(*parts: str | None) -> str:
    """Return a line of a list: its parts, two blanks between."""
    return "  ".join(words.clean(part) for part in parts if part)


def rows(lines: Iterable[str]) -> str:
    """Return the lines of a list, or a word that it is empty."""
    return "\n".join(lines) or _("Nothing was found.")


def day(date: datetime | None) -> int | None:
    """Return the second at which a day of UTC begins."""
    return None if date is None else int(date.replace(tzinfo=UTC).timestamp())


def code_of(kind: Any, word: str) -> str:
    """Return a word of a closed list.

    Raises:
        Failure: It is none of them.
    """
    known = [each.value for each in kind]
    if word not in known:
        raise Failure(_("One of {known}.").format(known=", ".join(known)), code=USAGE, slug="usage")
    return word
