"""The database's history, in steps; run when it is opened, never by hand.

A new step after a change of `schema`: `python -m frisket_hub.store.migrations "what changes"`.
"""

from __future__ import annotations

import functools
from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = "frisket_hub:store/migrations"


class UnknownRevisionError(Exception):
    """The database is at a revision that this program does not have."""


def configuration(connection: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415  # as in upgrade

    config = Config()
    config.set_main_option("script_location", _FOLDER)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Every step that this database has not had, in the transaction of the connection."""
    current = current_revision(connection)
    if current == newest():
        return
    # Alembic takes half a second to be imported, which every start would pay and one start in a hundred needs
    from alembic import command  # noqa: PLC0415

    if current is not None and current not in revisions():
        raise UnknownRevisionError(current)
    command.upgrade(configuration(connection), "head")


def current_revision(connection: Connection) -> str | None:
    """Where Alembic left off in this database; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def newest() -> str:
    """The last step, by the number that its file's name begins with, which is its revision."""
    folder = files("frisket_hub") / "store/migrations/versions"
    return max(file.name.partition("_")[0] for file in folder.iterdir() if file.name[:1].isdigit())


@functools.cache
def revisions() -> tuple[str, ...]:
    """Every step that there is, the newest first."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415  # as in upgrade

    return tuple(
        step.revision for step in ScriptDirectory(str(files("frisket_hub") / "store/migrations")).walk_revisions()
    )
