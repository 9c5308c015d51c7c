"""Deciding: the grounds on which assistance may be refused, and the letter that gives the reasons (B.13 level 51).

* A refusal names its ground by a code of the register; the reasons go in a letter of kind ``decision``, sealed like
  every other, because evidence is read by others than the officers.
* Bank secrecy alone and the fiscal nature of an offence alone are no grounds, so they have no code.
"""

import json
from collections.abc import Sequence
from typing import Final

from rogatory_node.casework.grounds import GROUNDS as REGISTER
from rogatory_node.services.composing import DECISION, DEFAULT_GRADE, Order, UnfitError, read_form
from rogatory_node.services.reading import Shown
from rogatory_protocol.ids import Digest, Id16

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


def reasoning(
    decided: Sequence[Shown], *, ground: str | None, reasons: str, lang: str, letter_id: bytes
) -> list[Order]:
    """Return the letters that give the reasons of a decision, one to each authority that asked.

    Args:
        decided: The letters that are decided.
        ground: Of a refusal.
        reasons: In the officer's words.
        lang: Their language.
        letter_id: 16 bytes: each letter is the same when the same decision is asked for again.
    """
    orders = []
    for n, sender in enumerate(sorted({each.sender for each in decided})):
        about = [each for each in decided if each.sender == sender]
        digests = [each.digest for each in about]
        order = Order(
            id=Id16((int.from_bytes(letter_id, "big") ^ n).to_bytes(16, "big")),
            to=(sender,),
            form=decision_form(digests, ground=ground, reasons=reasons, grade=_grade(about)),
            conv=about[0].conv,
            lang=lang,
        )
        orders.append(order)
    return orders


def _grade(about: Sequence[Shown]) -> str:
    """Return the grade of the most urgent of these letters, as it stands in its form."""
    try:
        return read_form(max(about, key=lambda each: each.urg).form.data).grade
    except UnfitError:
        return DEFAULT_GRADE
