"""Which case a letter belongs to (B.8).

* A letter joins a case of its conversation only if who speaks in it was ``from`` or ``to`` of an earlier letter there.
* Otherwise it opens a case of its own: unflagged for a new conversation, flagged when a stranger names an existing one.
* Of several cases that fit, the oldest unflagged one is taken.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, bindparam, select

from rogatory_node.storage.rows import add, add_new
from rogatory_node.storage.tables import cases, parties
from rogatory_protocol.ids import Aid, Id16

_ID_BYTES: Final = 16
_KNOWN: Final = (
    select(cases.c.id, cases.c.conv, cases.c.flagged, parties.c.aid)
    .join(parties, parties.c.case == cases.c.id)
    .where(cases.c.conv.in_(bindparam("conversations", expanding=True)))
    .order_by(cases.c.flagged, cases.c.opened_at, cases.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A letter to be filed.

    Attributes:
        conv: Its conversation.
        parties: All that are ``from`` or ``to`` in it.
        by: One of these must be a party of the case already, the first is tried first: the sender of what comes; the
            recipients of what goes, then ourselves.
    """

    conv: Id16
    parties: frozenset[Aid]
    by: tuple[Aid, ...]


@dataclass(slots=True, kw_only=True)
class _Case:
    id: Id16
    flagged: bool
    parties: set[Aid] = field(default_factory=set)


def file(connection: Connection, letters: Sequence[Filing], *, now: int, random: Callable[[int], bytes]) -> list[Id16]:
    """Return the case of each letter, in order; open what is new and note who takes part."""
    if not letters:
        return []
    known = _known(connection, {each.conv for each in letters})
    opened: list[dict[str, object]] = []
    joined: list[dict[str, object]] = []
    found: list[Id16] = []
    for each in letters:
        beside = known.setdefault(each.conv, [])
        case = next((case for who in each.by for case in beside if who in case.parties), None)
        if case is None:
            # The first case of a conversation has its id, so that both sides may speak of it by the same digits.
            case = _Case(id=Id16(random(_ID_BYTES)) if beside else each.conv, flagged=bool(beside))
            beside.append(case)
            opened.append(
                {"id": case.id, "conv": each.conv, "own_ref": None, "opened_at": now, "flagged": case.flagged}
            )
        joined += ({"case": case.id, "aid": aid} for aid in sorted(each.parties - case.parties))
        case.parties |= each.parties
        found.append(case.id)
    add(connection, cases, opened)
    add_new(connection, parties, joined)
    return found


def _known(connection: Connection, conversations: set[Id16]) -> dict[Id16, list[_Case]]:
    """Return the cases of these conversations, unflagged before flagged, old before new."""
    by_id: dict[bytes, _Case] = {}
    known: dict[Id16, list[_Case]] = {}
    for row in connection.execute(_KNOWN, {"conversations": [*conversations]}):
        if row.id not in by_id:
            by_id[row.id] = _Case(id=Id16(row.id), flagged=row.flagged)
            known.setdefault(Id16(row.conv), []).append(by_id[row.id])
        by_id[row.id].parties.add(Aid(row.aid))
    return known
