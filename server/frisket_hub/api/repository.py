"""The profile database for whoever wants it: signed, so that it may be copied, cached and handed on by anybody."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from frisket.releases.compression import SUFFIX
from frisket_hub.profile_db.repository import TIMESTAMP_PATHS, Compressed, Recipe, compressed_file, repository_file
from frisket_hub.routing import Audience, Declared, HubRequest, NotFound, route
from frisket_hub.store import members

# What is known by its content or its version never changes under its name
_FOR_EVER = "public, max-age=31536000, immutable"


@route("GET", "/tuf/{path:path}", audience=Audience.ANONYMOUS, scope="none", summary="A file of the profile database")
async def repository(request: HubRequest) -> Response:
    path = request.path["path"]
    async with request.store.reading() as connection:
        provider = await members.provider(connection)
        found = None if provider is None else await _find(connection, provider.member_id, path)
    compressed: Compressed = request.http.app.state.compressed
    # whoever waits for its turn holds no connection to the database
    octets = await compressed.get(found) if isinstance(found, Recipe) else found
    if octets is None:
        raise NotFound(path)
    caching = "no-cache" if path in TIMESTAMP_PATHS else _FOR_EVER
    return Response(octets, media_type=_media_type(path), headers={"Cache-Control": caching})


async def _find(connection: AsyncConnection, provider: str, path: str) -> bytes | Recipe | None:
    if path.endswith(SUFFIX):
        return await compressed_file(connection, provider, path)
    return await repository_file(connection, provider, path)


def _media_type(path: str) -> str:
    if path.endswith(SUFFIX):
        return "application/zstd"
    return "application/json" if path.endswith(".json") else "application/x-tar"


ROUTES: tuple[Declared, ...] = (repository,)
