"""An auditor's reason is kept sealed, and that he opened the case is a leaf."""

import pytest
from sqlalchemy import select
from staff import Staff, id_of, staff

from rogatory_node.bench import bookcase
from rogatory_node.casebook.actors import ForbiddenError
from rogatory_node.casebook.readings import Reading, Readings
from rogatory_node.casework.roles import Role
from rogatory_node.storage.book_tables import readings
from rogatory_protocol.ids import Id16

__all__ = ["staff"]


@pytest.fixture
def url(sqlite_url: str) -> str:
    return sqlite_url


def test_the_reason_is_sealed_and_the_leaf_names_the_auditor(staff: Staff) -> None:
    bookcase.fill(staff.opened, staff.sealer, 1)
    auditor, noted = staff.add(Role.AUDITOR), Readings(sealer=staff.sealer, wall=lambda: float(staff.now))
    with pytest.raises(ForbiddenError):
        staff.one(noted.note, Reading(case=Id16(bytes(16)), reason=" ", by=auditor))
    with pytest.raises(ForbiddenError):
        staff.one(noted.note, Reading(case=Id16(bytes(16)), reason="curious", by=staff.add(Role.ADMINISTRATOR)))
    staff.one(noted.note, Reading(case=Id16(bytes(16)), reason="yearly review", by=auditor))
    (row,) = staff.do(lambda core: core.execute(select(readings)).all())
    assert staff.sealer.open("readings", "reason_sealed", row.id, row.reason_sealed) == b"yearly review"
    assert row.person == id_of(auditor)
    assert staff.log()[-1] == ("case.opened", f"auditor {id_of(auditor).hex()}")
