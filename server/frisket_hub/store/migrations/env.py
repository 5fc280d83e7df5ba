"""Where Alembic begins: on the connection that `migrations.upgrade` brings."""

from __future__ import annotations

from alembic import context

from frisket_hub.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, compare_type=True)
context.run_migrations()
