"""Sessions: they end by themselves, one by one and together; a form belongs to one of them."""

import pytest
from sqlalchemy import select
from staff import Staff, id_of, staff

from rogatory_node.casebook.sessions import (
    FRESH_SECONDS,
    IDLE_SECONDS,
    LIFE_SECONDS,
    Beginning,
    Ending,
    Seen,
    Session,
    SessionError,
    Sessions,
    form_token,
    is_form_token,
)
from rogatory_node.casework.roles import Role
from rogatory_node.storage.book_tables import sessions as table

__all__ = ["staff"]


@pytest.fixture
def url(sqlite_url: str) -> str:
    """One engine: plain rows, which the tables' own test holds on both."""
    return sqlite_url


@pytest.fixture
def sessions(staff: Staff) -> Sessions:
    return Sessions(sealer=staff.sealer, wall=lambda: float(staff.now))


def found(staff: Staff, sessions: Sessions, words: str) -> Session:
    return staff.do(lambda core: sessions.find(core, words))


def test_WEB_08_a_session_ends_idle_and_after_half_a_day(staff: Staff, sessions: Sessions) -> None:
    beginning = Beginning(person=id_of(staff.add(Role.HANDLER)), method="password", agent="Browser é" * 100)
    words = staff.one(sessions.begin, beginning)
    begun = found(staff, sessions, words)
    assert begun.agent == ("Browser é" * 100)[:200]
    while staff.now + IDLE_SECONDS - 1 < begun.begun_at + LIFE_SECONDS:
        staff.now += IDLE_SECONDS - 1
        staff.one(sessions.seen, Seen(session=found(staff, sessions, words).hash))
    assert not found(staff, sessions, words).fresh_at(staff.now)
    staff.one(sessions.seen, Seen(session=begun.hash, proved=True))
    assert found(staff, sessions, words).fresh_at(staff.now + FRESH_SECONDS - 1)
    staff.now = begun.begun_at + LIFE_SECONDS
    with pytest.raises(SessionError):
        found(staff, sessions, words)
    other = staff.one(sessions.begin, beginning)
    staff.now += IDLE_SECONDS
    with pytest.raises(SessionError):
        found(staff, sessions, other)


def test_one_ends_his_own_sessions_and_no_others(staff: Staff, sessions: Sessions) -> None:
    ana, bo = staff.add(Role.HANDLER), staff.add(Role.HANDLER)
    mine = [staff.one(sessions.begin, Beginning(person=id_of(ana), method="passkey", agent=str(n))) for n in range(3)]
    his = staff.one(sessions.begin, Beginning(person=id_of(bo), method="passkey", agent=""))
    here = found(staff, sessions, mine[0]).hash
    assert staff.one(sessions.end, Ending(by=ana, session=found(staff, sessions, his).hash)) == 0
    assert staff.one(sessions.end, Ending(by=ana, session=found(staff, sessions, mine[1]).hash)) == 1
    assert staff.one(sessions.end, Ending(by=ana, but=here)) == 1
    assert [each.hash for each in staff.do(lambda core: sessions.listed(core, id_of(ana)))] == [here]
    assert found(staff, sessions, his).person == id_of(bo)
    staff.one(sessions.end, Ending(by=ana))
    staff.one(sessions.seen, Seen(session=here, proved=True))
    for words in (*mine, "", "é", "A" * 43):
        with pytest.raises(SessionError):
            found(staff, sessions, words)
    assert [ev for ev, _ in staff.log()].count("session.ended") == 3


def test_the_database_holds_a_hash_and_no_words(staff: Staff, sessions: Sessions) -> None:
    staff.one(sessions.begin, Beginning(person=id_of(staff.add(Role.HANDLER)), method="link", agent="Browser"))
    row = staff.do(lambda core: core.execute(select(table)).one())
    assert b"Browser" not in row.agent_sealed


def test_WEB_07_a_form_belongs_to_its_session_and_looks_different_each_time(staff: Staff, sessions: Sessions) -> None:
    beginning = Beginning(person=id_of(staff.add(Role.HANDLER)), method="link", agent="")
    one, other = (staff.one(sessions.begin, beginning) for _ in range(2))
    token = form_token(one)
    assert token != form_token(one)
    assert is_form_token(one, token)
    for wrong in (form_token(other), token[:-4], "", "é", token.swapcase(), token + "AAAA"):
        assert not is_form_token(one, wrong)
