"""The same call again, with the same key, is done once and answered alike."""

from typing import Any

import pytest
from office import url
from sqlalchemy import select
from staff import Staff, staff

from rogatory_node.casebook.once import KEPT_SECONDS, Key, KeyReusedError, Once, Onces
from rogatory_node.storage.book_tables import once
from rogatory_protocol.ids import Id16

__all__ = ["staff", "url"]
ME, OTHER = Id16(b"\x01" * 16), Id16(b"\x02" * 16)


def counted() -> tuple[list[str], Any]:
    done: list[str] = []

    def kind(_: Any, commands: list[str]) -> list[int]:
        done.extend(commands)
        return [len(done)]

    return done, kind


def command(kind: Any, *, person: Id16 = ME, word: str = "k", hash: bytes = bytes(32)) -> Once:
    key = Key(person=person, word=word, hash=hash)
    return Once(key=key, kind=kind, command="Prova", said=lambda result: b"number %d" % result)


@pytest.fixture
def onces(staff: Staff) -> Onces:
    return Onces(sealer=staff.sealer, wall=lambda: float(staff.now))


def test_it_is_done_once_also_within_one_group(staff: Staff, onces: Onces) -> None:
    done, kind = counted()
    first, again = staff.do(lambda core: onces.do(core, [command(kind), command(kind)]))
    assert (first.answer, first.result, again.answer, again.result, done) == (
        b"number 1", 1, b"number 1", None, ["Prova"],
    )  # fmt: skip
    assert staff.one(onces.do, command(kind)) == again
    assert staff.do(lambda core: onces.kept(core, command(kind).key)) == b"number 1"


def test_a_key_is_of_one_person_and_one_call(staff: Staff, onces: Onces) -> None:
    done, kind = counted()
    staff.one(onces.do, command(kind))
    for other in (command(kind, person=OTHER), command(kind, word="l")):
        assert staff.one(onces.do, other).result is not None
    with pytest.raises(KeyReusedError):
        staff.one(onces.do, command(kind, hash=b"\x01" * 32))
    assert len(done) == 3


def test_it_is_kept_for_a_day_and_sealed(staff: Staff, onces: Onces) -> None:
    _, kind = counted()
    staff.one(onces.do, command(kind))
    sealed = staff.do(lambda core: core.execute(select(once.c.answer_sealed)).scalar_one())
    assert b"number" not in sealed
    staff.now += KEPT_SECONDS
    assert staff.one(onces.do, command(kind)).answer == b"number 2"
    assert len(staff.do(lambda core: core.execute(select(once)).all())) == 1


def test_what_failed_is_not_kept(staff: Staff, onces: Onces) -> None:
    def broken(_: Any, commands: list[str]) -> list[int]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        staff.one(onces.do, command(broken))
    _, kind = counted()
    assert staff.one(onces.do, command(kind)).result == 1
