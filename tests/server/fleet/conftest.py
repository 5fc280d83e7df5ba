"""Scenarios in a house: on SQLite, and on every database where what happens depends on it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from .house import House, open_house

Scenario = Callable[[House], Awaitable[None]]
OnHub = Callable[[Scenario], None]


@pytest.fixture
def on_hub(sqlite_url: str) -> OnHub:
    return _on(sqlite_url)


@pytest.fixture
def on_every_hub(database_url: str) -> OnHub:
    return _on(database_url)


def _on(url: str) -> OnHub:
    def run(scenario: Scenario) -> None:
        async def play() -> None:
            async with open_house(url) as house:
                await scenario(house)

        asyncio.run(play())

    return run
