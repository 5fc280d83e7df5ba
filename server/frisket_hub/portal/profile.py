"""One profile: its text as it was published last, its cases, the releases that carry it, who reads devices with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from frisket.errors import DecodeError, ProfileError
from frisket.releases import bundle, compression
from frisket_hub.portal.rendering import render
from frisket_hub.routing import Audience, HubRequest, NotFound, route
from frisket_hub.store import pages
from frisket_hub.store.pages import AgentRow, ReleaseRow

_EXPECTATION = "expect.yaml"


@attrs.frozen(kw_only=True)
class CaseView:
    """A recorded device, and what is expected of it as it stands in the bundle."""

    name: str
    expected: str
    files: Sequence[str]


@attrs.frozen(kw_only=True)
class ProfileText:
    """`text` is None where the bundle is not kept any more."""

    text: str | None
    cases: Sequence[CaseView]


@attrs.frozen(kw_only=True)
class VersionRow:
    """One version of the profile, and the releases that carry it, the newest first."""

    version: int
    releases: Sequence[ReleaseRow]


@attrs.frozen(kw_only=True)
class Use:
    """An agent that read devices with some version of the profile in its last scan."""

    agent: AgentRow
    version: str
    devices: int
    worse: int


@route("GET", "/profiles/{namespace}/{name}", audience=Audience.USER, scope="profiles in sight", summary="A profile")
async def profile(request: HubRequest) -> Response:
    namespace, name = request.path["namespace"], request.path["name"]
    actor, id_ = request.actor, f"{namespace}/{name}"
    if not actor.scope.members and namespace not in actor.namespaces:
        raise NotFound(id_)
    async with request.store.reading() as connection:
        provider = await pages.provider_above(connection, actor.member_id)
        releases = await pages.release_rows(connection, provider, prepared=False, limit=200)
        versions = _versions(releases, id_)
        if not versions:
            raise NotFound(id_)
        newest = versions[0].releases[0]
        content = await pages.bundle_content(connection, provider, namespace, newest.bundles.get(namespace, 0))
        agents = await pages.agent_rows(connection, actor.scope)
        member = await pages.member_name(connection, actor.scope, actor.member_id)
    text = await run_in_threadpool(_text, content, namespace, id_)
    uses = _uses(agents, id_)
    return render(
        request,
        "profile.html",
        member=member,
        id=id_,
        namespace=namespace,
        version=versions[0].version,
        newest=newest,
        versions=versions,
        text=text.text,
        cases=text.cases,
        uses=uses,
        devices=sum(use.devices for use in uses),
        sees_agents=bool(actor.scope.members),
    )


def _versions(releases: Sequence[ReleaseRow], id_: str) -> list[VersionRow]:
    """The newest first."""
    by_version: dict[int, list[ReleaseRow]] = {}
    for row in releases:
        if id_ in row.profiles:
            by_version.setdefault(row.profiles[id_], []).append(row)
    return [VersionRow(version=version, releases=rows) for version, rows in sorted(by_version.items(), reverse=True)]


def _text(content: bytes | None, namespace: str, id_: str) -> ProfileText:
    nothing = ProfileText(text=None, cases=())
    if content is None:
        return nothing
    try:
        held = bundle.unpack(compression.expand(content, bundle.MAX_BYTES), namespace)
    except (DecodeError, ProfileError):
        return nothing
    text = next((each.text for each in held.profiles if each.name == f"{id_}.yaml"), None)
    cases = [
        _case(name.rpartition("/")[2], files)
        for name, files in sorted(held.cases.items())
        if name.startswith(f"{id_}.cases/")
    ]
    return ProfileText(text=text, cases=cases)


def _case(name: str, files: Mapping[str, bytes]) -> CaseView:
    expected = files.get(_EXPECTATION, b"").decode("utf-8", "replace")
    return CaseView(name=name, expected=expected, files=sorted(files))


def _uses(agents: Sequence[AgentRow], id_: str) -> list[Use]:
    """Those with the most devices first."""
    uses = []
    for agent in agents:
        by_profile = ((agent.observed or {}).get("health") or {}).get("by_profile") or {}
        for key, health in by_profile.items():
            named, _, version = key.rpartition("@")
            if named == id_ and health["devices"]:
                worse = sum(count for finding, count in health.items() if finding != "devices")
                uses.append(Use(agent=agent, version=version, devices=health["devices"], worse=worse))
    return sorted(uses, key=lambda use: (-use.devices, use.agent.name, use.agent.id))


ROUTES = (profile,)
