"""An authority with people who write and approve letters: fixtures to import."""

import json
import os
from typing import Any

import pytest
from offices import Authority
from sqlalchemy import select
from staff import Staff

from rogatory_node.casebook.actors import Acting
from rogatory_node.casebook.approvals import Approvals, Submitting
from rogatory_node.casebook.drafting import Content, Draft
from rogatory_node.casebook.drafts import Creating, Drafts
from rogatory_node.casebook.offered import Standing
from rogatory_node.casework.approving import Rule
from rogatory_node.casework.roles import Role
from rogatory_node.services.sending import Sending
from rogatory_node.storage.tables import letters

XA, XB = Authority("A", "XA"), Authority("B", "XB")


def form(type: str = "extradition", **more: Any) -> bytes:
    """A request, as far as drafts read it."""
    return json.dumps({"kind": "request", "type": type, "facts_summary": "A name: Prova", **more}).encode()


def content(raw: bytes | None = None, **more: Any) -> Content:
    """What a version says."""
    return Content(form=form() if raw is None else raw, lang="en", **({"to": (XB.aid,)} | more))


class Office:
    """Who writes, who reviews, who signs, and what they do."""

    def __init__(self, staff: Staff, *rules: Rule) -> None:
        """Begin with one of each."""
        self.staff = staff
        timed: dict[str, Any] = {"wall": lambda: float(staff.now), "random": os.urandom}
        sealed = {"sealer": staff.sealer} | timed
        self.drafts = Drafts(**sealed)
        sending = Sending(me=XA.aid, signer=XA.seal, **sealed)
        self.approvals = Approvals(book=self.drafts, sending=sending, rules=rules, **sealed)
        self.drafter, self.reviewer = staff.add(Role.DRAFTER), staff.add(Role.REVIEWER)
        self.signatory, self.second = staff.add(Role.SIGNATORY), staff.add(Role.SIGNATORY)

    def write(self, who: Acting | None = None, raw: bytes | None = None, **more: Any) -> Draft:
        """Begin a draft."""
        case = more.pop("case", None)
        command = Creating(content=content(raw, **more), case=case, by=who or self.drafter)
        return self.staff.one(self.drafts.create, command)  # type: ignore[no-any-return]

    def submit(self, draft: Draft, who: Acting | None = None) -> Standing:
        """Hand it in."""
        command = Submitting(draft=draft.id, version=draft.version, by=who or self.drafter)
        return self.staff.one(self.approvals.submit, command)  # type: ignore[no-any-return]

    def sent(self) -> int:
        """Count the letters that were queued."""
        return len(self.staff.do(lambda core: core.execute(select(letters.c.digest)).all()))


@pytest.fixture
def url(sqlite_url: str) -> str:
    """One engine: plain rows through the writer."""
    return sqlite_url


@pytest.fixture
def office(staff: Staff) -> Office:
    return Office(staff)
