"""How a letter gets to one recipient: the sender's table and what it makes of answers (B.12.1, B.17).

* `advance` is the only reader of `SENDER`. What it returns belongs in one transaction, and only then is anything
  sent. States that are known in memory only fall back to the one that `DURABLE` names.
* Evidence counts only after evidence.accept and evidence.check_fit; `event_of_evidence` weighs it against what is held.
* An ERROR is unsigned: it delays, and only codes 1 to 4 end anything.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from rogatory_protocol.errors import Code, LocalProtocolError
from rogatory_protocol.evidence import Mark, Weight


class State(Enum):
    """Where a letter to one recipient stands."""

    QUEUED = "queued"
    OFFERED = "offered"
    STORED = "stored"
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    REJECTED = "rejected"
    EXPIRED = "expired"
    REOFFERED = "reoffered"
    SETTLED = "settled"


DURABLE: Final[Mapping[State, State]] = MappingProxyType(
    {state: state for state in State}
    | {State.OFFERED: State.QUEUED, State.REOFFERED: State.EXPIRED, State.SETTLED: State.EXPIRED}
)
"""What the database holds: that something is offered is known in memory only, and a crash forgets it harmlessly."""

OFFERABLE: Final = frozenset({State.QUEUED, State.EXPIRED})
"""States in which a link and a one-time key at hand are used."""


class Event(Enum):
    """What happens to a letter on its way."""

    SEND = "an officer sends"
    OFFER = "link up, one-time key at hand"
    LINK_LOST = "link lost"
    KEY_LOST = "error 8, first error 9"
    DELAYED = "second error 9, error 6, 7, 16, 17, 19, 22, 23, or unsigned what only evidence 90 may say"
    NOT_GOOD = "error 12"
    KEY_CHANGED = "own seal key revoked or rotated"
    UNREADABLE = "error 1 to 4"
    DEADLINE = "now is after exp"
    HELD = "evidence 30, 40, 50 or 51, dated in time"
    HELD_BROKEN = "the same, when evidence 90 code 15 is already there"
    HELD_LATE = "evidence 30, 40, 50 or 51, dated after exp"
    COMPLETE = "evidence 35, dated in time"
    COMPLETE_LATE = "evidence 35, dated after exp"
    REFUSED = "evidence 90, but code 15"
    BROKEN = "evidence 90 code 15"
    CONTRADICTED = "evidence that contradicts what is held"
    REPEATED = "evidence that is held already"


class Action(Enum):
    """What to do; all but the sending in the same transaction as the new state."""

    STORE = "write letter, outbox row and audit leaf"
    SEAL = "seal to an unused one-time key of this link, and offer"
    WAIT = "not before the retry time of the error"
    RESIGN = "sign the same payload with a good key"
    REFRESH = "catch up with the directory"
    RECORD = "keep the evidence, with its audit leaf"
    KEEP_UNSIGNED = "keep the error, marked unsigned"
    DECLARE = "sign evidence 91"
    TELL = "tell the officer"
    ALARM = "raise an alarm"


Move = tuple[State, tuple[Action, ...]]

_RECORD: Final = (Action.RECORD,)
_RECORD_TELL: Final = (Action.RECORD, Action.TELL)
_ERRORS: Final = (Event.KEY_LOST, Event.DELAYED, Event.NOT_GOOD, Event.UNREADABLE)


def _always(state: State) -> dict[Event, Move]:
    """Return what holds in every state: repeats change nothing, a contradiction is kept and is loud."""
    return {
        Event.REPEATED: (state, ()),
        Event.CONTRADICTED: (state, (Action.RECORD, Action.ALARM, Action.TELL)),
        Event.HELD_LATE: (state, _RECORD_TELL),
    }


def _unanswered(state: State, lapsed: State) -> dict[Event, Move]:
    """Return the rows of the states before STORED; *lapsed* is what the deadline makes of the state."""
    return _always(state) | {
        Event.LINK_LOST: (DURABLE[state], ()),
        Event.KEY_CHANGED: (state, (Action.RESIGN,)),
        Event.HELD: (State.STORED, _RECORD),
        Event.HELD_BROKEN: (State.INCOMPLETE, _RECORD_TELL),
        Event.COMPLETE: (State.COMPLETE, _RECORD),
        Event.COMPLETE_LATE: (state, _RECORD_TELL),
        Event.REFUSED: (State.REJECTED, _RECORD_TELL),
        Event.BROKEN: (State.REJECTED, _RECORD_TELL),
        Event.UNREADABLE: (State.REJECTED, (Action.KEEP_UNSIGNED, Action.TELL)),
        Event.DEADLINE: (lapsed, (Action.DECLARE, Action.TELL)),
    }


def _answered(state: State) -> dict[Event, Move]:
    """Return the rows from STORED on: errors of another offer of the same letter mean nothing any more."""
    ignored: tuple[Event, ...] = (*_ERRORS, Event.LINK_LOST, Event.KEY_CHANGED, Event.DEADLINE)
    return (
        _always(state)
        | dict.fromkeys(ignored, (state, ()))
        | {
            Event.HELD: (state, _RECORD),
            Event.HELD_BROKEN: (state, _RECORD),
            Event.HELD_LATE: (state, _RECORD),
            Event.COMPLETE: (State.COMPLETE, _RECORD),
            Event.COMPLETE_LATE: (State.COMPLETE, _RECORD),
            Event.BROKEN: (state, _RECORD),
        }
    )


def _lapsed(state: State) -> dict[Event, Move]:
    """Return the rows after the deadline: declared once, then the letter is only offered once more."""
    return _unanswered(state, state) | {Event.DEADLINE: (state, ())}


SENDER: Final[Mapping[State | None, Mapping[Event, Move]]] = MappingProxyType(
    {
        None: {Event.SEND: (State.QUEUED, (Action.STORE,))},
        State.QUEUED: _unanswered(State.QUEUED, State.EXPIRED)
        | {
            Event.OFFER: (State.OFFERED, (Action.SEAL,)),
            # Answers that were overtaken by the loss of their link.
            Event.KEY_LOST: (State.QUEUED, ()),
            Event.DELAYED: (State.QUEUED, (Action.WAIT,)),
            Event.NOT_GOOD: (State.QUEUED, (Action.REFRESH, Action.RESIGN, Action.WAIT)),
        },
        State.OFFERED: _unanswered(State.OFFERED, State.REOFFERED)
        | {
            Event.KEY_LOST: (State.QUEUED, ()),
            Event.DELAYED: (State.QUEUED, (Action.WAIT,)),
            Event.NOT_GOOD: (State.QUEUED, (Action.REFRESH, Action.RESIGN, Action.WAIT)),
        },
        State.STORED: _answered(State.STORED)
        | {
            Event.BROKEN: (State.INCOMPLETE, _RECORD_TELL),
            Event.DEADLINE: (State.INCOMPLETE, (Action.TELL,)),
        },
        State.INCOMPLETE: _answered(State.INCOMPLETE),
        State.COMPLETE: _answered(State.COMPLETE),
        # What was refused unsigned, or by an overtaking 90 code 15, may still prove to be held: signed facts win.
        State.REJECTED: _lapsed(State.REJECTED)
        | dict.fromkeys((*_ERRORS, Event.KEY_CHANGED), (State.REJECTED, ()))
        | {
            Event.REFUSED: (State.REJECTED, _RECORD),
            Event.BROKEN: (State.REJECTED, _RECORD),
            Event.HELD: (State.STORED, _RECORD_TELL),
            Event.COMPLETE: (State.COMPLETE, _RECORD_TELL),
        },
        State.EXPIRED: _lapsed(State.EXPIRED)
        | {
            Event.OFFER: (State.REOFFERED, (Action.SEAL,)),
            Event.KEY_LOST: (State.EXPIRED, ()),
            Event.DELAYED: (State.SETTLED, ()),
            Event.NOT_GOOD: (State.SETTLED, ()),
        },
        State.REOFFERED: _lapsed(State.REOFFERED)
        | {
            Event.KEY_LOST: (State.EXPIRED, ()),
            Event.DELAYED: (State.SETTLED, ()),
            Event.NOT_GOOD: (State.SETTLED, ()),
        },
        # It was offered once more, and the recipient does not hold it.
        State.SETTLED: _lapsed(State.SETTLED)
        | dict.fromkeys((*_ERRORS, Event.KEY_CHANGED, Event.LINK_LOST), (State.SETTLED, ())),
    }
)


def advance(state: State | None, event: Event) -> Move:
    """Return the next state and what to do.

    Raises:
        LocalProtocolError: The table has no such move.
    """
    try:
        return SENDER[state][event]
    except KeyError:
        where = state.value if state else "none"
        raise LocalProtocolError(f"{event.name} cannot happen in state {where}") from None


# Errors (B.17)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """What a code means to the sender.

    Attributes:
        event: What an ERROR with this code is; None where the code answers no offer.
        signed: It comes as evidence 90 too, and then is final.
        alarm: It should never happen between correct nodes.
        refresh: The directory may be behind.
        clock: A clock may be wrong.
    """

    event: Event | None
    signed: bool = False
    alarm: bool = False
    refresh: bool = False
    clock: bool = False


REACTIONS: Final[Mapping[Code, Reaction]] = MappingProxyType(
    {
        Code.MALFORMED: Reaction(event=Event.UNREADABLE),
        Code.VERSION: Reaction(event=Event.UNREADABLE, refresh=True),
        Code.SUITE: Reaction(event=Event.UNREADABLE, refresh=True),
        Code.TOO_LARGE: Reaction(event=Event.UNREADABLE),
        Code.NOT_RECIPIENT: Reaction(event=Event.DELAYED, signed=True),
        Code.EXPIRED: Reaction(event=Event.DELAYED, clock=True),
        Code.FUTURE: Reaction(event=Event.DELAYED, clock=True),
        Code.KEY_UNKNOWN: Reaction(event=Event.KEY_LOST),
        Code.DECRYPTION: Reaction(event=Event.KEY_LOST),
        Code.PADDING: Reaction(event=Event.DELAYED, signed=True),
        Code.SIGNATURE: Reaction(event=Event.DELAYED, signed=True, alarm=True),
        Code.NOT_GOOD: Reaction(event=Event.NOT_GOOD, signed=True, refresh=True),
        Code.DISAGREE: Reaction(event=Event.DELAYED, signed=True, alarm=True),
        Code.ID_REUSED: Reaction(event=Event.DELAYED, signed=True, alarm=True),
        Code.ATTACHMENT: Reaction(event=Event.DELAYED, signed=True, alarm=True),
        Code.QUOTA: Reaction(event=Event.DELAYED),
        Code.BUSY: Reaction(event=Event.DELAYED),
        Code.NOT_AUTHORISED: Reaction(event=Event.DELAYED, signed=True),
        Code.DIRECTORY_OLD: Reaction(event=Event.DELAYED, refresh=True),
        Code.UNKNOWN_TYPE: Reaction(event=None),
        Code.NOT_FOUND: Reaction(event=None),
        Code.LINK_LIMIT: Reaction(event=Event.DELAYED),
        Code.INTERNAL: Reaction(event=Event.DELAYED),
    }
)


def classify(code: Code) -> Reaction:
    """Return what a code means to the sender."""
    return REACTIONS[code]


def event_of_error(code: Code, *, decryption_failures: int = 0) -> Event:
    """Return what an ERROR about an offered letter is; count error 9 for each letter, and forget the count on restart.

    Raises:
        LocalProtocolError: The code answers no offer.
    """
    event = REACTIONS[code].event
    if event is None:
        raise LocalProtocolError(f"{code.name} answers no offer")
    if code is Code.DECRYPTION and decryption_failures:
        return Event.DELAYED
    return event


_HELD_EVENTS: Final[Mapping[tuple[bool, bool], Event]] = MappingProxyType(
    {  # (in time, 90 code 15 is there)
        (True, False): Event.HELD,
        (True, True): Event.HELD_BROKEN,
        (False, False): Event.HELD_LATE,
        (False, True): Event.HELD_LATE,
    }
)


def event_of_evidence(mark: Mark, weight: Weight, *, in_time: bool, held: Collection[Mark]) -> Event:
    """Return what a verified evidence about this letter is; *in_time*: its ``ts`` is not after the letter's ``exp``.

    Raises:
        LocalProtocolError: It is a declaration 91, which no recipient issues.
    """
    if weight is not Weight.NEW:
        return {Weight.REPEAT: Event.REPEATED, Weight.CONTRADICTION: Event.CONTRADICTED}[weight]
    plain: Mapping[Mark, Event] = {
        Mark.COMPLETE: Event.COMPLETE if in_time else Event.COMPLETE_LATE,
        Mark.REFUSED: Event.REFUSED,
        Mark.BROKEN: Event.BROKEN,
    }
    if mark is Mark.MISSED:
        raise LocalProtocolError("evidence 91 is the sender's own")
    return plain.get(mark) or _HELD_EVENTS[in_time, Mark.BROKEN in held]
