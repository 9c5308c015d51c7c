"""An authority with people, over a real database: for the tests of the book. Fixtures to import."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, select

from rogatory_node import migrations
from rogatory_node.casebook.actors import Acting
from rogatory_node.casebook.people import Adding, People
from rogatory_node.casebook.tokens import Making, Tokens
from rogatory_node.casework.roles import Role
from rogatory_node.storage import audit_log
from rogatory_node.storage.engine import WritingConnection, open_writing
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import audit
from rogatory_protocol.audit import parse_leaf
from rogatory_protocol.ids import Id16

NOW = 1_800_000_000
R = TypeVar("R")


class Staff:
    """People, and a clock that a test sets."""

    def __init__(self, opened: WritingConnection) -> None:
        """Begin with nobody."""
        self.opened, self.now, self.sealer = opened, NOW, RowSealer(bytes(32))
        with_them: dict[str, Any] = {"sealer": self.sealer, "wall": lambda: float(self.now), "random": os.urandom}
        self.people, self.tokens = People(**with_them), Tokens(**with_them)

    def do(self, work: Callable[[Connection], R]) -> R:
        """Run as the writer does: one transaction, kept or not at all."""

        def whole(core: Connection) -> R:
            with core.begin():
                return work(core)

        return self.opened.run(whole)

    def one(self, kind: Callable[[Connection, list[Any]], Any], command: Any) -> Any:
        """Run one command of a kind."""
        return self.do(lambda core: kind(core, [command]))[0]

    def add(self, *roles: Role, name: str = "Ana Prova", **more: Any) -> Acting:
        """Add a person; return how he acts."""
        return Acting(person=self.one(self.people.add, Adding(name=name, roles=frozenset(roles), **more)).id)

    def by_token(self, who: Acting, **more: Any) -> tuple[Acting, str]:
        """Make a token for a person; return how he acts by it, and its words."""
        assert who.person is not None
        made = self.one(self.tokens.make, Making(person=who.person, label="script", by=who, **more))
        return Acting(person=who.person, token=made.token.id), made.words

    def log(self) -> list[tuple[str, str]]:
        """Return what the audit log says: event and who."""
        leaves = self.do(lambda core: core.execute(select(audit.c.leaf).order_by(audit.c.n)).scalars().all())
        return [(leaf.ev, leaf.who) for leaf in map(parse_leaf, map(bytes, leaves))]


def id_of(who: Acting) -> Id16:
    """Return the identifier of a person who acts."""
    assert who.person is not None
    return who.person


@contextmanager
def prepared(url: str) -> Iterator[Staff]:
    """Give an empty database the schema and nobody, as long as the block runs."""
    opened = open_writing(url)
    opened.run(migrations.upgrade)
    staff = Staff(opened)
    staff.do(partial(audit_log.found, now=NOW, random=os.urandom))
    yield staff
    opened.close()


@pytest.fixture
def staff(database: str) -> Iterator[Staff]:
    with prepared(database) as staff:
        yield staff
