"""Writes the step from the migrations so far to `schema`: `python -m frisket_hub.store.migrations "what changes"`."""

from __future__ import annotations

import sys

from alembic import command
from sqlalchemy import create_engine

from frisket_hub.store.migrations import configuration, revisions, upgrade

with create_engine("sqlite://").begin() as connection:
    upgrade(connection)
    number = f"{len(revisions()) + 1:04}"
    command.revision(configuration(connection), message=sys.argv[1], autogenerate=True, rev_id=number)
