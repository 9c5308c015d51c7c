"""Drafts: versions, conflicts, who sees them, and what is left when they are given up."""

from typing import Any

import pytest
from office import XB, Office, content, form, office, url
from sqlalchemy import select
from staff import NOW, Staff, staff

from rogatory_node.casebook.actors import Acting, ForbiddenError
from rogatory_node.casebook.agencies import Agencies, AgencyKind, Opening
from rogatory_node.casebook.drafting import (
    ConflictError,
    DraftCaseError,
    DraftClosedError,
    DraftState,
    DraftTooLargeError,
    DraftUnknownError,
)
from rogatory_node.casebook.drafts import Creating, Discarding, Saving
from rogatory_node.casework.roles import Role
from rogatory_node.storage.book_tables import draft_files, draft_versions
from rogatory_protocol.ids import Id16
from rogatory_protocol.limits import MAX_FORM_BYTES

__all__ = ["office", "staff", "url"]


def save(office: Office, draft: Any, raw: bytes, version: int | None = None, who: Acting | None = None) -> Any:
    command = Saving(draft=draft.id, version=version or draft.version, content=content(raw), by=who or office.drafter)
    return office.staff.one(office.drafts.save, command)


def seen_by(office: Office, who: Acting) -> list[Id16]:
    return [each.id for each in office.staff.do(lambda core: office.drafts.listed(core, who))]


def test_a_draft_is_written_version_by_version_and_every_one_is_kept(office: Office) -> None:
    first = office.write(raw=b"{")
    assert (first.version, first.state, first.kind) == (1, DraftState.OPEN, None)
    second = save(office, first, form("search.seizure"))
    assert (second.version, second.kind, second.type) == (2, "request", "search.seizure")
    read = office.staff.do(lambda core: office.drafts.shown(core, first.id, office.drafter, version=1))
    assert read.content is not None
    assert read.content.form == b"{"
    assert [ev for ev, _ in office.staff.log()[-2:]] == ["draft.created", "draft.edited"]


def test_who_read_an_older_version_is_refused_and_shown_what_stands_there(office: Office) -> None:
    draft = office.write()
    save(office, draft, form("search.seizure"))
    with pytest.raises(ConflictError) as caught:
        save(office, draft, form("transit"), version=1)
    assert caught.value.newest.version == 2
    assert caught.value.newest.content == content(form("search.seizure"))


def test_the_same_words_again_are_no_new_version(office: Office) -> None:
    draft = office.write()
    before = len(office.staff.log())
    assert save(office, draft, form()).version == 1
    assert len(office.staff.log()) == before


def test_WEB_02_the_words_are_sealed(office: Office) -> None:
    office.write()
    rows = office.staff.do(lambda core: core.execute(select(draft_versions)).all())
    assert all(b"Prova" not in value for row in rows for value in row if isinstance(value, bytes))


def test_a_draft_is_its_authors_and_his_units_and_the_approvers(office: Office) -> None:
    draft = office.write()
    stranger = office.staff.add(Role.DRAFTER)
    assert seen_by(office, office.drafter) == seen_by(office, office.reviewer) == [draft.id]
    assert seen_by(office, stranger) == []
    with pytest.raises(DraftUnknownError):
        save(office, draft, form("transit"), who=stranger)
    with pytest.raises(ForbiddenError):
        save(office, draft, form("transit"), who=office.reviewer)
    with pytest.raises(DraftUnknownError):
        office.staff.do(lambda core: office.drafts.shown(core, Id16(bytes(16)), office.drafter))


def test_WEB_01_nobody_sees_what_a_home_agency_writes_until_it_is_handed_in(office: Office, staff: Staff) -> None:
    agencies = Agencies(sealer=staff.sealer, wall=lambda: float(NOW))
    one, two = (
        staff.one(agencies.open, Opening(name=name, kind=AgencyKind.COURT)).id for name in ("Court 1", "Court 2")
    )
    judge, other = staff.add(Role.AGENCY, agency=one), staff.add(Role.AGENCY, agency=two)
    draft = office.write(judge)
    for who in (other, office.reviewer, office.signatory, office.drafter):
        assert seen_by(office, who) == []
    office.submit(draft, judge)
    assert seen_by(office, other) == seen_by(office, office.drafter) == []
    assert seen_by(office, office.signatory) == seen_by(office, judge) == [draft.id]


@pytest.mark.parametrize("who", ["drafter", "agency"])
def test_WEB_01_a_case_that_somebody_does_not_see_gets_no_draft_of_his(office: Office, staff: Staff, who: str) -> None:
    agencies = Agencies(sealer=staff.sealer, wall=lambda: float(NOW))
    agency = staff.one(agencies.open, Opening(name="Court", kind=AgencyKind.COURT)).id
    by = office.drafter if who == "drafter" else staff.add(Role.AGENCY, agency=agency)
    with pytest.raises(DraftCaseError):
        staff.one(office.drafts.create, Creating(content=content(), case=Id16(bytes(16)), by=by))


def test_what_is_discarded_loses_its_words_and_files_and_stays_in_the_log(office: Office) -> None:
    draft = office.write(blobs=("a" * 64,))
    assert office.staff.do(lambda core: core.execute(select(draft_files.c.path)).scalars().all()) == ["a" * 64]
    gone = office.staff.one(office.drafts.discard, Discarding(draft=draft.id, version=1, by=office.drafter))
    assert gone.erase == ("a" * 64,)
    after = office.staff.do(lambda core: office.drafts.shown(core, draft.id, office.drafter))
    assert (after.state, after.content) == (DraftState.DISCARDED, None)
    assert office.staff.do(lambda core: core.execute(select(draft_versions.c.content_sealed)).scalars().all()) == [b""]
    with pytest.raises(DraftClosedError):
        save(office, draft, form("transit"))
    assert seen_by(office, office.drafter) == []


def test_a_form_larger_than_a_letter_s_is_refused(office: Office) -> None:
    with pytest.raises(DraftTooLargeError):
        office.write(raw=b" " * (MAX_FORM_BYTES + 1))


def test_who_represents_another_writes_in_his_name(office: Office, staff: Staff) -> None:
    from rogatory_node.casebook.delegation import Delegating, Delegations

    delegate = staff.add(Role.TRANSLATOR)
    principal = office.drafter.person
    assert principal is not None
    assert delegate.person is not None
    whole = Delegating(
        principal=principal, delegate=delegate.person, roles=frozenset({Role.DRAFTER}),
        valid_from=NOW, valid_until=NOW + 100, by=office.drafter,
    )  # fmt: skip
    staff.one(Delegations(wall=lambda: float(NOW)).make, whole)
    draft = office.write(Acting(person=delegate.person, in_name_of=principal))
    assert draft.author == principal
    assert seen_by(office, office.drafter) == [draft.id]
    assert staff.log()[-1][1] == f"drafter {delegate.person.hex()} for {principal.hex()}"


def test_recipients_and_life_are_part_of_a_version(office: Office) -> None:
    draft = office.write()
    other = content(life_seconds=60, to=())
    saved = office.staff.one(office.drafts.save, Saving(draft=draft.id, version=1, content=other, by=office.drafter))
    assert (saved.version, saved.content) == (2, other)
    assert XB.aid not in saved.content.to
