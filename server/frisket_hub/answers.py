"""Errors as answers: a page for people, an object for programs; the same octets whatever the path or the id was."""

from __future__ import annotations

import html
from collections.abc import Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from frisket_hub.routing import NotFound, Refused, is_json

NOT_FOUND = "There is nothing here that you may see."

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} &ndash; Frisket</title>
<link rel="icon" href="/static/frisket.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/frisket.css">
</head>
<body>
<main id="content">
<div class="card empty"><h1>{title}</h1><p>{words}</p><p><a href="/">To the fleet</a></p></div>
</main>
</body>
</html>
"""


async def on_not_found(http: Request, _: Exception) -> Response:
    return refusal(http, 404, NOT_FOUND)


async def on_refused(http: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return refusal(http, error.status, error.words, error.details)


async def on_http_exception(http: Request, error: Exception) -> Response:
    """What the router raises: no such path, or not with this method."""
    assert isinstance(error, HTTPException)
    words = NOT_FOUND if error.status_code == HTTPStatus.NOT_FOUND else HTTPStatus(error.status_code).phrase
    answer = refusal(http, error.status_code, words)
    answer.headers.update(error.headers or {})
    return answer


async def on_mistake(http: Request, _: Exception) -> Response:
    """Ours: the log has it, the answer tells nothing of it."""
    return refusal(http, 500, "That went wrong here, not with you. It is in the hub's log; please try again later.")


def refusal(http: Request, status: int, words: str, details: Mapping[str, str] | None = None) -> Response:
    """An answer that is not what was asked for."""
    if is_json(http.scope["path"]):
        return JSONResponse({"error": words, **(details or {})}, status_code=status)
    title = "Not found" if status == HTTPStatus.NOT_FOUND else HTTPStatus(status).phrase
    return HTMLResponse(_PAGE.format(title=html.escape(title), words=html.escape(words)), status_code=status)


HANDLERS = {NotFound: on_not_found, Refused: on_refused, HTTPException: on_http_exception, Exception: on_mistake}
