"""What one side may owe the other, with the text for it.

* A due arises from a letter or evidence and is met by another one; no clock is read here. How long it may take is the
  matter of ``clocks``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rogatory_node.i18n import later

DUES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "acknowledge": later("acknowledge the request"),
        "answer_status": later("answer the question about the status"),
        "answer_info": later("answer the request for information"),
        "decide_conditions": later("accept or reject the conditions"),
        "decide_confidentiality": later("decide whether to go on without confidentiality"),
        "give_reasons": later("give the reasons of the refusal in a letter"),
        "confirm_in_writing": later("confirm the oral request in writing"),
        "report_done": later("report what was done before the withdrawal"),
        "verify_answer": later("verify the answer and its attachments"),
        "answer_urgency": later("accept or change the urgency"),
        "answer_extension": later("extend the preservation, or say why not"),
        "answer_use": later("answer the request for another use"),
        "return_objects": later("return what was handed over"),
    }
)
"""Codes and texts."""
