"""The schema's history, applied from Python; there is no alembic.ini.

* A database is upgraded in one transaction: killed half-way, it is what it was.
* A program starts only on its own revision. A database written by a later program is refused, not guessed at.
"""

from typing import Final

from sqlalchemy import Connection, inspect, text

from rogatory_node.storage.errors import SchemaError

REVISION: Final = "0002"
"""The newest revision; a test holds it equal to the newest file, so that starting need not load alembic."""


def upgrade(connection: Connection) -> None:
    """Bring the schema to this program's revision. Run it over the writing connection.

    Raises:
        SchemaError: A later program wrote this database.
    """
    from alembic import command
    from alembic.config import Config

    refuse_newer(connection)
    config = Config()
    config.set_main_option("script_location", "rogatory_node:migrations")
    config.attributes["connection"] = connection
    with connection.begin():
        command.upgrade(config, "head")


def require_current(connection: Connection) -> None:
    """Check that the schema is this program's.

    Raises:
        SchemaError: It is older, newer or absent.
    """
    seen = revision(connection)
    if seen != REVISION:
        raise SchemaError(seen=seen, wanted=REVISION, newer=seen is not None and seen > REVISION)


def refuse_newer(connection: Connection) -> None:
    """Check that no later program wrote this database.

    Raises:
        SchemaError: One did.
    """
    seen = revision(connection)
    if seen is not None and seen > REVISION:
        raise SchemaError(seen=seen, wanted=REVISION, newer=True)


def revision(connection: Connection) -> str | None:
    """Return the revision of the database, or None for an empty one."""
    with connection.begin():
        if not inspect(connection).has_table("alembic_version"):
            return None
        seen: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return seen
