"""Rules for letters that answer a request: what belongs to an outcome stands beside it.

* A refusal names its grounds and its reasons (UNCAC 46(23)); a preservation says until when; partial execution, why.
* The reader of a letter that lacks these keeps it without effect: better that the writer is told.
"""

from collections.abc import Iterator
from typing import Final

from rogatory_node.casework.checking_finding import Case, Finding, pointer
from rogatory_node.casework.checking_schema import MISSING, title
from rogatory_node.casework.codes import OUTCOMES
from rogatory_node.casework.kinds import catalogue as kinds
from rogatory_node.casework.life.forms import Said, said_of
from rogatory_node.casework.life.guards import until

ARTICLES: Final = {"REFUSED": "UNCAC 46(23)", "POSTPONED": "UNCAC 46(25)"}


def outcomes(case: Case) -> Iterator[Finding]:
    """Yield what belongs to an outcome and is not there."""
    described = kinds.whole(str(case.form.get("kind")))
    if isinstance(described, kinds.Unknown):
        return
    for said in said_of(case.form):
        outcome = said.text("outcome") or ""
        for name in OUTCOMES[outcome].needs if outcome in OUTCOMES else ():
            if not _given(said, name):
                titles = {"field": title(described, (name,)) or title(described, ("outcome",))}
                # What is said of one measure may stand with it or beside the list: the list is where to look.
                path = pointer(name if said.ids is None else "measures")
                source = ARTICLES.get(outcome, "")
                yield Finding(
                    code="outcome.lacks", level="missing", path=path, text=MISSING, titles=titles, article=source
                )


def _given(said: Said, name: str) -> bool:
    return bool(said.get(name)) or (name == "until" and until(said) is not None)


RULES: Final = (outcomes,)
