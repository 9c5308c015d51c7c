"""The audit log for people."""

import pytest
from sqlalchemy import update
from staff import Staff, id_of, staff

from rogatory_node.casebook.actors import ForbiddenError
from rogatory_node.casebook.journal import MOST, Journal, page, verified
from rogatory_node.casework.roles import Role
from rogatory_node.storage.tables import audit

__all__ = ["staff"]


@pytest.fixture
def url(sqlite_url: str) -> str:
    """One engine: the queries are plain ones of the log."""
    return sqlite_url


@pytest.fixture
def journal(staff: Staff) -> Journal:
    return Journal(wall=lambda: float(staff.now))


def test_entries_come_newest_first_over_pages_and_once(staff: Staff, journal: Journal) -> None:
    auditor = staff.add(Role.AUDITOR)
    for _ in range(MOST + 20):
        staff.one(journal.note, auditor)
    first = staff.do(page)
    assert first.next is not None
    second = staff.do(lambda core: page(core, before=first.next))
    numbers = [each.n for each in (*first.entries, *second.entries)]
    assert numbers == list(range(MOST + 21, -1, -1))
    assert second.next is None
    assert (first.entries[0].role, first.entries[0].person) == ("auditor", id_of(auditor))
    assert (second.entries[-1].ev, second.entries[-1].person) == ("log.founded", None)


def test_it_is_narrowed_by_kind_and_by_person(staff: Staff, journal: Journal) -> None:
    one, other = staff.add(Role.AUDITOR), staff.add(Role.AUDITOR)
    for who in (one, other, one):
        staff.one(journal.note, who)
    assert [each.ev for each in staff.do(lambda core: page(core, family="person.")).entries] == ["person.added"] * 2
    mine = staff.do(lambda core: page(core, person=id_of(one)))
    assert [each.ev for each in mine.entries] == ["log.read"] * 2
    assert mine.next is None


def test_only_an_auditor_reads(staff: Staff, journal: Journal) -> None:
    with pytest.raises(ForbiddenError):
        staff.one(journal.note, staff.add(Role.ADMINISTRATOR))


def test_a_changed_entry_is_found(staff: Staff, journal: Journal) -> None:
    staff.one(journal.note, staff.add(Role.AUDITOR))
    whole = staff.do(verified)
    assert (whole.good, whole.size) == (True, 3)

    def forge(core: object) -> None:
        leaf = core.execute(audit.select().where(audit.c.n == 2)).one().leaf  # type: ignore[attr-defined]
        core.execute(update(audit).where(audit.c.n == 1).values(leaf=leaf))  # type: ignore[attr-defined]

    staff.do(forge)
    assert not staff.do(verified).good
