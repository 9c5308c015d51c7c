"""What an officer may do with a request now, and why not the rest.

* It reads the same tables through the same functions as the fold: what is named here the fold takes, and what is
  refused here it refuses. Only what a letter says can still be wrong (``guards``).
* Roles are those of officers; a duty officer acts alone only on types that the catalogue marks.
* A choice is a move of the shared machine, a step of a sub-machine (``machine.STEP``), or a kind that moves nothing.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Final

from rogatory_node.casework.kinds.register import KINDS
from rogatory_node.casework.life.case import Measure, Request
from rogatory_node.casework.life.machines import MACHINES, Machine, Row
from rogatory_node.casework.life.moves import BESIDE, BY_KIND, MOVES, Move, roles_for
from rogatory_node.casework.life.permitting import Reason, barred, ended, refusal
from rogatory_node.casework.life.substeps import MOVERS, SHARED
from rogatory_node.casework.types import catalogue
from rogatory_node.casework.types.catalogue import Unknown

DUTY: Final = "duty"
_WHOLE: Final = frozenset({"supplement"})
_NO_REQUEST: Final = frozenset({"request", "ping", "pong", "directory.update", "case.list"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a choice is not there for some measures; no measures: for none."""

    reason: str
    detail: str
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something that an officer may want to do.

    Attributes:
        move: Name of the move, or ``machine.STEP``, or the kind of a letter that moves nothing.
        kind: The kind of letter that does it.
        label: English text of the catalogue.
        step: What the letter names as ``step``, or None.
        measures: Ids of the measures for which it may be done.
        refused: Why not for the others.
        possible: Whether it may be done for any measure, or at all where measures do not matter.
    """

    move: str
    kind: str
    label: str
    step: str | None = None
    measures: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    possible: bool


def allowed(request: Request, side: str, roles: Collection[str], *, now: int | None = None) -> tuple[Choice, ...]:
    """Return every choice of a side, the possible ones with their measures and all with what is refused.

    Args:
        request: As folded.
        side: ``R`` or ``Q``.
        roles: Of the officer.
        now: Unix time, by which a preservation may have ended; None: dates are not looked at.
    """
    return (*_moves(request, side, roles), *_steps(request, side, roles, now), *_beside(side, roles))


def possible(choices: Collection[Choice]) -> tuple[Choice, ...]:
    """Return the choices that there are."""
    return tuple(choice for choice in choices if choice.possible)


def _moves(request: Request, side: str, roles: Collection[str]) -> Iterator[Choice]:
    for move in MOVES:

        def judge(each: Measure, move: Move = move) -> Reason | None:
            return refusal(move, request, each, side) or _role(move.roles, roles, each)

        choice = _choice(move.name, move.kind, move.label, None, request.measures, judge)
        yield _of_whole(choice, request) if move.kind in _WHOLE else choice


def _of_whole(choice: Choice, request: Request) -> Choice:
    """Return the choice of a letter that adds to the request: one measure that allows it is enough."""
    names = tuple(each.id for each in request.measures)
    if choice.possible:
        return replace(choice, measures=names, refused=())
    return replace(choice, refused=tuple(replace(each, measures=names) for each in choice.refused[:1]))


def _steps(request: Request, side: str, roles: Collection[str], now: int | None) -> Iterator[Choice]:
    for machine in MACHINES.values():
        measures = [each for each in request.measures if each.machine == machine.name]
        pairs = dict.fromkeys((row.kind, row.to) for row in machine.rows if row.kind not in SHARED | {"request"})
        for kind, to in pairs if measures else ():
            rows = tuple(row for row in machine.rows if (row.kind, row.to) == (kind, to))

            def judge(each: Measure, kind: str = kind, rows: tuple[Row, ...] = rows) -> Reason | None:
                return _step(rows, each, side, now) or _role(roles_for(kind), roles, each)

            yield _choice(f"{machine.name}.{to}", kind, _label(machine, to), to, measures, judge)


def _step(rows: tuple[Row, ...], each: Measure, side: str, now: int | None) -> Reason | None:
    over = ended(rows[0].kind, each)
    if over is not None:
        return over
    fit = next((row for row in rows if each.sub in row.froms), None)
    return ("step", rows[0].to) if fit is None else barred(fit, each, side, now)


def _label(machine: Machine, to: str) -> str:
    return machine.labels[to]


def _beside(side: str, roles: Collection[str]) -> Iterator[Choice]:
    """Yield the kinds that move nothing: they may be sent whenever there is a request."""
    for kind, needed in BESIDE.items():
        if kind in _NO_REQUEST or kind in MOVERS or kind in BY_KIND:
            continue
        row = KINDS[kind]
        reason = ("wrong_side", row.by) if side not in row.by else None if needed & set(roles) else ("role", "")
        refused = () if reason is None else (Refused(reason=reason[0], detail=reason[1]),)
        yield Choice(move=kind, kind=kind, label=row.label, refused=refused, possible=reason is None)


def _role(needed: frozenset[str], roles: Collection[str], each: Measure) -> Reason | None:
    """Return why no role of an officer fits, or None."""
    held = needed & set(roles)
    if held - {DUTY}:
        return None
    kind = catalogue.type_of(each.type)
    alone = not isinstance(kind, Unknown) and kind.duty_officer_alone
    return None if held and alone else ("role", DUTY if held else "")


def _choice(
    move: str,
    kind: str,
    label: str,
    step: str | None,
    measures: Collection[Measure],
    judge: Callable[[Measure], Reason | None],
) -> Choice:
    able: list[str] = []
    refused: dict[Reason, list[str]] = {}
    for each in measures:
        reason = judge(each)
        if reason is None:
            able.append(each.id)
        else:
            refused.setdefault(reason, []).append(each.id)
    told = (Refused(reason=code, detail=detail, measures=tuple(ids)) for (code, detail), ids in refused.items())
    return Choice(
        move=move,
        kind=kind,
        label=label,
        step=step,
        measures=tuple(able),
        refused=tuple(told),
        possible=bool(able),
    )
