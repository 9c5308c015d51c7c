"""The moves of a request: which letter of which side leads from which state to which other, and what guards it.

* One row is one move. A letter that stands for several moves says which one by a field (``pick``): a decision by the
  outcome of each measure, a status by its stage.
* ``FROM`` sets are tested against the state itself and, during a pause, also against the state that is paused:
  a consultation does not forbid what was allowed before it.
* ``BACK`` as target returns from a pause; ``STAY`` changes no state.
* ``roles`` names the roles of officers for the move; the names are those of the table of permissions.
* Guards are functions of ``guards``, named here; the first that objects gives the reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rogatory_node.casework.life.states import DONE, ENDED, OPEN
from rogatory_node.i18n import later

STAY: Final = "STAY"
BACK: Final = "BACK"
BY_OUTCOME: Final = "BY_OUTCOME"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A move.

    Attributes:
        name: Its name, unique.
        label: English text of the catalogue, said as a command.
        kind: The kind of letter that makes it.
        by: The side: ``R``, ``Q`` or ``RQ``.
        froms: The states from which it leads.
        to: The state to which it leads, or STAY, BACK, BY_OUTCOME.
        pick: Values of outcome, stage or grade by which a letter of this kind means this move; empty: always.
        guards: Names of guards.
        roles: Of officers who may make it.
        machine: The sub-machine that a measure must have; empty: any or none.
    """

    name: str
    label: str
    kind: str
    by: str
    froms: frozenset[str]
    to: str
    pick: frozenset[str]
    guards: tuple[str, ...]
    roles: frozenset[str]
    machine: str = ""


_REVIEW: Final = frozenset({"ACKNOWLEDGED", "UNDER_REVIEW", "REOPENED"})
_RUNNING: Final = frozenset({"ACCEPTED", "IN_EXECUTION", "PARTIALLY_EXECUTED", "PRESERVED"})
_KNOWN: Final = OPEN - {"TRANSMITTED", "DELIVERED"}
_FINAL: Final = frozenset(
    {
        "EXECUTED_FULL",
        "EXECUTED_PARTIAL",
        "EXECUTED_WITH_CONDITIONS",
        "NO_RECORDS",
        "NOT_LOCATED",
        "PERSON_DECLINED",
        "ALREADY_DELETED",
        "PROVIDER_NOT_HERE",
        "PRESERVED",
        "PRESERVED_PARTIAL",
        "REDIRECT",
    }
)


def _move(
    name: str,
    label: str,
    kind: str,
    by: str,
    froms: Iterable[str],
    to: str,
    *,
    pick: Iterable[str] = (),
    guards: str = "",
    roles: str,
    machine: str = "",
) -> Move:
    return Move(
        name=name,
        label=label,
        kind=kind,
        by=by,
        froms=frozenset(froms),
        to=to,
        pick=frozenset(pick),
        guards=tuple(guards.split()),
        roles=frozenset(roles.split()),
        machine=machine,
    )


_DECIDES: Final = "decider duty"
_HANDLES: Final = "handler decider duty registrar"
_SIGNS: Final = "signatory"
_ANY: Final = "drafter handler registrar decider custodian duty signatory"
_ANSWERS: Final = "confidentiality_settled outcome_known outcome_has_needs"
_REFUSES: Final = "ground_known ground_allowed reasons_given consulted"

