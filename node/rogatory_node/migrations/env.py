"""How alembic runs a migration: over the connection and in the transaction of its caller."""

from alembic import context

from rogatory_node.storage import book_tables  # noqa: F401 - its tables join the metadata
from rogatory_node.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite changes a table by copying it.
    render_as_batch=True,
    compare_type=True,
    compare_server_default=True,
)
context.run_migrations()
