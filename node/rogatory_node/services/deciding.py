"""Deciding: the grounds on which assistance may be refused, and the letter that gives the reasons (B.13 level 51).

* A refusal names its ground by a code of the register; the reasons go in a letter of kind ``decision``, sealed like
  every other, because evidence is read by others than the officers.
* Bank secrecy alone and the fiscal nature of an offence alone are no grounds, so they have no code.
"""

import json
from collections.abc import Sequence
from typing import Final

from rogatory_node.casework.grounds import GROUNDS as REGISTER
from rogatory_node.services.composing import DECISION
from rogatory_protocol.ids import Digest

ACCEPTED: Final = "ACCEPTED"
REFUSED: Final = "REFUSED"

GROUNDS: Final = tuple(REGISTER)
"""The codes of the register, in its order."""


def decision_form(letters: Sequence[Digest], *, ground: str | None, reasons: str, grade: str) -> bytes:
    """Return the form of the letter that gives the reasons of a decision.

    Args:
        letters: What was decided.
        ground: Of a refusal.
        reasons: In the officer's words.
        grade: The urgency of what was decided: its answer is as urgent.
    """
    form = {
        "kind": DECISION,
        "urgency": {"grade": grade},
        "letters": [digest.hex() for digest in letters],
        "outcome": ACCEPTED if ground is None else REFUSED,
        "grounds": [] if ground is None else [ground],
        "reasons": reasons,
    }
    return json.dumps(form, ensure_ascii=False, indent=1).encode(
        errors="surrogatepass"
    )  # half a pair is refused when the form is read
