"""Approvals: over exact bytes, by other persons, and sent by the last of them."""

import json
from typing import Any

import pytest
from office import XB, Office, content, form, office, url
from sqlalchemy import select
from staff import NOW, Staff, id_of, prepared, staff

from rogatory_node.casebook.actors import Acting, ForbiddenError
from rogatory_node.casebook.approvals import Approving, Recalling, Returning
from rogatory_node.casebook.delegation import Delegating, Delegations
from rogatory_node.casebook.drafting import DraftClosedError, DraftState, DraftUnknownError
from rogatory_node.casebook.drafts import Discarding, Saving
from rogatory_node.casebook.offered import NotOfferedError, ReasonError, SamePersonError, StaleError, Standing
from rogatory_node.casework.approving import Rule
from rogatory_node.casework.roles import Role
from rogatory_node.services.composing import UnfitError
from rogatory_node.storage.book_tables import approvals, offers
from rogatory_node.storage.rows import add
from rogatory_node.storage.tables import cases, letters
from rogatory_protocol import letter
from rogatory_protocol.ids import Digest, Id16

__all__ = ["office", "staff", "url"]


def approve(office: Office, standing: Standing, who: Acting) -> Standing:
    command = Approving(draft=standing.draft, hash=standing.hash, by=who)
    return office.staff.one(office.approvals.approve, command)  # type: ignore[no-any-return]


def state(office: Office, standing: Standing) -> DraftState:
    return office.staff.do(lambda core: office.drafts.read(core, standing.draft)).state


def test_one_signatory_sends_exactly_what_was_handed_in(office: Office) -> None:
    offered = office.submit(office.write())
    assert (offered.needed, offered.approved, offered.letter, office.sent()) == (1, 0, None, 0)
    sent = approve(office, offered, office.signatory)
    assert sent.to == (XB.aid,)
    assert office.sent() == 1
    row = office.staff.do(lambda core: core.execute(select(letters)).one())
    assert row.digest == sent.letter
    raw = office.staff.sealer.open("letters", "raw_sealed", row.digest, row.raw_sealed)
    assert letter.approval_message(letter.parse(raw).body_raw) == sent.hash
    draft = office.staff.do(lambda core: office.drafts.read(core, sent.draft))
    assert (draft.state, draft.letter, draft.case) == (DraftState.SENT, sent.letter, row.case)
    assert [ev for ev, _ in office.staff.log()[-3:]] == ["draft.submitted", "draft.approved", "letter.sealed"]


@pytest.mark.postgres
def test_on_the_other_engine_too(postgres_url: str) -> None:
    with prepared(postgres_url) as staff:
        office = Office(staff, Rule(persons=2))
        offered = office.submit(office.write())
        approve(office, offered, office.reviewer)
        assert approve(office, offered, office.signatory).letter is not None


def test_the_same_again_is_one_letter(office: Office) -> None:
    draft = office.write()
    offered = office.submit(draft)
    assert office.submit(draft) == offered
    first = approve(office, offered, office.signatory)
    again = approve(office, offered, office.signatory)
    assert (again.letter, again.to, office.sent()) == (first.letter, (), 1)


@pytest.mark.parametrize("persons", [2, 3])
def test_so_many_persons_as_the_rules_ask_and_nobody_twice(staff: Staff, persons: int) -> None:
    office = Office(staff, Rule(type="extradition", persons=persons))
    offered = office.submit(office.write())
    people = [office.reviewer, office.second, office.signatory][-persons:]
    for n, who in enumerate(people, 1):
        assert office.sent() == 0
        standing = approve(office, offered, who)
        assert standing.approved == n
        if n < persons:
            assert approve(office, offered, who).approved == n
    assert office.sent() == 1


def test_who_reviews_does_not_transmit(office: Office) -> None:
    offered = office.submit(office.write())
    assert (approve(office, offered, office.reviewer).signed, office.sent()) == (False, 0)
    approve(office, offered, office.signatory)
    assert office.sent() == 1


def test_DOM_four_eyes_the_author_never_approves(office: Office, staff: Staff) -> None:
    both = staff.add(Role.DRAFTER, Role.SIGNATORY)
    offered = office.submit(office.write(both), both)
    with pytest.raises(SamePersonError):
        approve(office, offered, both)
    assert office.sent() == 0


