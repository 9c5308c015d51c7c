"""What endpoints of the book share: how identifiers are written, and how its refusals are described."""

from typing import Annotated, TypeAlias

import msgspec

from rogatory_node.api.context import Problem
from rogatory_node.api.v1.endpoint import Call
from rogatory_node.casebook.refusals import REFUSALS, told
from rogatory_node.i18n import later
from rogatory_protocol.ids import Digest, Id16

Hex16: TypeAlias = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
Hex32: TypeAlias = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Line: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Seconds: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**40)]
"""A time, in whole seconds since 1970."""

UNKNOWN = {"unknown": 404}


def id_in_path(call: Call, name: str) -> Id16:
    """Return the identifier that a part of the path is.

    Raises:
        Problem: It is none, so nothing is there.
    """
    word = call.path[name]
    if len(word) != 32 or not word.isascii() or word.lower() != word:
        raise nothing_here()
    try:
        return Id16(bytes.fromhex(word))
    except ValueError:
        raise nothing_here() from None


def id_of(word: str | None) -> Id16 | None:
    """Return the identifier in a field that has its form."""
    return None if word is None else Id16(bytes.fromhex(word))


def hexed(value: Id16 | Digest | None) -> str | None:
    """Write an identifier, if there is one."""
    return None if value is None else value.hex()


def nothing_here() -> Problem:
    """Return the refusal of what is not there."""
    return Problem(404, "unknown", later("There is nothing here."))


def of(*errors: type[Exception]) -> dict[str, int]:
    """Return codes and statuses of errors of the book, for the description of an endpoint."""
    return {error.code: REFUSALS[error].status for error in errors}  # type: ignore[attr-defined]


def problem_of(error: Exception) -> Problem | None:
    """Return the refusal that an error of the book is, if it is one."""
    found = told(error)
    if found is None:
        return None
    return Problem(found.status, error.code, found.what, found.next, **found.values)  # type: ignore[attr-defined]