MOVES: Final = (
    _move(
        "acknowledge",
        later("acknowledge"),
        "acknowledgement",
        "Q",
        {"TRANSMITTED", "DELIVERED"},
        "ACKNOWLEDGED",
        guards="reference_given",
        roles="registrar duty",
    ),
    _move(
        "redirect",
        later("redirect"),
        "redirect",
        "Q",
        {"TRANSMITTED", "DELIVERED", *_REVIEW},
        "REJECTED_ADDRESSEE",
        guards="reasons_given",
        roles="registrar",
    ),
    _move(
        "return",
        later("return"),
        "return",
        "Q",
        {"TRANSMITTED", "DELIVERED", *_REVIEW},
        "REJECTED_ADDRESSEE",
        guards="reasons_given",
        roles="registrar",
    ),
    _move(
        "review",
        later("begin the review"),
        "status",
        "Q",
        {"ACKNOWLEDGED", "POSTPONED", "REOPENED"},
        "UNDER_REVIEW",
        pick={"UNDER_REVIEW"},
        roles=_HANDLES,
    ),
    _move(
        "execute",
        later("begin the execution"),
        "status",
        "Q",
        {"ACCEPTED", "REOPENED"},
        "IN_EXECUTION",
        pick={"IN_EXECUTION", "TRANSMITTED_TO_EXECUTING"},
        roles=_HANDLES,
    ),
    _move(
        "resume",
        later("end the consultation"),
        "status",
        "Q",
        {"CONSULTATION"},
        BACK,
        pick={"RESUMED"},
        roles=_HANDLES,
    ),
    _move("tell", later("tell the status"), "status", "RQ", OPEN | ENDED | DONE, STAY, pick={""}, roles=_HANDLES),
    _move(
        "ask_status",
        later("ask for the status"),
        "status.request",
        "R",
        OPEN | {"EXECUTED"},
        STAY,
        roles=_ANY,
    ),
    _move("remind", later("remind"), "reminder", "R", OPEN | {"EXECUTED"}, STAY, roles=_ANY),
    _move("ask", later("ask for information"), "info.request", "Q", _KNOWN, "INFO_REQUESTED", roles=_HANDLES),
    _move(
        "answer",
        later("answer the questions"),
        "info.response",
        "R",
        {"INFO_REQUESTED"},
        BACK,
        guards="answers_complete",
        roles="drafter handler signatory",
    ),
    _move(
        "supplement",
        later("supplement"),
        "supplement",
        "R",
        OPEN,
        STAY,
        guards="nothing_overwritten",
        roles=_SIGNS,
    ),
    _move("consult", later("consult"), "consultation", "RQ", _KNOWN, "CONSULTATION", roles=_ANY),
    _move(
        "offer_conditions",
        later("offer conditions"),
        "conditions.offer",
        "Q",
        _REVIEW | {"CONSULTATION", "POSTPONED"},
        "CONDITIONS_OFFERED",
        guards="conditions_known",
        roles=_DECIDES,
    ),
    _move(
        "accept_conditions",
        later("accept the conditions"),
        "conditions.accept",
        "R",
        {"CONDITIONS_OFFERED"},
        "ACCEPTED",
        guards="answers_the_offer",
        roles=_SIGNS,
    ),
    _move(
        "reject_conditions",
        later("reject the conditions"),
        "conditions.reject",
        "R",
        {"CONDITIONS_OFFERED"},
        "CONSULTATION",
        roles=_SIGNS,
    ),
    _move(
        "accept",
        later("accept"),
        "decision",
        "Q",
        _REVIEW | {"CONSULTATION", "POSTPONED"},
        "ACCEPTED",
        pick={"ACCEPTED"},
        roles=_DECIDES,
    ),
    _move(
        "refuse",
        later("refuse"),
        "decision",
        "Q",
        _REVIEW | {"CONSULTATION", "POSTPONED"},
        "REFUSED",
        pick={"REFUSED"},
        guards=_REFUSES,
        roles="decider",
    ),
    _move(
        "postpone",
        later("postpone"),
        "decision",
        "Q",
        _REVIEW | {"CONSULTATION"},
        "POSTPONED",
        pick={"POSTPONED"},
        guards="reasons_given consulted",
        roles="decider",
    ),
    _move(
        "answer_partly",
        later("answer in part"),
        "response.partial",
        "Q",
        _REVIEW | _RUNNING,
        BY_OUTCOME,
        pick=_FINAL,
        guards=_ANSWERS,
        roles=_HANDLES + " custodian",
    ),
    _move(
        "answer_finally",
        later("answer in full"),
        "response.final",
        "Q",
        _REVIEW | _RUNNING,
        BY_OUTCOME,
        pick=_FINAL,
        guards=_ANSWERS,
        roles=_HANDLES + " custodian",
    ),
    _move(
        "refuse_in_answer",
        later("refuse in an answer"),
        "response.final",
        "Q",
        _REVIEW | _RUNNING | {"CONSULTATION"},
        "REFUSED",
        pick={"REFUSED"},
        guards=_REFUSES,
        roles="decider",
    ),
    _move(
        "preserve",
        later("confirm the preservation"),
        "preservation.confirm",
        "Q",
        OPEN,
        BY_OUTCOME,
        guards="confidentiality_settled outcome_known outcome_has_needs",
        roles=_HANDLES,
        machine="preservation",
    ),
    _move(
        "ask_extension",
        later("ask to extend the preservation"),
        "preservation.extend",
        "R",
        {"PRESERVED"},
        STAY,
        roles=_SIGNS + " duty",
        machine="preservation",
    ),
    _move(
        "prove_service",
        later("prove the service"),
        "service.proof",
        "Q",
        _REVIEW | _RUNNING,
        "EXECUTED",
        guards="confidentiality_settled",
        roles=_HANDLES + " custodian",
    ),
    _move(
        "hand_over",
        later("hand over objects"),
        "evidence.handover",
        "RQ",
        _RUNNING | DONE,
        STAY,
        guards="confidentiality_settled",
        roles="custodian",
    ),
    _move(
        "feed_back",
        later("give feedback"),
        "feedback",
        "R",
        {"ANSWERED"},
        "FEEDBACK_GIVEN",
        roles=_ANY,
    ),
    _move("withdraw", later("withdraw"), "withdrawal", "R", OPEN, "WITHDRAWN", roles=_SIGNS),
    _move(
        "close",
        later("close"),
        "closure",
        "RQ",
        ENDED - {"CLOSED"},
        "CLOSED",
        guards="closure_known",
        roles="signatory registrar decider",
    ),
    _move("reopen", later("reopen"), "reopen", "RQ", {"CLOSED"}, "REOPENED", roles="signatory decider"),
    _move(
        "change_urgency",
        later("change the urgency"),
        "urgency.change",
        "RQ",
        OPEN,
        STAY,
        guards="grade_known reasons_given",
        roles="signatory decider registrar duty handler",
    ),
)
"""All moves that letters make in the machine that every request shares."""

