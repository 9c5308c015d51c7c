"""Tokens: shown once, kept as a hash, never more than their person, ended at once."""

import pytest
from sqlalchemy import select
from staff import NOW, Staff, id_of, staff

from rogatory_node.casebook.actors import Acting, ForbiddenError, UnknownActorError, load, permitted
from rogatory_node.casebook.people import Changing, NameUnfitError
from rogatory_node.casebook.tokens import LifeError, Making, Revoking, ScopeError, TokenUnknownError, identify
from rogatory_node.casework.roles import Action, Role
from rogatory_node.storage.book_tables import tokens
from rogatory_protocol.ids import Id16
from rogatory_protocol.limits import DAY_SECONDS

__all__ = ["staff"]


def test_a_token_says_who_acts(staff: Staff) -> None:
    who = staff.add(Role.DRAFTER)
    acting, words = staff.by_token(who)
    assert words.startswith("rgt_")
    assert staff.do(lambda core: identify(core, words)) == acting
    held = permitted(staff.do(lambda core: load(core, who, now=NOW)))
    assert permitted(staff.do(lambda core: load(core, acting, now=NOW))) == held
    assert staff.log()[-1] == ("token.made", f"drafter {id_of(who).hex()}")


def test_WEB_27_the_database_holds_a_hash_and_no_words(staff: Staff) -> None:
    _, words = staff.by_token(staff.add(Role.DRAFTER))
    row = staff.do(lambda core: core.execute(select(tokens)).one())
    secret = words[-43:]
    assert len(row.hash) == 32
    assert secret.encode() not in b"".join(bytes(value) for value in row if isinstance(value, bytes))
    assert b"script" not in row.label_sealed


@pytest.mark.parametrize("change", [lambda w: w[:-1], lambda w: w + "A", lambda w: "", lambda w: w.replace("rgt_", "")])
def test_words_that_are_no_token_are_nobody(staff: Staff, change: object) -> None:
    _, words = staff.by_token(staff.add(Role.DRAFTER))
    with pytest.raises(UnknownActorError):
        staff.do(lambda core: identify(core, change(words)))  # type: ignore[operator]


def test_the_secret_of_one_token_does_not_open_another(staff: Staff) -> None:
    who = staff.add(Role.DRAFTER)
    (_, one), (_, other) = staff.by_token(who), staff.by_token(who)
    mixed = one[:37] + other[37:]
    with pytest.raises(UnknownActorError):
        staff.do(lambda core: identify(core, mixed))


def test_scopes_never_go_beyond_the_person(staff: Staff) -> None:
    who = staff.add(Role.DRAFTER)
    with pytest.raises(ScopeError) as caught:
        staff.by_token(who, scopes=frozenset({Action.DRAFT_READ, Action.DRAFT_APPROVE}))
    assert caught.value.actions == {Action.DRAFT_APPROVE}
    with pytest.raises(ScopeError):
        staff.by_token(who, scopes=frozenset())
    acting, _ = staff.by_token(who, scopes=frozenset({Action.DRAFT_READ}))
    assert permitted(staff.do(lambda core: load(core, acting, now=NOW))) == {Action.DRAFT_READ}


def test_WEB_32_a_token_loses_what_its_person_lost(staff: Staff) -> None:
    who = staff.add(Role.DRAFTER, Role.SIGNATORY)
    acting, _ = staff.by_token(who)
    staff.one(staff.people.change, Changing(person=id_of(who), roles=frozenset({Role.DRAFTER})))
    assert Action.DRAFT_APPROVE not in permitted(staff.do(lambda core: load(core, acting, now=NOW)))


def test_WEB_27_a_token_ends_at_its_time_and_when_it_is_revoked(staff: Staff) -> None:
    who = staff.add(Role.DRAFTER)
    (short, _), (long, _) = staff.by_token(who, days=1), staff.by_token(who, days=10)
    staff.do(lambda core: load(core, short, now=NOW + DAY_SECONDS - 1))
    with pytest.raises(UnknownActorError):
        staff.do(lambda core: load(core, short, now=NOW + DAY_SECONDS))
    assert long.token is not None
    assert staff.one(staff.tokens.revoke, Revoking(token=long.token, by=who)).revoked_at == NOW
    before = len(staff.log())
    with pytest.raises(UnknownActorError):
        staff.do(lambda core: load(core, long, now=NOW))
    staff.one(staff.tokens.revoke, Revoking(token=long.token, by=who))
    assert len(staff.log()) == before


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_token_has_an_end(staff: Staff, days: int) -> None:
    who = staff.add(Role.DRAFTER)
    with pytest.raises(LifeError):
        staff.by_token(who, days=days)


def test_a_token_makes_no_token(staff: Staff) -> None:
    who = staff.add(Role.DRAFTER)
    acting, _ = staff.by_token(who)
    with pytest.raises(ForbiddenError):
        staff.one(staff.tokens.make, Making(person=id_of(who), label="again", by=acting))


def test_WEB_01_nobody_makes_or_revokes_anothers_token_but_an_administrator(staff: Staff) -> None:
    one, other, admin = staff.add(Role.DRAFTER), staff.add(Role.SIGNATORY), staff.add(Role.ADMINISTRATOR)
    acting, _ = staff.by_token(other)
    assert acting.token is not None
    with pytest.raises(ForbiddenError):
        staff.one(staff.tokens.make, Making(person=id_of(other), label="mine", by=one))
    with pytest.raises(ForbiddenError):
        staff.one(staff.tokens.revoke, Revoking(token=acting.token, by=one))
    staff.one(staff.tokens.revoke, Revoking(token=acting.token, by=admin))


def test_labels_and_identifiers_are_checked(staff: Staff) -> None:
    who = staff.add(Role.DRAFTER)
    with pytest.raises(NameUnfitError):
        staff.one(staff.tokens.make, Making(person=id_of(who), label="", by=who))
    with pytest.raises(TokenUnknownError):
        staff.one(staff.tokens.revoke, Revoking(token=Id16(bytes(16)), by=who))
    foreign, _ = staff.by_token(who)
    stranger = Acting(person=id_of(staff.add(Role.DRAFTER)), token=foreign.token)
    with pytest.raises(UnknownActorError):
        staff.do(lambda core: load(core, stranger, now=NOW))
