"""The register of the kinds of letters that authorities exchange.

* A kind has a code that travels in the signed letter, a label, and the newest version of its form that this node reads.
* A letter of an unknown kind, or with a newer version, is kept and shown as one that cannot be shown yet; a newer
  program reads it later.
* Requests belong to one authority; ``BESIDE_CASES`` are kinds that belong to no request.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rogatory_node.i18n import later


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of letter.

    Attributes:
        code: What travels.
        label: English text of the catalogue.
        by: Who sends it: ``R`` the requesting side, ``Q`` the requested side, ``RQ`` either.
        version: The newest version of its form that is known here.
    """

    code: str
    label: str
    by: str
    version: int = 1


def _kind(code: str, label: str, by: str) -> tuple[str, Kind]:
    return code, Kind(code=code, label=label, by=by)


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    dict(
        (
            _kind("request", later("Request"), "R"),
            _kind("acknowledgement", later("Acknowledgement of receipt"), "Q"),
            _kind("redirect", later("Redirection"), "Q"),
            _kind("return", later("Return to the sender"), "Q"),
            _kind("info.request", later("Request for information"), "Q"),
            _kind("info.response", later("Further information"), "R"),
            _kind("supplement", later("Supplement"), "R"),
            _kind("draft.comment", later("Enquiry or draft for comment"), "RQ"),
            _kind("consultation", later("Consultation"), "RQ"),
            _kind("conditions.offer", later("Offer with conditions"), "Q"),
            _kind("conditions.accept", later("Acceptance of conditions"), "R"),
            _kind("conditions.reject", later("Rejection of conditions"), "R"),
            _kind("decision", later("Decision"), "Q"),
            _kind("status.request", later("Question about the status"), "R"),
            _kind("status", later("Status"), "RQ"),
            _kind("reminder", later("Reminder"), "R"),
            _kind("urgency.change", later("Change of urgency"), "RQ"),
            _kind("preservation.confirm", later("Confirmation of preservation"), "Q"),
            _kind("preservation.extend", later("Request to extend the preservation"), "R"),
            _kind("preservation.extended", later("Preservation extended"), "Q"),
            _kind("preservation.release", later("Release of preserved data"), "RQ"),
            _kind("response.partial", later("Partial answer"), "Q"),
            _kind("response.final", later("Final answer"), "Q"),
            _kind("evidence.handover", later("Hand-over of objects"), "RQ"),
            _kind("service.proof", later("Proof of service"), "Q"),
            _kind("hearing.slot", later("Proposed time of a hearing"), "RQ"),
            _kind("hearing.confirm", later("Time of a hearing agreed"), "RQ"),
            _kind("hearing.minutes", later("Minutes of a hearing"), "Q"),
            _kind("arrest.notice", later("Notice of arrest"), "Q"),
            _kind("surrender.arrangement", later("Arrangement for surrender"), "RQ"),
            _kind("asset.notice", later("Notice about assets"), "Q"),
            _kind("translation", later("Translation"), "RQ"),
            _kind("use.consent.request", later("Request for another use"), "RQ"),
            _kind("use.consent.answer", later("Answer about another use"), "RQ"),
            _kind("breach.notice", later("Notice about confidentiality"), "RQ"),
            _kind("withdrawal", later("Withdrawal"), "R"),
            _kind("closure", later("Closure"), "RQ"),
            _kind("reopen", later("Reopening"), "RQ"),
            _kind("feedback", later("Feedback"), "R"),
            _kind("spontaneous", later("Spontaneous information"), "RQ"),
            _kind("ping", later("Drill call"), "RQ"),
            _kind("pong", later("Drill answer"), "RQ"),
            _kind("directory.update", later("Change of a directory entry"), "RQ"),
            _kind("case.list", later("List of cases"), "RQ"),
        )
    )
)
"""Every kind, in the order of lists."""

CODES: Final = frozenset(KINDS)
