"""People and grants: the members as a tree, with those who may do something on each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import RedirectResponse, Response

from frisket_hub.members import passwords
from frisket_hub.members import people as changes
from frisket_hub.portal.rendering import render
from frisket_hub.routing import Audience, HubRequest, NotFound, route
from frisket_hub.store import pages
from frisket_hub.store.pages import GrantRow, MemberRow

_NOTHING: Mapping[str, str] = {"name": "", "email": "", "member": "", "role": "viewer"}


@route("GET", "/people", audience=Audience.USER, scope="members in sight", summary="People and grants")
async def people(request: HubRequest) -> Response:
    return await _page(request)


@route("POST", "/people", audience=Audience.ADMIN, scope="members administered", summary="Add a person")
async def add(request: HubRequest) -> Response:
    """The first password stands on the page that answers, and nowhere else ever again."""
    typed = {name: request.form.get(name, "") for name in _NOTHING}
    password = passwords.generate()
    hashed = await passwords.hashed(password)
    try:
        await request.store.write(
            lambda connection: changes.add_person(
                connection,
                request.actor,
                member_id=typed["member"],
                email=typed["email"],
                name=typed["name"],
                role=typed["role"],
                password_hash=hashed,
                now=request.now,
            )
        )
    except changes.PersonError as error:
        field = "role" if "role" in str(error) else "email"
        return await _page(request, typed=typed, errors={field: _sentence(error)})
    return await _page(request, added={"email": typed["email"].strip(), "password": password})


@route("POST", "/people/{id}/remove", audience=Audience.ADMIN, scope="members administered", summary="Remove a person")
async def remove(request: HubRequest) -> Response:
    try:
        await request.store.write(
            lambda connection: changes.remove_person(connection, request.actor, request.path["id"], request.now)
        )
    except changes.PersonError as error:
        return await _page(request, errors={"remove": _sentence(error)})
    return RedirectResponse("/people", status_code=303)


async def _page(
    request: HubRequest,
    *,
    typed: Mapping[str, str] = _NOTHING,
    errors: Mapping[str, str] | None = None,
    added: Mapping[str, str] | None = None,
) -> Response:
    scope, admin = request.actor.scope, request.actor.admin
    async with request.store.reading() as connection:
        members = await pages.member_rows(connection, scope)
        grants = await pages.grant_rows(connection, scope)
        member = await pages.member_name(connection, scope, request.actor.member_id)
    if typed["member"] and typed["member"] not in admin:
        raise NotFound(typed["member"])
    return render(
        request,
        "people.html",
        status=422 if errors else 200,
        member=member,
        tree=_tree(members, grants),
        may_change=admin,
        choices=[each for each in members if each.member_id in admin],
        roles=("viewer", "admin", "provider") if request.actor.provider else ("viewer", "admin"),
        typed=typed,
        errors=errors or {},
        added=added,
        sign_in_url=f"{str(request.http.base_url).rstrip('/')}/sign-in",
    )


def _tree(members: list[MemberRow], grants: list[GrantRow]) -> list[dict[str, Any]]:
    """Members under the one above them; one whose parent is not in sight stands at the top."""
    nodes: dict[str, dict[str, Any]] = {
        each.member_id: {
            "member": each,
            "grants": [grant for grant in grants if grant.member_id == each.member_id],
            "under": [],
        }
        for each in members
    }
    tops: list[dict[str, Any]] = []
    for each in members:
        above = nodes.get(each.parent_id or "")
        (tops if above is None else above["under"]).append(nodes[each.member_id])
    return tops


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


ROUTES = (people, add, remove)
