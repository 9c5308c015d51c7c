"""What a letter changes beside the states of measures: receipts, urgency, what is due, consents, confidentiality.

* Which letters meet which dues, and which make something due, are tables.
* A letter that made no move meets nothing and asks for nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from rogatory_node.casework.codes import GRADES
from rogatory_node.casework.life.building import Thread
from rogatory_node.casework.life.case import Consent, Graded
from rogatory_node.casework.life.events import Letter, answered
from rogatory_node.casework.life.forms import mapping, text

OTHER: Final[Mapping[str, str]] = MappingProxyType({"R": "Q", "Q": "R"})

_SUBSTANCE: Final = ("acknowledge", "answer_status")
_ANSWER: Final = (*_SUBSTANCE, "report_done")

SETTLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "acknowledgement": ("acknowledge",),
        "redirect": (*_SUBSTANCE, "give_reasons"),
        "return": (*_SUBSTANCE, "give_reasons"),
        "decision": (*_SUBSTANCE, "give_reasons"),
        "status": (*_ANSWER, "answer_extension"),
        "info.request": ("acknowledge",),
        "conditions.offer": ("acknowledge",),
        "preservation.confirm": _SUBSTANCE,
        "preservation.extended": ("answer_extension",),
        "preservation.release": ("answer_extension",),
        "response.partial": _ANSWER,
        "response.final": _ANSWER,
        "service.proof": _SUBSTANCE,
        "closure": ("report_done", "answer_status"),
        "info.response": ("answer_info",),
        "conditions.accept": ("decide_conditions",),
        "conditions.reject": ("decide_conditions",),
        "withdrawal": ("answer_info", "decide_conditions", "decide_confidentiality"),
        "evidence.handover": ("return_objects",),
        "use.consent.answer": ("answer_use",),
    }
)
"""Kind of letter → what its sender no longer owes."""

OWES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "status.request": ("answer_status",),
        "reminder": ("answer_status",),
        "info.request": ("answer_info",),
        "conditions.offer": ("decide_conditions",),
        "withdrawal": ("report_done",),
        "response.final": ("verify_answer",),
        "response.partial": ("verify_answer",),
        "use.consent.request": ("answer_use",),
        "preservation.extend": ("answer_extension",),
    }
)
"""Kind of letter → what its recipient owes from now on."""


def note(thread: Thread, letter: Letter, *, moved: bool) -> None:
    """Note what a letter changes beside the states."""
    side = thread.side(letter.sender)
    assert side is not None, "only letters between the parties of a request come here"
    if not moved:
        return
    form = letter.payload
    thread.settle(side, *SETTLES.get(letter.kind, ()))
    by = text(form.get("due")) or text(form.get("respond_by"))
    for code in OWES.get(letter.kind, ()):
        thread.owe(code, OTHER[side], letter=letter.digest, since=letter.ts, by=by)
    special = _SPECIAL.get(letter.kind)
    if special is not None:
        special(thread, letter, side)


def _acknowledgement(thread: Thread, letter: Letter, side: str) -> None:
    form = letter.payload
    own = text(form.get("reference")) or text(mapping(form.get("references")).get("recipient"))
    known = thread.receipts
    if known.acknowledged is None:
        thread.receipts = replace(known, acknowledged=letter.ts, reference=own)
    thread.zone = text(form.get("time_zone")) or thread.zone
    thread.country = text(form.get("country")) or thread.country
    urgency = mapping(form.get("urgency_accepted"))
    if text(urgency.get("grade")) in GRADES:
        _grade(thread, letter, side, urgency, "accepted")


def _urgency(thread: Thread, letter: Letter, side: str) -> None:
    form = letter.payload
    given = form if text(form.get("grade")) else mapping(form.get("urgency"))
    same = text(given.get("grade")) == (thread.urgency[-1].grade if thread.urgency else None)
    what = "asked" if side == "R" else "accepted" if same else "changed"
    _grade(thread, letter, side, {**given, "reasons": form.get("reasons") or given.get("reasons")}, what)
    if side == "R":
        thread.owe("answer_urgency", "Q", letter=letter.digest, since=letter.ts)


def _grade(thread: Thread, letter: Letter, side: str, given: Mapping[str, object], what: str) -> None:
    thread.settle(side, "answer_urgency")
    thread.urgency.append(
        Graded(
            what=what,
            grade=text(given.get("grade")) or "ROUTINE",
            side=side,
            by=text(given.get("by")),
            reasons=text(given.get("reasons")),
            letter=letter.digest,
            ts=letter.ts,
        )
    )


def _info_request(thread: Thread, letter: Letter, side: str) -> None:
    thread.questions[letter.digest] = letter.payload


def _consultation(thread: Thread, letter: Letter, side: str) -> None:
    """The requesting side says by ``proceed`` whether to go on although confidentiality cannot be kept."""
    if side == "R" and isinstance(letter.payload.get("proceed"), bool) and thread.notice is not None:
        thread.settle("R", "decide_confidentiality")
        if letter.payload["proceed"]:
            thread.notice = None


def _breach(thread: Thread, letter: Letter, side: str) -> None:
    cannot = text(letter.payload.get("what")) == "CANNOT_KEEP"
    if side == "Q" and cannot:
        thread.notice = letter.digest
        thread.owe("decide_confidentiality", "R", letter=letter.digest, since=letter.ts)


def _handover(thread: Thread, letter: Letter, side: str) -> None:
    by = text(letter.payload.get("return_by"))
    if by is not None:
        thread.owe("return_objects", OTHER[side], letter=letter.digest, since=letter.ts, by=by)


def _use_request(thread: Thread, letter: Letter, side: str) -> None:
    thread.consents.append(Consent(letter=letter.digest))


def _use_answer(thread: Thread, letter: Letter, side: str) -> None:
    named = answered(letter.payload)
    granted = letter.payload.get("granted")
    for place, each in enumerate(thread.consents):
        if each.answer is None and each.letter in named:
            thread.consents[place] = replace(each, answer=letter.digest, granted=granted is True)


_SPECIAL: Final[Mapping[str, Callable[[Thread, Letter, str], None]]] = MappingProxyType(
    {
        "acknowledgement": _acknowledgement,
        "urgency.change": _urgency,
        "info.request": _info_request,
        "consultation": _consultation,
        "breach.notice": _breach,
        "evidence.handover": _handover,
        "use.consent.request": _use_request,
        "use.consent.answer": _use_answer,
    }
)
