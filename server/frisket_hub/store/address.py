"""Where the hub's database lies: a file in the data folder, or what the environment names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from frisket_hub.errors import HubError

DATABASE_VARIABLE = "FRISKET_DATABASE_URL"
DATABASE_FILE = "hub.sqlite"

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


def database_url(data: Path, environment: Mapping[str, str] = os.environ) -> str:
    """The SQLAlchemy URL of the hub's database: the folder's SQLite file, unless the environment names another."""
    named = environment.get(DATABASE_VARIABLE)
    if not named:
        return f"sqlite+aiosqlite:///{data.absolute() / DATABASE_FILE}"
    try:
        url = make_url(named)
    except ArgumentError:
        raise HubError(f"{DATABASE_VARIABLE}: not a database URL; such as postgresql://user@host/database") from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        known = ", ".join(sorted(set(_DRIVERS.values())))
        raise HubError(f"{DATABASE_VARIABLE}: {url.drivername} is not supported; it takes {known}")
    return url.set(drivername=driver).render_as_string(hide_password=False)
