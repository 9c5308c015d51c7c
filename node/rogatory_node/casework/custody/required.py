"""Whether an answer brings the evidence in the form that was asked for (``evidence_form`` of the request).

* The rule looks at the answer before it leaves; it gives findings and forbids nothing.
* What the answer has is seen by what it says of itself and of each of its items.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rogatory_node.casework.checking_finding import Finding, entries, written
from rogatory_node.casework.custody.items import LISTS
from rogatory_node.i18n import later

ANSWERS: Final = frozenset({"response.partial", "response.final"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    field: str
    met: Callable[[Mapping[str, Any]], bool]
    path: str
    text: str


def check_answer(answer: Mapping[str, Any], requests: Sequence[Mapping[str, Any]]) -> tuple[Finding, ...]:
    """Return what an answer lacks of the form of evidence that the requests asked for; none for other letters."""
    if answer.get("kind") not in ANSWERS:
        return ()
    return tuple(_findings(answer, requests))


def _findings(answer: Mapping[str, Any], requests: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for request in requests:
        asked = request.get("evidence_form")
        if not isinstance(asked, Mapping):
            continue
        for rule in _RULES:
            wanted = asked.get(rule.field)
            if rule.field not in seen and (wanted is True or written(wanted)) and not rule.met(answer):
                seen.add(rule.field)
                code = f"evidence.{rule.field.replace('_', '-')}"
                yield Finding(code=code, level="risk", path=rule.path, text=rule.text, article="UNTOC 18(17)")


def _certificate(answer: Mapping[str, Any]) -> bool:
    return written(answer.get("certificate")) or _each(answer, "certificate")


def _certified(answer: Mapping[str, Any]) -> bool:
    return _each(answer, "certified") or _certificate(answer)


def _hashes(answer: Mapping[str, Any]) -> bool:
    return _each(answer, "sha256")


def _each(answer: Mapping[str, Any], name: str) -> bool:
    listed = [each for field in LISTS for _, each in entries(answer.get(field))]
    return bool(listed) and all(each.get(name) for each in listed)


_RULES: Final = (
    _Rule(
        field="certificate",
        met=_certificate,
        path="/certificate",
        text=later("The request asks for a certificate of authenticity; the answer has none."),
    ),
    _Rule(
        field="certified_copies",
        met=_certified,
        path="/evidence",
        text=later("The request asks for certified copies; the answer does not say that they are certified."),
    ),
    _Rule(
        field="hash_list",
        met=_hashes,
        path="/evidence",
        text=later("The request asks for a list of hashes; the answer names none for its items."),
    ),
)
