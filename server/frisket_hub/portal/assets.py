"""The stylesheet, the mark and the scripts: a closed list of files, each under a name that changes with its content."""

from __future__ import annotations

import hashlib
from importlib import resources

from starlette.responses import Response

from frisket_hub.routing import Audience, HubRequest, NotFound, route

_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_NAMES = ("frisket.css", "frisket.svg", "live.js", "hand-in.js", "bundles.js")
_FOLDER = resources.files("frisket_hub.portal") / "static"
_FILES = {name: (_FOLDER / name).read_bytes() for name in _NAMES}


def asset(name: str) -> str:
    """`/static/frisket.css?v=1a2b3c4d`, so that a newer hub is not shown in an older one's style."""
    return f"/static/{name}?v={hashlib.sha256(_FILES[name]).hexdigest()[:8]}"


@route("GET", "/static/{name}", audience=Audience.ANONYMOUS, scope="none", summary="Stylesheet, scripts and mark")
async def static(request: HubRequest) -> Response:
    content = _FILES.get(request.path["name"])
    if content is None:
        raise NotFound(request.path["name"])
    kind = _TYPES[request.path["name"].rpartition(".")[2]]
    return Response(content, media_type=kind, headers={"cache-control": "public, max-age=86400"})


ROUTES = (static,)
