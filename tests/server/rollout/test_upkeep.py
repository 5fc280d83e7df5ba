"""What the hub does by itself every minute, and that nothing of it takes the hub down."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from pathlib import Path

import pytest

from frisket_hub import app
from frisket_hub.profile_db import upkeep
from frisket_hub.settings import Settings
from frisket_hub.store.engine import Store

from .crowd import START, Crowd, open_crowd

_LATER = START + dt.timedelta(hours=3)


async def _started(crowd: Crowd) -> None:
    async def work(connection: object) -> None:
        await crowd.publish(connection, 1)  # type: ignore[arg-type]
        await crowd.start(connection, 1)  # type: ignore[arg-type]

    await crowd.store.write(work)


def test_two_hubs_open_one_ring_between_them(database_url: str) -> None:
    async def run() -> None:
        async with open_crowd(database_url, 3) as crowd:
            await _started(crowd)
            other = await Store.open(database_url)
            try:
                await asyncio.gather(*(upkeep.once(store, Settings(), now=_LATER) for store in (crowd.store, other)))
            finally:
                await other.close()
            found = await crowd.store.write(crowd.newest)
            assert (found.ring, found.ring_at) == (2, _LATER)

    asyncio.run(run())


def test_a_running_application_looks_after_its_rollout(sqlite_url: str) -> None:
    async def run() -> None:
        async with open_crowd(sqlite_url, 3) as crowd:
            await _started(crowd)
            settings = Settings(upkeep_every=dt.timedelta(milliseconds=20))
            application = app.build(settings, crowd.store)
            async with application.router.lifespan_context(application):
                async with asyncio.timeout(10):
                    while (await crowd.store.write(crowd.newest)).ring == 1:  # noqa: ASYNC110  # nothing tells
                        await asyncio.sleep(0.02)

    asyncio.run(run())


def test_keys_that_are_no_keys_are_told_and_keep_nothing_else_back(
    sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)

    async def run() -> None:
        async with open_crowd(sqlite_url, 3) as crowd:
            await _started(crowd)
            await upkeep.once(crowd.store, Settings(online_keys=tmp_path), now=_LATER)
            assert (await crowd.store.write(crowd.newest)).ring == 2

    asyncio.run(run())
    assert "holds no key for snapshot and timestamp" in caplog.text


def test_a_database_that_is_away_is_logged_and_tried_again(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        store = await Store.open(sqlite_url)
        await store.close()
        await asyncio.to_thread(_put_a_folder_in_place_of, Path(store.place))
        async with upkeep.running(store, Settings(upkeep_every=dt.timedelta(milliseconds=5))):
            async with asyncio.timeout(10):
                while caplog.text.count("upkeep of the profile database failed") < 2:  # noqa: ASYNC110  # the log
                    await asyncio.sleep(0.01)

    asyncio.run(run())


def _put_a_folder_in_place_of(database: Path) -> None:
    database.unlink()
    database.mkdir()
