"""What the hub does by itself, once a minute: it moves the rollout on, and signs what nears its end.

It may fail, and never takes the hub down. Of several hub processes on one database each does it; the rows that it
locks make the second find nothing left to do.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.profile_db import rollout
from frisket_hub.profile_db.online import OnlineKeys, OnlineKeysError, renew
from frisket_hub.settings import Settings
from frisket_hub.store import members
from frisket_hub.store.engine import Store

_log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def running(store: Store, settings: Settings) -> AsyncIterator[None]:
    """While the block lasts."""
    task = asyncio.create_task(_keep_up(store, settings), name="upkeep of the profile database")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def once(store: Store, settings: Settings, *, now: dt.datetime) -> None:
    """One round. Each part is a transaction of its own, and what goes wrong in it is logged."""
    async with store.reading() as connection:
        provider = await members.provider(connection)
    if provider is None:
        return
    own = provider.member_id
    await _try(store, "the rollout", lambda connection: rollout.evaluate(connection, own, now=now))
    if settings.online_keys is not None and settings.online_keys.is_dir():
        folder = settings.online_keys
        await _try(store, "the timestamp", lambda connection: _renew(connection, own, folder, now))


async def _keep_up(store: Store, settings: Settings) -> None:
    while True:
        await asyncio.sleep(settings.upkeep_every.total_seconds())
        try:
            await once(store, settings, now=dt.datetime.now(dt.UTC))
        except Exception:  # noqa: BLE001  # the next round tries again; the hub goes on meanwhile
            _log.exception("the upkeep of the profile database failed")


async def _try(store: Store, what: str, work: Callable[[AsyncConnection], Awaitable[object]]) -> None:
    try:
        await store.write(work)
    except OnlineKeysError as error:
        _log.warning("%s: %s", what, error)
    except Exception:  # noqa: BLE001  # the other part goes on
        _log.exception("%s could not be looked after; it is tried again in a minute", what)


async def _renew(connection: AsyncConnection, provider: str, folder: Path, now: dt.datetime) -> None:
    if await renew(connection, provider, OnlineKeys.load(folder), now=now):
        _log.info("the timestamp of the profile database was signed anew")