def test_DOM_four_eyes_who_saved_a_version_never_approves(office: Office, staff: Staff) -> None:
    both = staff.add(Role.DRAFTER, Role.SIGNATORY)
    draft = office.write(both)
    principal, delegate = id_of(both), id_of(staff.add(Role.SIGNATORY))
    _delegate(staff, both, delegate, Role.SIGNATORY)
    offered = office.submit(draft, both)
    for acting in (Acting(person=delegate, in_name_of=principal), both):
        with pytest.raises(SamePersonError):
            approve(office, offered, acting)


def test_nobody_counts_twice_when_he_represents_another(staff: Staff) -> None:
    office = Office(staff, Rule(persons=2))
    offered = office.submit(office.write())
    approve(office, offered, office.signatory)
    _delegate(staff, office.signatory, id_of(office.second), Role.SIGNATORY)
    with pytest.raises(SamePersonError):
        approve(office, offered, Acting(person=office.second.person, in_name_of=office.signatory.person))
    approve(office, offered, office.second)
    assert office.sent() == 1


def _delegate(staff: Staff, principal: Acting, delegate: Any, role: Role) -> None:
    whole = Delegating(
        principal=id_of(principal), delegate=delegate, roles=frozenset({role}),
        valid_from=NOW, valid_until=NOW + 100, by=principal,
    )  # fmt: skip
    staff.one(Delegations(wall=lambda: float(NOW)).make, whole)


def test_an_edit_voids_what_was_approved(staff: Staff) -> None:
    office = Office(staff, Rule(persons=2))
    draft = office.write()
    offered = office.submit(draft)
    approve(office, offered, office.signatory)
    saving = Saving(draft=draft.id, version=1, content=content(form("transit")), by=office.drafter)
    edited = staff.one(office.drafts.save, saving)
    assert (edited.state, edited.offered) == (DraftState.OPEN, None)
    with pytest.raises(NotOfferedError):
        approve(office, offered, office.second)
    again = office.submit(edited)
    assert (again.hash != offered.hash, again.approved) == (True, 0)
    with pytest.raises(StaleError):
        approve(office, offered, office.second)
    assert office.sent() == 0
    assert [ev for ev, _ in staff.log()[-3:]] == ["draft.voided", "draft.edited", "draft.submitted"]


def test_an_approval_of_one_draft_is_none_of_another(office: Office) -> None:
    one, two = office.submit(office.write()), office.submit(office.write())
    assert one.hash != two.hash
    with pytest.raises(StaleError):
        office.staff.one(office.approvals.approve, Approving(draft=one.draft, hash=two.hash, by=office.signatory))
    assert office.sent() == 0


def test_what_is_returned_says_why_until_somebody_writes_on(office: Office) -> None:
    draft = office.write()
    offered = office.submit(draft)
    command = Returning(draft=draft.id, hash=offered.hash, reason=" Name the court. ", by=office.reviewer)
    office.staff.one(office.approvals.give_back, command)
    assert state(office, offered) is DraftState.OPEN
    assert office.staff.do(lambda core: office.approvals.returned(core, draft.id)) == "Name the court."
    sealed = office.staff.do(lambda core: core.execute(select(offers.c.reason_sealed)).scalar_one())
    assert b"court" not in sealed
    saving = Saving(draft=draft.id, version=1, content=content(form("transit")), by=office.drafter)
    office.staff.one(office.drafts.save, saving)
    assert office.staff.do(lambda core: office.approvals.returned(core, draft.id)) is None


@pytest.mark.parametrize("reason", ["", "  ", "x" * 4_001])
def test_nothing_is_returned_without_a_reason(office: Office, reason: str) -> None:
    offered = office.submit(office.write())
    with pytest.raises(ReasonError):
        office.staff.one(
            office.approvals.give_back,
            Returning(draft=offered.draft, hash=offered.hash, reason=reason, by=office.reviewer),
        )


def test_the_author_takes_it_back(office: Office) -> None:
    offered = office.submit(office.write())
    office.staff.one(office.approvals.recall, Recalling(draft=offered.draft, by=office.drafter))
    assert state(office, offered) is DraftState.OPEN
    with pytest.raises(NotOfferedError):
        approve(office, offered, office.signatory)
    before = len(office.staff.log())
    office.staff.one(office.approvals.recall, Recalling(draft=offered.draft, by=office.drafter))
    assert len(office.staff.log()) == before


