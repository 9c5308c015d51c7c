"""Why a letter made no move: codes with texts of the catalogue.

* A letter without effect is kept and shown with one of these; nothing is dropped.
* The same reasons tell an officer beforehand why a move is not possible.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rogatory_node.i18n import later

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "kind_unknown": later("this kind of letter cannot be shown yet"),
        "version_newer": later("this letter was written with a newer version of its form"),
        "form_faulty": later("the form does not follow the rules of its kind"),
        "request_missing": later("the request that it is about is not here"),
        "request_unclear": later("it does not say which of several requests it is about"),
        "circular": later("it refers to letters that refer to it"),
        "wrong_side": later("the other side makes this move"),
        "stranger": later("its sender is no party to the request"),
        "state": later("it is not possible in the state that the request is in"),
        "unacknowledged": later("the request was not acknowledged yet"),
        "withdrawn": later("the request was withdrawn: stop, and report what was done"),
        "measure_unknown": later("the request has no such measure"),
        "measures_many": later("a request has at most {most} measures"),
        "outcome_missing": later("a measure has no outcome"),
        "outcome_unknown": later("the outcome is not one of the list"),
        "outcome_lacks": later("what belongs to the outcome is missing"),
        "ground_missing": later("a refusal names its ground"),
        "ground_unknown": later("the ground is not one of the list"),
        "ground_never": later("bank secrecy alone and the fiscal nature alone are no grounds"),
        "ground_excluded": later("the instrument does not allow this ground for this type"),
        "reasons_missing": later("reasons are due"),
        "consultation_missing": later("consultation comes first, or a record why it is not appropriate"),
        "reference_missing": later("an acknowledgement gives the own reference"),
        "answers_missing": later("every question is answered, or it is said why not"),
        "immutable": later("a sent request is not changed; a supplement only adds"),
        "conditions_missing": later("no condition is named"),
        "condition_unknown": later("a condition is not one of the list"),
        "conditions_differ": later("acceptance names exactly the conditions that were offered, and the letter"),
        "confidentiality_open": later("the requesting side first decides whether to go on without confidentiality"),
        "duplicate": later("it was already asked for, with the same reference"),
        "grade_unknown": later("the urgency grade is not one of the list"),
        "closure_unknown": later("the reason of closure is not one of the list"),
        "expired": later("the preservation had already ended"),
        "step": later("this step does not follow the one before"),
        "role": later("the role of the officer does not allow it"),
    }
)
"""Codes and texts."""
