"""The database's history, in steps; run when it is opened, never by hand.

A new step after a change of `schema`: `python -m frisket_hub.store.migrations "what changes"`.
"""

from __future__ import annotations

import functools
from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

_FOLDER = "frisket_hub:store/migrations"


class UnknownRevisionError(Exception):
    """The database is at a revision that this program does not have."""


def configuration(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", _FOLDER)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Every step that this database has not had, in the transaction of the connection."""
    current = MigrationContext.configure(connection).get_current_revision()
    if current == revisions()[0]:
        return
    if current is not None and current not in revisions():
        raise UnknownRevisionError(current)
    command.upgrade(configuration(connection), "head")


@functools.cache
def revisions() -> tuple[str, ...]:
    """Every step that there is, the newest first."""
    return tuple(
        step.revision for step in ScriptDirectory(str(files("frisket_hub") / "store/migrations")).walk_revisions()
    )