def test_DOM_a_duty_officer_sends_alone_what_is_urgent_by_nature_and_his(office: Office, staff: Staff) -> None:
    duty = staff.add(Role.DUTY)
    offered = office.submit(office.write(duty, form("data.preserve")), duty)
    sent = approve(office, offered, duty)
    assert (office.sent(), sent.signed) == (1, True)
    assert [ev for ev, _ in staff.log()[-2:]] == ["draft.sent-alone", "letter.sealed"]
    assert staff.do(lambda core: core.execute(select(approvals.c.alone)).scalar_one()) is True
    slow = office.submit(office.write(duty), duty)
    with pytest.raises(ForbiddenError):
        approve(office, slow, duty)
    with pytest.raises(DraftUnknownError):
        approve(office, office.submit(office.write(raw=form("data.preserve"))), duty)
    assert office.sent() == 1


@pytest.mark.parametrize(("role", "kind"), [(Role.REGISTRAR, "acknowledgement"), (Role.DECIDER, "decision")])
def test_DOM_whose_duty_a_letter_is_sends_his_own_alone(staff: Staff, role: Role, kind: str) -> None:
    office, case = Office(staff), case_of(staff)
    raw = json.dumps({"kind": kind}).encode()
    who, other = staff.add(role), staff.add(Role.SIGNATORY, Role.HANDLER)
    draft = office.write(who, raw, case=case)
    sent = approve(office, office.submit(draft, who), who)
    assert (sent.letter is not None, office.sent()) == (True, 1)
    assert [ev for ev, _ in staff.log()[-2:]] == ["draft.sent-alone", "letter.sealed"]
    with pytest.raises(SamePersonError):  # not his duty
        approve(office, office.submit(office.write(other, raw, case=case), other), other)
    with pytest.raises(ForbiddenError):  # in no case
        approve(office, office.submit(office.write(who, raw), who), who)
    strict = Office(staff, Rule(persons=2))
    with pytest.raises(ForbiddenError):  # more are asked for
        approve(strict, strict.submit(strict.write(who, raw, case=case), who), who)
    assert office.sent() == 1


def case_of(staff: Staff) -> Id16:
    """A case that is there."""
    row = {"id": Id16(b"\x11" * 16), "conv": bytes(16), "opened_at": NOW, "flagged": False, "own_ref": None}
    known = {column.name for column in cases.c}
    staff.do(lambda core: add(core, cases, [{name: value for name, value in row.items() if name in known}]))
    return Id16(row["id"])  # type: ignore[arg-type]


def test_what_cannot_be_sent_is_not_handed_in(office: Office) -> None:
    for draft in (office.write(raw=b"{"), office.write(to=())):
        with pytest.raises(UnfitError):
            office.submit(draft)
        with pytest.raises(NotOfferedError):
            office.staff.do(lambda core, draft=draft: office.approvals.standing(core, draft.id))  # type: ignore[misc]


def test_what_was_sent_is_closed_and_its_unused_files_are_erased(office: Office) -> None:
    draft = office.write()
    offered = office.submit(draft)
    approve(office, offered, office.signatory)
    for kind, command in (
        (office.drafts.save, Saving(draft=draft.id, version=1, content=content(form("transit")), by=office.drafter)),
        (office.drafts.discard, Discarding(draft=draft.id, version=1, by=office.drafter)),
        (office.approvals.recall, Recalling(draft=draft.id, by=office.drafter)),
        (office.approvals.approve, Approving(draft=draft.id, hash=offered.hash, by=office.second)),
    ):
        with pytest.raises(DraftClosedError):
            office.staff.one(kind, command)
    assert office.sent() == 1


def test_a_hash_that_nobody_handed_in_approves_nothing(office: Office) -> None:
    offered = office.submit(office.write())
    with pytest.raises(StaleError):
        office.staff.one(
            office.approvals.approve, Approving(draft=offered.draft, hash=Digest(bytes(32)), by=office.signatory)
        )
    assert office.sent() == 0
