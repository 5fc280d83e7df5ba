"""Bundles: what vendors handed in, accepted or refused with every reason, and where to hand in the next one."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
from starlette.responses import Response

from frisket_hub.portal.rendering import render
from frisket_hub.routing import Audience, HubRequest, route
from frisket_hub.store import pages
from frisket_hub.store.pages import BundleRow, ReleaseRow


@attrs.frozen(kw_only=True)
class NamespaceView:
    """`newest` is None before the first bundle; `published` the version in the newest release, and its number."""

    name: str
    newest: BundleRow | None
    published: int | None
    release: int | None
    versions: Sequence[BundleRow]
    profiles: Sequence[tuple[str, int, bool]]


@route("GET", "/bundles", audience=Audience.VENDOR, scope="own namespaces", summary="Bundles of profiles")
async def bundles(request: HubRequest) -> Response:
    """A vendor's person sees its own namespaces, the provider all."""
    actor = request.actor
    own = None if actor.provider else actor.namespaces
    async with request.store.reading() as connection:
        provider = await pages.provider_above(connection, actor.member_id)
        rows = await pages.bundle_rows(connection, provider, own)
        handed_in = await pages.contribution_rows(connection, provider, own)
        published = await pages.release_rows(connection, provider, prepared=False, limit=1)
        who = [row.handed_in_by for row in handed_in]
        names = await pages.names_of(connection, provider, who)
        member = await pages.member_name(connection, actor.scope, actor.member_id)
    spaces = {row.namespace for row in rows} | actor.namespaces
    return render(
        request,
        "bundles.html",
        member=member or ", ".join(sorted(actor.namespaces)),
        namespaces=[_namespace(name, rows, published) for name in sorted(spaces)],
        contributions=handed_in,
        names=names,
        everything=actor.provider,
        hub_url=str(request.http.base_url).rstrip("/"),
    )


def _namespace(name: str, rows: Sequence[BundleRow], published: Sequence[ReleaseRow]) -> NamespaceView:
    own = [row for row in rows if row.namespace == name]
    newest = own[0] if own else None
    carried = published[0].bundles.get(name) if published else None
    readable = published[0].profiles if published else {}
    return NamespaceView(
        name=name,
        newest=newest,
        published=carried,
        release=published[0].number if published and carried is not None else None,
        versions=own,
        profiles=[(id_, version, id_ in readable) for id_, version in sorted(newest.profiles.items())]
        if newest
        else (),
    )


ROUTES = (bundles,)
