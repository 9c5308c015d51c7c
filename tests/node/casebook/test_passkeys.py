"""Passkeys in the book: whose they are, and that a copy gives itself away."""

import pytest
from staff import Staff, id_of, staff

from rogatory_node.casebook.actors import Acting
from rogatory_node.casebook.passkeys import (
    MOST,
    Adding,
    Passkey,
    PasskeyCopiedError,
    Passkeys,
    PasskeyTakenError,
    PasskeyUnknownError,
    Removing,
    Using,
)
from rogatory_node.casebook.people import NameUnfitError
from rogatory_node.casework.roles import Role

__all__ = ["staff"]


@pytest.fixture
def url(sqlite_url: str) -> str:
    """One engine: plain rows, which the tables' own test holds on both."""
    return sqlite_url


@pytest.fixture
def keys(staff: Staff) -> Passkeys:
    return Passkeys(sealer=staff.sealer, wall=lambda: float(staff.now))


def add(staff: Staff, keys: Passkeys, who: Acting, credential: bytes = b"c", label: str = "Ring") -> Passkey:
    adding = Adding(by=who, credential=credential, public_key=b"k", count=0, label=label)
    found: Passkey = staff.one(keys.add, adding)
    return found


def test_a_device_is_added_used_and_removed_by_its_person(staff: Staff, keys: Passkeys) -> None:
    ana, bo = staff.add(Role.HANDLER), staff.add(Role.HANDLER)
    held = add(staff, keys, ana)
    assert staff.one(keys.use, Using(passkey=held.id, count=0)) == id_of(ana)
    assert staff.do(lambda core: keys.listed(core, id_of(ana)))[0].used_at == staff.now
    with pytest.raises(PasskeyUnknownError):
        staff.one(keys.remove, Removing(by=bo, passkey=held.id))
    staff.one(keys.remove, Removing(by=ana, passkey=held.id))
    with pytest.raises(PasskeyUnknownError):
        staff.one(keys.use, Using(passkey=held.id, count=1))
    assert [ev for ev, _ in staff.log()[-2:]] == ["passkey.added", "passkey.removed"]


def test_WEB_25_a_counter_that_stands_still_is_a_copy(staff: Staff, keys: Passkeys) -> None:
    held = add(staff, keys, staff.add(Role.HANDLER))
    staff.one(keys.use, Using(passkey=held.id, count=7))
    for count in (7, 3, 0):
        with pytest.raises(PasskeyCopiedError):
            staff.one(keys.use, Using(passkey=held.id, count=count))
    staff.one(keys.use, Using(passkey=held.id, count=8))


def test_a_device_has_one_person_and_a_person_not_too_many(staff: Staff, keys: Passkeys) -> None:
    ana, bo = staff.add(Role.HANDLER), staff.add(Role.HANDLER)
    add(staff, keys, ana)
    with pytest.raises(PasskeyTakenError):
        add(staff, keys, bo)
    with pytest.raises(NameUnfitError):
        add(staff, keys, bo, b"d", "two\nlines")
    for n in range(1, MOST):
        add(staff, keys, ana, b"c%d" % n)
    with pytest.raises(PasskeyTakenError):
        add(staff, keys, ana, b"one more")
