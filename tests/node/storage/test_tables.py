"""The tables and their migrations."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, LargeBinary, text

from rogatory_node import migrations
from rogatory_node.storage import book_tables  # noqa: F401 - its tables join the metadata
from rogatory_node.storage.engine import open_writing
from rogatory_node.storage.errors import SchemaError
from rogatory_node.storage.tables import metadata


def test_the_migrations_make_exactly_the_tables(database: str) -> None:
    connection = open_writing(database)

    def differences(core: Connection) -> list[object]:
        with core.begin():
            context = MigrationContext.configure(core, opts={"compare_type": True})
            return [each for each in compare_metadata(context, metadata) if "alembic_version" not in str(each)]

    assert connection.run(differences) == []
    connection.close()


def test_an_upgrade_may_be_repeated(database: str) -> None:
    connection = open_writing(database)
    connection.run(migrations.upgrade)
    connection.run(migrations.require_current)
    assert connection.run(migrations.revision) == migrations.REVISION
    connection.close()


def test_an_empty_database_is_not_started_on(url: str) -> None:
    connection = open_writing(url)
    with pytest.raises(SchemaError) as caught:
        connection.run(migrations.require_current)
    assert caught.value.seen is None
    assert not caught.value.newer
    connection.close()


@pytest.mark.parametrize("function", [migrations.upgrade, migrations.require_current])
def test_a_database_of_a_later_program_is_refused(database: str, function: object) -> None:
    connection = open_writing(database)

    def age(core: Connection) -> None:
        with core.begin():
            core.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    connection.run(age)
    with pytest.raises(SchemaError) as caught:
        connection.run(function)  # type: ignore[arg-type]
    assert caught.value.newer
    connection.close()


def test_STO_16_a_migration_that_stops_half_way_leaves_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic.operations import Operations

    made: list[str] = []
    create_table = Operations.create_table

    def stop_at_the_fifth(self: Operations, name: str, *columns: object, **options: object) -> object:
        made.append(name)
        if len(made) == 5:
            raise KeyboardInterrupt
        return create_table(self, name, *columns, **options)  # type: ignore[arg-type]

    connection = open_writing(url)
    with monkeypatch.context() as patch:
        patch.setattr("alembic.op.create_table", lambda *a, **k: stop_at_the_fifth(_operations(), *a, **k))
        with pytest.raises(KeyboardInterrupt):
            connection.run(migrations.upgrade)
    assert connection.run(migrations.revision) is None

    connection.run(migrations.upgrade)
    connection.run(migrations.require_current)
    connection.close()


def _operations() -> object:
    from alembic import op

    return op._proxy


def test_the_revision_named_is_the_newest_file() -> None:
    config = Config()
    config.set_main_option("script_location", "rogatory_node:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [migrations.REVISION]


def test_tables_with_blobs_keep_their_rowid() -> None:
    for table in metadata.tables.values():
        if any(isinstance(column.type, LargeBinary) for column in table.columns):
            assert table.dialect_options["sqlite"]["with_rowid"] is True
