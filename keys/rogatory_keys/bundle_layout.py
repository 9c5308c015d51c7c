"""Which files an evidence bundle holds, how they are called and how large each may be (B.15; docs/spec/bundle.md).

* A name that is not in the table is refused: no paths to climb, nothing that a reader might mistake for a part.
* Sizes are checked before anything is read; only attachments may be large, and they are read in blocks.
* A proof has its object and an object its proof; what must be there and is not is named.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rogatory_keys.bundle_zip import MAX_BUNDLE_BYTES, Entry
from rogatory_keys.errors import BundleError, BundleFault
from rogatory_protocol.limits import KIB, MAX_BODY_BYTES, MAX_EVIDENCE_BYTES, MAX_FORM_BYTES, MAX_STATEMENT_BYTES, MIB
from rogatory_protocol.note import MAX_NOTE_BYTES
from rogatory_protocol.tlog_proof import MAX_PROOF_BYTES

README: Final = "README.txt"
_HEX: Final = "[0-9a-f]{64}"


class Part(StrEnum):
    """What a file of a bundle is."""

    README = "readme"
    LETTER = "letter"
    PARTS = "parts"
    FORM = "form"
    ATTACHMENT = "attachment"
    EVIDENCE = "evidence"
    TIMESTAMP = "timestamp"
    STATEMENT = "statement"
    STATEMENT_PROOF = "statement_proof"
    REGISTRY_STATEMENT = "registry_statement"
    REGISTRY_PROOF = "registry_proof"
    CHECKPOINT = "checkpoint"
    DECISION = "decision"
    DECISION_PROOF = "decision_proof"
    HEADS = "heads"
    LEAF = "leaf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How the files of a part are called, and the most bytes of one. ``{owner}`` is 64 hex digits, ``{key}`` varies."""

    form: str
    key: str = ""
    most: int


RULES: Final[Mapping[Part, Rule]] = {
    Part.README: Rule(form="README.txt", most=256 * KIB),
    Part.LETTER: Rule(form="letters/{owner}/letter.rcbor", most=MAX_BODY_BYTES),
    Part.PARTS: Rule(form="letters/{owner}/parts.rcbor", most=MAX_BODY_BYTES),
    Part.FORM: Rule(form="letters/{owner}/form.bin", most=MAX_FORM_BYTES),
    Part.ATTACHMENT: Rule(form="letters/{owner}/att/{key}", key="[0-9]{3}", most=MAX_BUNDLE_BYTES),
    Part.EVIDENCE: Rule(form="letters/{owner}/evidence/{key}.rcbor", key=_HEX, most=MAX_EVIDENCE_BYTES),
    Part.TIMESTAMP: Rule(form="letters/{owner}/timestamps/{key}.tsr", key="[0-9]{3}", most=16 * KIB),
    Part.STATEMENT: Rule(form="authorities/{owner}/statement-{key}.rcbor", key="[0-9]{4}", most=MAX_STATEMENT_BYTES),
    Part.STATEMENT_PROOF: Rule(
        form="authorities/{owner}/statement-{key}.tlog-proof", key="[0-9]{4}", most=MAX_PROOF_BYTES
    ),
    Part.REGISTRY_STATEMENT: Rule(
        form="decisions/{owner}/statement-{key}.rcbor", key="[0-9]{4}", most=MAX_STATEMENT_BYTES
    ),
    Part.REGISTRY_PROOF: Rule(
        form="decisions/{owner}/statement-{key}.tlog-proof", key="[0-9]{4}", most=MAX_PROOF_BYTES
    ),
    Part.CHECKPOINT: Rule(form="decisions/{owner}/checkpoint", most=MAX_NOTE_BYTES),
    Part.DECISION: Rule(form="decisions/{owner}/{key}.rcbor", key=_HEX, most=MAX_STATEMENT_BYTES),
    Part.DECISION_PROOF: Rule(form="decisions/{owner}/{key}.tlog-proof", key=_HEX, most=MAX_PROOF_BYTES),
    Part.HEADS: Rule(form="audit/{owner}/heads.rcbor", most=MIB),
    Part.LEAF: Rule(form="audit/{owner}/leaf-{key}.rcbor", key="[0-9]{10}-[0-9]{19}", most=8 * KIB),
}

# Whoever has the first must have the second, under the same owner and key.
PAIRS: Final = (
    (Part.LETTER, Part.PARTS),
    (Part.PARTS, Part.LETTER),
    (Part.STATEMENT, Part.STATEMENT_PROOF),
    (Part.STATEMENT_PROOF, Part.STATEMENT),
    (Part.REGISTRY_STATEMENT, Part.REGISTRY_PROOF),
    (Part.REGISTRY_PROOF, Part.REGISTRY_STATEMENT),
    (Part.DECISION, Part.DECISION_PROOF),
    (Part.DECISION_PROOF, Part.DECISION),
)
# Whoever has the first must have the second, under the same owner.
FOLDERS: Final = (
    (Part.FORM, Part.LETTER),
    (Part.ATTACHMENT, Part.LETTER),
    (Part.EVIDENCE, Part.LETTER),
    (Part.TIMESTAMP, Part.LETTER),
    (Part.REGISTRY_STATEMENT, Part.CHECKPOINT),
    (Part.DECISION, Part.CHECKPOINT),
    (Part.LEAF, Part.HEADS),
)


def _pattern(rule: Rule) -> re.Pattern[str]:
    form = re.escape(rule.form).replace(r"\{owner\}", f"(?P<owner>{_HEX})").replace(r"\{key\}", f"(?P<key>{rule.key})")
    return re.compile(form, re.ASCII)


_PATTERNS: Final = {part: _pattern(rule) for part, rule in RULES.items()}


class Layout:
    """The files of a bundle by what they are."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Sort the files.

        Raises:
            BundleError: NAME, TOO_LARGE or MISSING.
        """
        self._files: dict[Part, dict[str, dict[str, str]]] = {part: {} for part in Part}
        for entry in entries:
            part, owner, key = _place(entry)
            self._files[part].setdefault(owner, {})[key] = entry.name
        self._check()

    def owners(self, part: Part) -> list[str]:
        """Return the owners of a part, ascending."""
        return sorted(self._files[part])

    def of(self, part: Part, owner: str) -> dict[str, str]:
        """Return the names of an owner's files of a part by their keys, ascending."""
        return dict(sorted(self._files[part].get(owner, {}).items()))

    def _check(self) -> None:
        needed: list[tuple[Part, str, str]] = [(Part.README, "", "")]
        for first, second in PAIRS:
            needed += ((second, owner, key) for owner in self.owners(first) for key in self.of(first, owner))
        for first, second in FOLDERS:
            needed += ((second, owner, "") for owner in self.owners(first))
        for part, owner, key in needed:
            if key not in self.of(part, owner):
                raise BundleError(BundleFault.MISSING, name_of(part, owner, key))
        for part in (Part.LETTER, Part.CHECKPOINT):
            if not self.owners(part):
                raise BundleError(BundleFault.MISSING, name_of(part, "…"))


def name_of(part: Part, owner: str = "", key: str = "") -> str:
    """Return the name of a file."""
    return RULES[part].form.format(owner=owner, key=key)


def _place(entry: Entry) -> tuple[Part, str, str]:
    for part, pattern in _PATTERNS.items():
        match = pattern.fullmatch(entry.name)
        if match is not None:
            if entry.size > RULES[part].most:
                raise BundleError(BundleFault.TOO_LARGE, entry.name)
            found = match.groupdict()
            return part, found.get("owner") or "", found.get("key") or ""
    raise BundleError(BundleFault.NAME, entry.name)