VERIFY: Final = "EXECUTED", "ANSWERED"
"""Evidence 35 of the requesting side about an answer: all its attachments are verified."""

BY_KIND: Final = {kind: tuple(move for move in MOVES if move.kind == kind) for kind in {move.kind for move in MOVES}}
BY_NAME: Final = {move.name: move for move in MOVES}

BESIDE: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        kind: frozenset(roles.split())
        for kind, roles in {
            "request": _SIGNS + " duty",
            "draft.comment": _ANY,
            "hearing.slot": _ANY,
            "hearing.confirm": _ANY,
            "hearing.minutes": _HANDLES + " custodian",
            "arrest.notice": _HANDLES,
            "surrender.arrangement": "handler decider signatory registrar",
            "asset.notice": "handler decider",
            "translation": _ANY,
            "use.consent.request": _SIGNS + " decider",
            "use.consent.answer": _SIGNS + " decider",
            "breach.notice": _ANY,
            "spontaneous": _SIGNS + " decider duty",
            "preservation.extended": _HANDLES,
            "preservation.release": "signatory handler decider registrar",
            "ping": _ANY,
            "pong": _ANY,
            "directory.update": "registrar",
            "case.list": _ANY,
        }.items()
    }
)
"""Kinds that make no move in the shared machine, and the roles of officers who may send them: they move a sub-machine,
or are recorded beside it."""


def roles_for(kind: str) -> frozenset[str]:
    """Return the roles of officers who may send a kind of letter for one purpose or another."""
    return BESIDE.get(kind, frozenset()).union(*(move.roles for move in BY_KIND.get(kind, ())))
