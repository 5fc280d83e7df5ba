"""`/openapi.json`: the endpoints for programs, made from what is declared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
from starlette.responses import JSONResponse, Response

from frisket.wire.documents import Batch, CheckIn, Confirmation, Desired, Enrolled, Enrolment, HandedIn, Received
from frisket_hub import __version__
from frisket_hub.api.json_schema import collect
from frisket_hub.routing import Audience, Declared, HubRequest, route

_Document = type[attrs.AttrsInstance]

# What is sent and what is answered; an endpoint that is not here takes no document
_DOCUMENTS: Mapping[tuple[str, str], tuple[_Document | None, _Document | None]] = {
    ("POST", "/agent/v1/enroll"): (Enrolment, Enrolled),
    ("POST", "/agent/v1/check-in"): (CheckIn, Desired),
    ("POST", "/agent/v1/confirm"): (Confirmation, None),
    ("POST", "/agent/v1/readings"): (Batch, Received),
    ("POST", "/api/v1/bundles"): (None, HandedIn),
    ("POST", "/vendor/v1/bundles"): (None, HandedIn),
}
_ERROR = {
    "description": "What was wrong, in words",
    "content": {
        "application/json": {
            "schema": {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
        }
    },
}
_SECURITY: Mapping[Audience, list[dict[str, list[str]]]] = {
    Audience.ANONYMOUS: [],
    Audience.AGENT: [{"signature": []}],
    Audience.USER: [{"session": []}],
    Audience.ADMIN: [{"session": []}],
    Audience.VENDOR: [{"session": []}],
    Audience.VENDOR_KEY: [{"signature": []}],
    Audience.PROVIDER: [{"session": []}],
}
_SCHEMES = {
    "signature": {
        "type": "http",
        "scheme": "signature",
        "description": "RFC 9421, Ed25519, over @method, @authority, @target-uri and content-digest, with a nonce",
    },
    "session": {"type": "apiKey", "in": "cookie", "name": "__Host-frisket"},
}


@route("GET", "/openapi.json", audience=Audience.ANONYMOUS, scope="none", summary="This description")
async def openapi(request: HubRequest) -> Response:
    return JSONResponse(describe(request.http.app.state.declared))


def describe(declared: Iterable[Declared]) -> dict[str, Any]:
    """OpenAPI 3.1 of the routes whose answers are for programs."""
    schemas: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = {}
    for one in declared:
        if one.json:
            path = re.sub(r":\w+}", "}", one.path)
            paths.setdefault(path, {})[one.method.lower()] = _operation(one, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Frisket hub", "version": __version__},
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(schemas.items())), "securitySchemes": _SCHEMES},
    }


def _operation(declared: Declared, schemas: dict[str, Any]) -> dict[str, Any]:
    sent, answered = _DOCUMENTS.get((declared.method, declared.path), (None, None))
    operation: dict[str, Any] = {
        "operationId": declared.name,
        "summary": declared.summary,
        "security": _SECURITY[declared.audience],
        "responses": {"2XX": _answer(answered, schemas), "4XX": _ERROR, "5XX": _ERROR},
    }
    names = re.findall(r"\{(\w+)", declared.path)
    if names:
        operation["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ]
    if sent is not None:
        operation["requestBody"] = {"required": True, "content": _content(sent, schemas)}
    return operation


def _answer(kind: _Document | None, schemas: dict[str, Any]) -> dict[str, Any]:
    return {"description": "Done"} if kind is None else {"description": "Done", "content": _content(kind, schemas)}


def _content(kind: _Document, schemas: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": collect(kind, schemas)}}


ROUTES: tuple[Declared, ...] = (openapi,)
