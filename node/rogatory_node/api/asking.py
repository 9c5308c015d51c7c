"""What handlers read from a request: its fields, and what officers call authorities and cases.

* A field of the wrong form is refused by name; a word that names nothing, or several, says what fits.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection

from rogatory_keys.directory import Entry
from rogatory_node.api.context import Node, Problem
from rogatory_node.i18n import later
from rogatory_node.services import cases, recipients
from rogatory_protocol.ids import Aid, Id16

R = TypeVar("R")


async def read(node: Node, work: Callable[..., R], *args: Any) -> R:
    """Run a reading function on a connection of the readers."""
    async with node.readers.connect() as connection:
        return await connection.run_sync(work, *args)


def octets(value: object, size: int, name: str) -> bytes:
    """Return bytes that were written as hexadecimal digits.

    Raises:
        Problem: They are not so many digits.
    """
    try:
        raw = bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        raw = b""
    if len(raw) != size:
        raise Problem(400, "field", later("“{name}” must be {digits} hexadecimal digits."), name=name, digits=2 * size)
    return raw


def text(body: Mapping[str, Any], name: str) -> str | None:
    """Return a field that is text, or None.

    Raises:
        Problem: It is something else.
    """
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise Problem(400, "field", later("“{name}” must be text."), name=name)
    return value


def several(body: Mapping[str, Any], name: str, most: int) -> list[Any]:
    """Return a field that is a list, empty when it is not there.

    Raises:
        Problem: It is something else, or too long.
    """
    value = body.get(name) or []
    if not isinstance(value, list) or len(value) > most:
        raise Problem(400, "field", later("“{name}” must be a list of at most {most}."), name=name, most=most)
    return value


def number(value: object, name: str, least: int, most: int) -> int:
    """Return a whole number, also when it was written as text.

    Raises:
        Problem: It is none, or outside its limits.
    """
    try:
        found = int(value) if isinstance(value, int | str) and not isinstance(value, bool) else least - 1
    except ValueError:
        found = least - 1
    if not least <= found <= most:
        what = later("“{name}” must be a whole number from {least} to {most}.")
        raise Problem(400, "field", what, name=name, least=least, most=most)
    return found


async def spelled(aids: Iterable[Aid], word: object) -> str:
    """Return the id of the authority whose thirty digits *word* is; every other word as it is."""
    number = recipients.number_in(str(word))
    found = None if number is None else await asyncio.to_thread(recipients.numbered, list(aids), number)
    return str(word) if found is None else found.hex()


def members(node: Node) -> list[Aid]:
    """Return the authorities of the directory."""
    return [entry.aid for entry in node.trust.entries()]


def recipient(node: Node, word: object) -> Entry:
    """Return the authority that a word names.

    Raises:
        Problem: None or several are called so, or it is not admitted.
    """
    try:
        return recipients.resolve(node.trust.entries(), str(word))
    except recipients.RecipientUnknownError as error:
        what = later("The directory knows no authority “{word}”.")
        following = later("Name it by its key digits or its country: rogatory directory")
        raise Problem(404, error.code, what, following, word=word) from None
    except recipients.RecipientAmbiguousError as error:
        what = later("Several authorities fit “{word}”: {candidates}")
        following = later("Name one by its digits.")
        raise Problem(409, error.code, what, following, word=word, candidates=_listed(node, error.candidates)) from None
    except recipients.NotAdmittedError as error:
        what = later("The authority {candidates} is not admitted ({standing}).")
        standing = error.candidates[0].standing.value
        listed = _listed(node, error.candidates)
        raise Problem(409, error.code, what, candidates=listed, standing=standing) from None


def _listed(node: Node, found: Sequence[Entry]) -> str:
    names = ((each.aid.hex()[:16], recipients.name_of(each, node.config.language)) for each in found)
    return ", ".join(f"{digits} {name}" for digits, name in names)


def case_of(connection: Connection, word: str) -> Id16:
    """Return the case that a word names.

    Raises:
        Problem: None or several are called so.
    """
    try:
        return cases.find(connection, word)
    except cases.CaseUnknownError as error:
        following = later("List the cases that wait: rogatory inbox")
        raise Problem(404, error.code, later("No case is called “{word}”."), following, word=word) from None
    except cases.CaseAmbiguousError as error:
        listed = ", ".join(case.hex() for case in error.candidates)
        what = later("Several cases fit “{word}”: {candidates}")
        raise Problem(409, error.code, what, word=word, candidates=listed) from None
