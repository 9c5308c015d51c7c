"""Sign-ins in the book: links once, names folded, codes once, nothing to steal from the database."""

import pytest
from sqlalchemy import select
from staff import NOW, Staff, id_of, staff

from rogatory_node.casebook.actors import OPERATOR, Acting, ForbiddenError, UnknownActorError
from rogatory_node.casebook.people import Disabling, SelfError
from rogatory_node.casebook.sessions import Beginning, SessionError, Sessions
from rogatory_node.casebook.sign_in import (
    LINK_SECONDS,
    CodeUsedError,
    Linking,
    LinkUnknownError,
    NameTakenError,
    Proof,
    Set,
    Setting,
    SignIn,
    SignInNameUnfitError,
)
from rogatory_node.casework.roles import Role
from rogatory_node.storage.book_tables import recovery_codes, sign_in_links, sign_ins

__all__ = ["staff"]


@pytest.fixture
def signing(staff: Staff) -> SignIn:
    return SignIn(sealer=staff.sealer, wall=lambda: float(staff.now))


def set_up(staff: Staff, signing: SignIn, who: Acting, name: str = "a.prova") -> Set:
    linked = staff.one(signing.link, Linking(person=id_of(who)))
    done: Set = staff.one(signing.set, Setting(words=linked.words, name=name, password="$argon", step=5))
    return done


def test_who_is_set_up_is_known_by_his_folded_name(staff: Staff, signing: SignIn) -> None:
    who = staff.add(Role.HANDLER)
    set_up(staff, signing, who, " Ána.Prova ")
    known = staff.do(lambda core: signing.known(core, "ÁNA.PROVA"))
    assert known is not None
    assert (known.person, known.password, known.step) == (id_of(who), "$argon", 5)
    assert staff.do(lambda core: signing.known_person(core, id_of(who))) == known
    for name in ("ana.prova", "", "x" * 200):
        assert staff.do(lambda core, name=name: signing.known(core, name)) is None
    assert [ev for ev, _ in staff.log()[-2:]] == ["sign-in.link", "sign-in.set"]


def test_a_link_works_once_within_its_time(staff: Staff, signing: SignIn) -> None:
    who = staff.add(Role.HANDLER)
    words = staff.one(signing.link, Linking(person=id_of(who))).words
    other = staff.one(signing.link, Linking(person=id_of(who))).words
    staff.one(signing.set, Setting(words=words, name="a", password="$argon", step=5))
    for used in (words, other, "", "é", words[:-2]):
        with pytest.raises(LinkUnknownError):
            staff.one(signing.set, Setting(words=used, name="a", password="$argon", step=5))
    late = staff.one(signing.link, Linking(person=id_of(who))).words
    staff.now += LINK_SECONDS
    with pytest.raises(LinkUnknownError):
        staff.do(lambda core: signing.link_of(core, late))


def test_a_link_is_given_by_who_manages_people_and_never_to_himself(staff: Staff, signing: SignIn) -> None:
    boss, who = staff.add(Role.ADMINISTRATOR), staff.add(Role.HANDLER)
    staff.one(signing.link, Linking(person=id_of(who), by=boss))
    with pytest.raises(SelfError):
        staff.one(signing.link, Linking(person=id_of(boss), by=boss))
    with pytest.raises(ForbiddenError):
        staff.one(signing.link, Linking(person=id_of(boss), by=who))
    staff.one(staff.people.disable, Disabling(person=id_of(who), by=OPERATOR))
    with pytest.raises(UnknownActorError):
        staff.one(signing.link, Linking(person=id_of(who), by=boss))


def test_a_new_link_ends_what_was_before(staff: Staff, signing: SignIn) -> None:
    who = staff.add(Role.HANDLER)
    first = set_up(staff, signing, who)
    sessions = Sessions(sealer=staff.sealer, wall=lambda: float(staff.now))
    words = staff.one(sessions.begin, Beginning(person=id_of(who), method="link", agent=""))
    set_up(staff, signing, who, "other")
    with pytest.raises(SessionError):
        staff.do(lambda core: sessions.find(core, words))
    with pytest.raises(CodeUsedError):
        staff.one(signing.use, Proof(person=id_of(who), code=first.codes[0]))
    assert staff.do(lambda core: signing.known(core, "a.prova")) is None


def test_two_do_not_sign_in_under_one_name(staff: Staff, signing: SignIn) -> None:
    set_up(staff, signing, staff.add(Role.HANDLER))
    for name, error in (("A.PROVA", NameTakenError), ("a\nb", SignInNameUnfitError), (" ", SignInNameUnfitError)):
        with pytest.raises(error):
            set_up(staff, signing, staff.add(Role.HANDLER), name)


def test_WEB_24_codes_count_once(staff: Staff, signing: SignIn) -> None:
    who, other = staff.add(Role.HANDLER), staff.add(Role.HANDLER)
    codes = set_up(staff, signing, who).codes
    set_up(staff, signing, other, "other")
    for step, good in ((5, False), (7, True), (6, False), (8, True)):
        proof = Proof(person=id_of(who), step=step)
        if good:
            staff.one(signing.use, proof)
        else:
            with pytest.raises(CodeUsedError):
                staff.one(signing.use, proof)
    with pytest.raises(CodeUsedError):
        staff.one(signing.use, Proof(person=id_of(other), code=codes[0]))
    staff.one(signing.use, Proof(person=id_of(who), code=codes[0].replace("-", " ").upper()))
    with pytest.raises(CodeUsedError):
        staff.one(signing.use, Proof(person=id_of(who), code=codes[0]))
    assert staff.do(lambda core: signing.codes_left(core, id_of(who))) == 7
    fresh = staff.one(signing.renew_codes, who)
    assert set(fresh).isdisjoint(codes)
    assert staff.do(lambda core: signing.codes_left(core, id_of(who))) == 8


def test_the_database_shows_no_name_no_password_and_no_code(staff: Staff, signing: SignIn) -> None:
    who = staff.add(Role.HANDLER)
    codes = set_up(staff, signing, who).codes
    held = b""
    for table in (sign_ins, sign_in_links, recovery_codes):
        for row in staff.do(lambda core, table=table: core.execute(select(table)).all()):
            held += b"".join(bytes(value) for value in row if isinstance(value, bytes))
    for secret in (b"a.prova", b"$argon", *(code.encode() for code in codes)):
        assert secret not in held
    assert staff.now == NOW
