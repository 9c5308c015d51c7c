"""Roles and what each of them may do: one table for the whole program (duties of officers in an authority).

* A line of the table is an action; it says for which objects each role may do it: its own, its unit's, those assigned
  to the person or the home agency, or all of the authority's. What is not in the table is not allowed.
* Some grants have a condition: a duty officer decides alone only what the catalogue of types marks as urgent by
  nature; an auditor opens content only for a reason, which is recorded.
* Administrator and secretariat have no line that shows content. ``CONTENT`` names the actions that do.
* A person may have several roles; the grants add up. What one person may never do twice is not decided here.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Flag, StrEnum, auto
from types import MappingProxyType
from typing import Final

from rogatory_node.i18n import later


class Role(StrEnum):
    """What a person is in the authority, or in a home agency."""

    DRAFTER = "drafter"
    REVIEWER = "reviewer"
    SIGNATORY = "signatory"
    REGISTRAR = "registrar"
    HANDLER = "handler"
    DECIDER = "decider"
    CUSTODIAN = "custodian"
    DUTY = "duty"
    TRANSLATOR = "translator"
    AGENCY = "agency"
    AUDITOR = "auditor"
    SECRETARIAT = "secretariat"
    ADMINISTRATOR = "administrator"


class Scope(Flag):
    """Of which objects; several add up."""

    NONE = 0
    OWN = auto()
    ASSIGNED = auto()
    UNIT = auto()
    AUTHORITY = auto()


class Condition(StrEnum):
    """What a grant further asks for."""

    ALONE_TYPE = "alone-type"
    REASON = "reason"


class Action(StrEnum):
    """What is done to an object."""

    DRAFT_CREATE = "draft.create"
    DRAFT_READ = "draft.read"
    DRAFT_EDIT = "draft.edit"
    DRAFT_SUBMIT = "draft.submit"
    DRAFT_DISCARD = "draft.discard"
    DRAFT_RETURN = "draft.return"
    DRAFT_APPROVE = "draft.approve"
    DRAFT_SEND_ALONE = "draft.send-alone"
    CASE_LIST = "case.list"
    CASE_READ = "case.read"
    CASE_ACKNOWLEDGE = "case.acknowledge"
    CASE_ASSIGN = "case.assign"
    CASE_REDIRECT = "case.redirect"
    CASE_HANDLE = "case.handle"
    CASE_DECIDE = "case.decide"
    CASE_WITHDRAW = "case.withdraw"
    CASE_CONDITIONS = "case.conditions"
    EVIDENCE_HANDLE = "evidence.handle"
    MEASURE_READ = "measure.read"
    MEASURE_REPORT = "measure.report"
    LOG_READ = "log.read"
    STATISTICS_READ = "statistics.read"
    DIRECTORY_READ = "directory.read"
    DIRECTORY_MANAGE = "directory.manage"
    PEOPLE_READ = "people.read"
    PEOPLE_MANAGE = "people.manage"
    TOKEN_MANAGE = "token.manage"  # noqa: S105 - the name of an action
    DELEGATION_MANAGE = "delegation.manage"
    UNITS_MANAGE = "units.manage"
    AGENCIES_MANAGE = "agencies.manage"
    KEYS_MANAGE = "keys.manage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """For which objects a role may do something, and under which condition."""

    scope: Scope
    condition: Condition | None = None


_OWN, _ASSIGNED, _UNIT, _ALL = Scope.OWN, Scope.ASSIGNED, Scope.UNIT, Scope.AUTHORITY
_R, _A = Role, Action
_EVERYBODY: Final = tuple(Role)
_AUTHORS: Final = (_R.DRAFTER, _R.HANDLER, _R.REGISTRAR, _R.DECIDER, _R.CUSTODIAN, _R.DUTY, _R.SIGNATORY)


def _for(scope: Scope, *roles: Role, condition: Condition | None = None) -> dict[Role, Grant]:
    return {role: Grant(scope=scope, condition=condition) for role in roles}


TABLE: Final[Mapping[Action, Mapping[Role, Grant]]] = MappingProxyType(
    {
        _A.DRAFT_CREATE: _for(_OWN, *_AUTHORS, _R.AGENCY),
        _A.DRAFT_READ: _for(_OWN | _UNIT | _ASSIGNED, *_AUTHORS)
        | _for(_ALL, _R.REVIEWER, _R.SIGNATORY)
        | _for(_ASSIGNED, _R.TRANSLATOR)
        | _for(_OWN, _R.AGENCY)
        | _for(_ALL, _R.AUDITOR, condition=Condition.REASON),
        _A.DRAFT_EDIT: _for(_OWN | _UNIT | _ASSIGNED, *_AUTHORS) | _for(_OWN, _R.AGENCY),
        _A.DRAFT_SUBMIT: _for(_OWN | _UNIT, *_AUTHORS) | _for(_OWN, _R.AGENCY),
        _A.DRAFT_DISCARD: _for(_OWN, *_AUTHORS, _R.AGENCY),
        _A.DRAFT_RETURN: _for(_ALL, _R.REVIEWER, _R.SIGNATORY),
        _A.DRAFT_APPROVE: _for(_ALL, _R.REVIEWER, _R.SIGNATORY),
        _A.DRAFT_SEND_ALONE: _for(_OWN, _R.DUTY, condition=Condition.ALONE_TYPE),
        _A.CASE_LIST: _for(_ALL, _R.REGISTRAR, _R.DUTY, _R.DECIDER, _R.SIGNATORY, _R.CUSTODIAN)
        | _for(_OWN | _UNIT | _ASSIGNED, _R.DRAFTER, _R.REVIEWER, _R.HANDLER)
        | _for(_ASSIGNED, _R.TRANSLATOR),
        _A.CASE_READ: _for(_ALL, _R.REGISTRAR, _R.DUTY, _R.DECIDER, _R.SIGNATORY)
        | _for(_OWN | _UNIT | _ASSIGNED, _R.DRAFTER, _R.REVIEWER, _R.HANDLER, _R.CUSTODIAN)
        | _for(_ASSIGNED, _R.TRANSLATOR)
        | _for(_ALL, _R.AUDITOR, condition=Condition.REASON),
        _A.CASE_ACKNOWLEDGE: _for(_ALL, _R.REGISTRAR) | _for(_ALL, _R.DUTY, condition=Condition.ALONE_TYPE),
        _A.CASE_ASSIGN: _for(_ALL, _R.REGISTRAR),
        _A.CASE_REDIRECT: _for(_ALL, _R.REGISTRAR),
        _A.CASE_HANDLE: _for(_UNIT | _ASSIGNED, _R.HANDLER) | _for(_ALL, _R.DUTY, condition=Condition.ALONE_TYPE),
        _A.CASE_DECIDE: _for(_ALL, _R.DECIDER) | _for(_ALL, _R.DUTY, condition=Condition.ALONE_TYPE),
        _A.CASE_WITHDRAW: _for(_ALL, _R.SIGNATORY),
        _A.CASE_CONDITIONS: _for(_ALL, _R.SIGNATORY),
        _A.EVIDENCE_HANDLE: _for(_UNIT | _ASSIGNED, _R.CUSTODIAN),
        _A.MEASURE_READ: _for(_ASSIGNED, _R.AGENCY)
        | _for(_ALL, _R.REGISTRAR, _R.DECIDER)
        | _for(_UNIT | _ASSIGNED, _R.HANDLER),
        _A.MEASURE_REPORT: _for(_ASSIGNED, _R.AGENCY, _R.HANDLER),
        _A.LOG_READ: _for(_ALL, _R.AUDITOR),
        _A.STATISTICS_READ: _for(_ALL, _R.REGISTRAR, _R.DECIDER, _R.SIGNATORY, _R.AUDITOR, _R.SECRETARIAT),
        _A.DIRECTORY_READ: _for(_ALL, *_EVERYBODY),
        _A.DIRECTORY_MANAGE: _for(_ALL, _R.SECRETARIAT),
        _A.PEOPLE_READ: _for(_ALL, _R.ADMINISTRATOR, _R.REGISTRAR, _R.AUDITOR) | _for(_UNIT, _R.HANDLER, _R.DECIDER),
        _A.PEOPLE_MANAGE: _for(_ALL, _R.ADMINISTRATOR),
        _A.TOKEN_MANAGE: _for(_OWN, *_EVERYBODY) | _for(_ALL, _R.ADMINISTRATOR),
        _A.DELEGATION_MANAGE: _for(_OWN, *(set(Role) - {_R.AGENCY, _R.ADMINISTRATOR})) | _for(_ALL, _R.ADMINISTRATOR),
        _A.UNITS_MANAGE: _for(_ALL, _R.ADMINISTRATOR),
        _A.AGENCIES_MANAGE: _for(_ALL, _R.ADMINISTRATOR),
        _A.KEYS_MANAGE: _for(_ALL, _R.ADMINISTRATOR),
    }
)
"""Action -> role -> grant."""

CONTENT: Final = frozenset(
    {
        _A.DRAFT_CREATE,
        _A.DRAFT_READ,
        _A.DRAFT_EDIT,
        _A.DRAFT_SUBMIT,
        _A.DRAFT_DISCARD,
        _A.DRAFT_RETURN,
        _A.DRAFT_APPROVE,
        _A.DRAFT_SEND_ALONE,
        _A.CASE_LIST,
        _A.CASE_READ,
        _A.CASE_ACKNOWLEDGE,
        _A.CASE_ASSIGN,
        _A.CASE_REDIRECT,
        _A.CASE_HANDLE,
        _A.CASE_DECIDE,
        _A.CASE_WITHDRAW,
        _A.CASE_CONDITIONS,
        _A.EVIDENCE_HANDLE,
        _A.MEASURE_READ,
        _A.MEASURE_REPORT,
    }
)
"""What shows a case or a draft, or words of it, to who does it."""

BLIND: Final = frozenset({Role.ADMINISTRATOR, Role.SECRETARIAT})
"""Who never sees content. Nobody has one of these and a role that sees content under the same sign-in."""

AGENCY_ONLY: Final = frozenset({Role.AGENCY})
"""The roles of people of home agencies; nobody else has one of these."""

ROLES: Final[Mapping[Role, str]] = MappingProxyType(
    {
        Role.DRAFTER: later("drafter"),
        Role.REVIEWER: later("reviewer"),
        Role.SIGNATORY: later("signatory"),
        Role.REGISTRAR: later("registrar"),
        Role.HANDLER: later("handler"),
        Role.DECIDER: later("decision-maker"),
        Role.CUSTODIAN: later("evidence custodian"),
        Role.DUTY: later("duty officer"),
        Role.TRANSLATOR: later("translator"),
        Role.AGENCY: later("user of a home agency"),
        Role.AUDITOR: later("auditor"),
        Role.SECRETARIAT: later("network secretariat"),
        Role.ADMINISTRATOR: later("administrator"),
    }
)
"""What people call the roles."""

DUTIES: Final[Mapping[Role, str]] = MappingProxyType(
    {
        Role.DRAFTER: later("Writes drafts and submits them for approval."),
        Role.REVIEWER: later("Approves the content of drafts, or returns them."),
        Role.SIGNATORY: later("Approves letters to be sent, withdraws requests and accepts conditions."),
        Role.REGISTRAR: later("Acknowledges, assigns and redirects what comes in."),
        Role.HANDLER: later("Executes incoming requests: questions, status, replies."),
        Role.DECIDER: later("Accepts, refuses or postpones, and sets conditions."),
        Role.CUSTODIAN: later("Keeps evidence: lists, hashes and hand-over."),
        Role.DUTY: later("Acts alone, at any hour, on preservation and emergencies."),
        Role.TRANSLATOR: later("Sees the text of assigned documents only."),
        Role.AGENCY: later("Submits drafts to this authority and sees the measures assigned to the agency."),
        Role.AUDITOR: later("Reads the log; opens content only for a reason, which is recorded."),
        Role.SECRETARIAT: later("Sees directory and statistics, never content."),
        Role.ADMINISTRATOR: later("Manages people, units and keys; never sees content."),
    }
)
"""What a role is for, in one sentence."""


def grants(roles: Collection[Role], action: Action) -> Iterator[tuple[Role, Grant]]:
    """Yield what these roles are granted for an action, in the order in which roles are listed."""
    line = TABLE[action]
    yield from ((role, line[role]) for role in Role if role in roles and role in line)


def actions_of(roles: Collection[Role]) -> frozenset[Action]:
    """Return all that these roles may do to some object or other."""
    return frozenset(action for action, line in TABLE.items() if not line.keys().isdisjoint(roles))


def compatible(roles: Collection[Role], *, of_agency: bool) -> bool:
    """Tell whether one person may have these roles together.

    Who manages people must not see cases, or he would give himself what he lacks; people of an agency have its role
    alone.
    """
    held = set(roles)
    if of_agency or held & AGENCY_ONLY:
        return of_agency and held == AGENCY_ONLY
    return bool(held) and (held.isdisjoint(BLIND) or held <= BLIND)
