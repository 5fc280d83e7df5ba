"""The real hub on a bad day, as a process that can be killed: DATA PORT SEED. Run by a test, never imported."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any, cast

import uvicorn

from frisket_hub import app
from frisket_hub.listening import bind
from frisket_hub.serving import Place, configuration
from frisket_hub.store.address import database_url
from frisket_hub.store.engine import Store
from tests.chaos import ChaoticHub


async def main(data: Path, port: int, seed: int) -> None:
    place = Place(host="127.0.0.1", port=port)
    store = await Store.open(database_url(data))
    day = ChaoticHub(cast(Any, app.build(place.settings(), store)), seed=seed)
    server = uvicorn.Server(configuration(cast(Any, day), place))
    await server.serve(sockets=[bind(place.host, place.port)])


asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
