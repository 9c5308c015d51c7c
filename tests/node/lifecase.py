"""Letters and evidence of invented cases, short to write: XA asks, XB is asked."""

import hashlib
from collections.abc import Sequence
from typing import Any

from rogatory_node.casework.grounds import grounds_for
from rogatory_node.casework.kinds.catalogue import example, whole
from rogatory_node.casework.life.allowed import Choice
from rogatory_node.casework.life.case import Case, Measure, Request
from rogatory_node.casework.life.events import Event, Fact, Letter
from rogatory_node.casework.life.fold import fold
from rogatory_node.casework.life.moves import BY_NAME
from rogatory_node.casework.life.substeps import OLDER
from rogatory_node.casework.types.catalogue import RequestType, type_of

XA, XB, XC = "a" * 64, "b" * 64, "c" * 64
SKILL = "data.content"


def name(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()


class Talk:
    """A conversation that grows by a second with each letter."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.now = 1_900_000_000

    def say(
        self,
        kind: str,
        sender: str,
        *to: str,
        on: str | None = None,
        after: Sequence[str] = (),
        wait: int = 1,
        key: str | None = None,
        **form: Any,
    ) -> str:
        self.now += wait
        digest = name(key or f"{len(self.events)} {kind} {sender}")
        payload = {"kind": kind, **({"in_reply_to": on} if on else {}), **form}
        recipients = to or ((XB,) if sender == XA else (XA,))
        self.events.append(
            Letter(
                digest=digest,
                kind=kind,
                sender=sender,
                to=recipients,
                ts=self.now,
                after=tuple(after),
                payload=payload,
            )
        )
        return digest

    def ask(self, *types: str, sender: str = XA, to: Sequence[str] = (XB,), **form: Any) -> str:
        measures = [{"id": str(n), "type": kind} for n, kind in enumerate(types or (SKILL,), 1)]
        return self.say("request", sender, *to, measures=measures, **form)

    def acknowledged(self, *types: str, **form: Any) -> str:
        digest = self.ask(*types, **form)
        self.say("acknowledgement", XB, on=digest, reference="XB-9")
        return digest

    def prove(self, level: int, letter: str, issuer: str, **more: Any) -> None:
        self.now += 1
        self.events.append(Fact(level=level, letter=letter, issuer=issuer, ts=self.now, **more))

    def case(self) -> Case:
        return fold(self.events)

    def one(self) -> Request:
        (request,) = self.case().requests
        return request

    def states(self) -> list[str]:
        return [each.state for each in self.one().measures]

    def reasons(self) -> list[str]:
        return [each.reason for each in self.one().kept]


REFUSAL = {"outcome": "REFUSED", "grounds": ["DUAL_CRIMINALITY"], "reasons": "no offence here"}
WAIVED = {"consultation": {"not_appropriate": "nothing to discuss"}}


# --- Letters that lack nothing --------------------------------------------------------------------------------------

NEEDS: dict[str, Any] = {
    "reasons": "for these reasons",
    "until": "2041-01-01",
    "conditions": ["NO_ONWARD"],
    "competent": {"id": "xb.other"},
}


def complete(
    choice: Choice, request: Request, measure: Measure | None, questions: Sequence[int] = ()
) -> dict[str, Any]:
    """Return the form of a letter that makes a choice for a measure and lacks nothing."""
    form = {**example(choice.kind), "in_reply_to": request.digest, **_picked(choice, request, measure)}
    if measure is not None:
        form["measures"] = [measure.id]
    if choice.step is not None:
        form = {name: value for name, value in form.items() if name not in {"stage", "event"}}
        name = "event" if choice.kind == "asset.notice" else "step"
        form[name] = next((old for old, new in OLDER.items() if name == "event" and new == choice.step), choice.step)
    if choice.kind == "supplement":
        form["measures"] = [{"id": f"m{len(request.measures)}", "type": "data.traffic"}]
    if choice.move == "accept_conditions" and measure is not None and measure.offer is not None:
        form |= {"conditions": list(measure.offered), "in_reply_to": measure.offer}
    if choice.move == "answer":
        form["answers"] = [{"n": n, "text": "yes"} for n in questions]
    if choice.move == "close":
        form["reason"] = "WITHDRAWN" if measure is not None and measure.state == "WITHDRAWN" else "COMPLETED"
    described = whole(choice.kind)
    assert isinstance(described, dict)
    return {name: value for name, value in form.items() if name in described["properties"] and value != ""}


def _picked(choice: Choice, request: Request, measure: Measure | None) -> dict[str, Any]:
    """Return outcome or stage, and what belongs to it."""
    move = BY_NAME.get(choice.move)
    kind = None if measure is None else type_of(measure.type)
    usual = kind.outcomes if isinstance(kind, RequestType) else ()
    values = move.pick if move is not None else frozenset()
    pick = next(iter(sorted(values & set(usual)) or sorted(values)), None)
    if pick is None or choice.kind == "status":
        return {} if pick is None else {"stage": pick}
    more: dict[str, Any] = {**NEEDS, **WAIVED, "outcome": pick}
    if pick == "REFUSED" and measure is not None:
        more["grounds"] = [grounds_for(measure.type, request.instruments)[0].code]
    return more
