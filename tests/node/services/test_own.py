"""Who a running node is."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from rogatory_keys.errors import KeyFileFault
from rogatory_node import migrations
from rogatory_node.home import Home
from rogatory_node.services.founding import Founding, found
from rogatory_node.services.own import ClockError, NoAuthorityError, OwnKeyError, load
from rogatory_node.storage.engine import open_writing
from rogatory_node.storage.tables import boots
from rogatory_node.storage.writer import Writer
from rogatory_protocol.statement import Statement

NOW = 1_800_000_000
KEY = b"h" * 32


def make(home: Home, origin: str | None = None) -> Statement:
    roles = ("mla",) if origin is None else ("registry",)
    plan = Founding(
        names={"en": "Authority of XA"}, cc="XA", roles=roles, passphrases=("correct horse battery",), origin=origin,
        host="xa.example", settings='name = "Authority of XA"\n',
    )  # fmt: skip
    return found(home, plan, KEY, now=NOW)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Statement]:
    home = Home(root=tmp_path_factory.mktemp("own") / "xa")
    return home, make(home, "xa.example/log")


@pytest.fixture
def running(made: tuple[Home, Statement]) -> Iterator[Writer]:
    writer = Writer(partial(open_writing, f"sqlite:///{made[0].database}"))
    writer.start()
    yield writer
    writer.close()


def test_it_is_who_the_statement_says(made: tuple[Home, Statement], running: Writer) -> None:
    home, statement = made
    own = load(home, KEY, running, wall=lambda: NOW + 5)
    assert (own.aid, own.statement, own.started) == (statement.aid, statement, NOW + 5)
    assert own.seal.public == statement.content.seal[0].pub
    assert own.node.public == statement.content.node[0].pub
    assert own.log is not None
    assert statement.content.log is not None
    assert own.log.public == statement.content.log.public


def test_every_start_is_noted_and_the_incarnation_stays(made: tuple[Home, Statement], running: Writer) -> None:
    first, second = (load(made[0], KEY, running, wall=lambda: NOW) for _ in range(2))
    assert first.boot != second.boot
    assert first.inc == second.inc
    noted = running.submit(lambda c, n: [{bytes(row.boot) for row in c.execute(select(boots))}], None).result()
    assert {first.boot, second.boot} <= noted


def test_no_secret_is_shown(made: tuple[Home, Statement], running: Writer) -> None:
    shown = repr(load(made[0], KEY, running, wall=lambda: NOW))
    assert "SigningKey" not in shown
    assert "sealer" not in shown
    assert "LogKeys" not in shown


def test_the_wrong_home_key_is_told_with_the_file(made: tuple[Home, Statement], running: Writer) -> None:
    with pytest.raises(OwnKeyError) as refused:
        load(made[0], b"w" * 32, running, wall=lambda: NOW)
    assert (refused.value.path.name, refused.value.fault) == ("seal.key", KeyFileFault.WRONG_SECRET)


def test_a_missing_key_file_is_told(made: tuple[Home, Statement], running: Writer) -> None:
    path = made[0].keys / "store.key"
    aside = path.rename(path.with_suffix(".aside"))
    try:
        with pytest.raises(OwnKeyError) as refused:
            load(made[0], KEY, running, wall=lambda: NOW)
    finally:
        aside.rename(path)
    assert (refused.value.path, refused.value.fault) == (path, None)


@pytest.mark.parametrize("name", ["seal", "node", "log"])
def test_a_key_that_the_statement_does_not_name_is_refused(
    made: tuple[Home, Statement], running: Writer, tmp_path: Path, name: str
) -> None:
    other = Home(root=tmp_path / "xb")
    make(other, "xb.example/log")
    path = made[0].keys / f"{name}.key"
    kept = path.read_bytes()
    path.write_bytes((other.keys / f"{name}.key").read_bytes())
    try:
        with pytest.raises(OwnKeyError) as refused:
            load(made[0], KEY, running, wall=lambda: NOW)
    finally:
        path.write_bytes(kept)
    assert (refused.value.path, refused.value.fault) == (path, KeyFileFault.MISMATCH)


def test_a_clock_far_behind_is_refused(made: tuple[Home, Statement], running: Writer) -> None:
    load(made[0], KEY, running, wall=lambda: NOW - 600)
    with pytest.raises(ClockError) as refused:
        load(made[0], KEY, running, wall=lambda: NOW - 660)
    assert refused.value.seconds == 660


def test_a_database_without_authority_is_refused(made: tuple[Home, Statement], tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/empty.db"
    connection = open_writing(url)
    connection.run(migrations.upgrade)
    connection.close()
    writer = Writer(partial(open_writing, url))
    writer.start()
    with pytest.raises(NoAuthorityError):
        load(made[0], KEY, writer, wall=lambda: NOW)
    writer.close()
