"""Scenarios in a town, on each database or on SQLite alone where the database does not matter."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from .town import Town, open_town

Scenario = Callable[[Town], Awaitable[None]]
InTown = Callable[[Scenario], None]


@pytest.fixture
def in_town(sqlite_url: str) -> InTown:
    return _on(sqlite_url)


@pytest.fixture
def in_every_town(database_url: str) -> InTown:
    return _on(database_url)


def _on(url: str) -> InTown:
    def run(scenario: Scenario) -> None:
        async def play() -> None:
            async with open_town(url) as town:
                await scenario(town)

        asyncio.run(play())

    return run
