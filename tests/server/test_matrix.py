"""Every declared route, whoever asks, whosever id: what is another's looks, octet for octet, like what is not there."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import attrs
import httpx2
import pytest

from frisket.wire.signing import SignedMessage, sign
from frisket_hub.app import declared_routes
from frisket_hub.routing import Audience, Declared
from frisket_hub.store import members
from tests.server.core.town import URL, Browser, Town, now, open_town
from tests.server.sample import Sample, absent, fill
from tests.server.tenancy import unscoped_statements

# A provider's profile database is that of everybody below it: foreign is only another provider's
SHARED = ("release", "rollout", "namespace", "name")


@attrs.frozen(kw_only=True)
class Row:
    """Which ids a route takes and where: `{agent}` in the path, the query or the form stands for an agent's id."""

    path: str
    form: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def takes_ids(self) -> bool:
        return "{" in self.path or any("{" in value for value in self.form.values())

    @property
    def is_shared(self) -> bool:
        """Whether what it shows is the provider's, and so everybody's below it."""
        return any(f"{{{kind}}}" in self.path for kind in SHARED)


# A route that is not here fails the gate
TABLE: Mapping[tuple[str, str], Row] = {
    ("POST", "/agent/v1/enroll"): Row(path="/agent/v1/enroll"),
    ("POST", "/agent/v1/check-in"): Row(path="/agent/v1/check-in"),
    ("POST", "/agent/v1/confirm"): Row(path="/agent/v1/confirm"),
    ("POST", "/agent/v1/readings"): Row(path="/agent/v1/readings"),
    ("POST", "/vendor/v1/bundles"): Row(path="/vendor/v1/bundles"),
    ("POST", "/api/v1/bundles"): Row(path="/api/v1/bundles"),
    ("GET", "/healthz"): Row(path="/healthz"),
    ("GET", "/metrics"): Row(path="/metrics"),
    ("GET", "/openapi.json"): Row(path="/openapi.json"),
    ("GET", "/static/{name}"): Row(path="/static/frisket.css"),
    ("GET", "/tuf/{path:path}"): Row(path="/tuf/metadata/timestamp.json"),
    ("GET", "/sign-in"): Row(path="/sign-in"),
    ("POST", "/sign-in"): Row(path="/sign-in"),
    ("POST", "/sign-out"): Row(path="/sign-out"),
    ("GET", "/"): Row(path="/?site={site}"),
    ("GET", "/devices/{id}"): Row(path="/devices/{device}"),
    ("GET", "/agents"): Row(path="/agents"),
    ("POST", "/agents/tokens"): Row(path="/agents/tokens", form={"member": "{member}"}),
    ("GET", "/agents/{id}"): Row(path="/agents/{agent}"),
    ("GET", "/agents/{id}/state"): Row(path="/agents/{agent}/state"),
    ("POST", "/agents/{id}"): Row(
        path="/agents/{agent}", form={"interval": "60", "targets": "192.0.2.9", "exclude": ""}
    ),
    ("POST", "/agents/{id}/accept"): Row(path="/agents/{agent}/accept"),
    ("POST", "/agents/{id}/revoke"): Row(path="/agents/{agent}/revoke"),
    ("GET", "/releases"): Row(path="/releases"),
    ("GET", "/releases/{number}"): Row(path="/releases/{release}"),
    ("POST", "/releases"): Row(path="/releases", form={"notes": "", "content_of": ""}),
    ("POST", "/releases/{number}/accept"): Row(
        path="/releases/{release}/accept", form={"finding": "lost:a/b:c", "reason": "so"}
    ),
    ("POST", "/releases/{number}/approve"): Row(path="/releases/{release}/approve"),
    ("GET", "/releases/{number}/signing-request"): Row(path="/releases/{release}/signing-request"),
    ("POST", "/releases/{number}/publish"): Row(path="/releases/{release}/publish", form={"signed": "{{}}"}),
    ("POST", "/releases/{number}/rollout"): Row(
        path="/releases/{release}/rollout", form={"rings": "100", "soak": "1", "minimum": "1"}
    ),
    ("POST", "/releases/{number}/pins"): Row(
        path="/releases/{release}/pins", form={"member": "{member}", "reason": "so", "days": "3"}
    ),
    ("POST", "/releases/pins/{id}/remove"): Row(path="/releases/pins/{member}/remove"),
    ("POST", "/rollouts/{id}/pause"): Row(path="/rollouts/{rollout}/pause", form={"reason": "so"}),
    ("POST", "/rollouts/{id}/resume"): Row(path="/rollouts/{rollout}/resume"),
    ("POST", "/rollouts/{id}/halt"): Row(path="/rollouts/{rollout}/halt", form={"reason": "so"}),
    ("GET", "/rollouts/{id}"): Row(path="/rollouts/{rollout}"),
    ("GET", "/rollouts/{id}/state"): Row(path="/rollouts/{rollout}/state"),
    ("GET", "/profiles/{namespace}/{name}"): Row(path="/profiles/{namespace}/{name}"),
    ("GET", "/bundles"): Row(path="/bundles"),
    ("GET", "/audit"): Row(path="/audit"),
    ("GET", "/audit.csv"): Row(path="/audit.csv"),
    ("GET", "/audit.json"): Row(path="/audit.json"),
    ("GET", "/people"): Row(path="/people"),
    ("POST", "/people"): Row(
        path="/people", form={"member": "{member}", "email": "new@example.org", "name": "New", "role": "viewer"}
    ),
    ("POST", "/people/{id}/remove"): Row(path="/people/{user}/remove"),
    ("GET", "/preferences"): Row(path="/preferences"),
    ("POST", "/preferences"): Row(path="/preferences", form={"name": "N", "time_zone": "UTC", "theme": "dark"}),
}
# Where an agent's signature may get in, or nobody needs one
ANY_SIGNATURE = (Audience.AGENT, Audience.ANONYMOUS)
# A filter by what one cannot see shows nothing, as a filter by what is not there
FILTERS = {("GET", "/")}

# What finds out whose a credential is, makes a scope, or ends what must end wherever it is: no member is known before
WITHOUT_A_MEMBER = {
    "store.agents.of_credential: select agents",
    "store.members.grants_of: select grants",
    "store.members.grants_of: select members",
    "store.members.provider: select members",
    "store.members.remove_user: delete grants",
    "store.members.remove_user: delete sessions",
    "store.members.remove_user: delete vendor_grants",
    "store.members.under: select members",
    "store.members.user_by_email: select users",
    "store.rollouts.withdraw: update rollout_agents",
    "store.sessions.end: delete sessions",
    "store.sessions.end_all: delete sessions",
    "store.sessions.forget_old: delete sessions",
    "store.sessions.of_credential: select sessions",
}
# User → the members whose rows are the user's own, and those whose rows are not
WHOSE: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "admin@customer.example": (("Customer",), ("Dealer", "Rival", "Provider", "Elsewhere")),
    "admin@dealer.example": (("Dealer", "Customer"), ("Rival", "Provider", "Elsewhere")),
    "viewer@dealer.example": (("Dealer", "Customer"), ("Rival", "Elsewhere")),
    "root@provider.example": (("Provider", "Rival"), ("Elsewhere",)),
}


@attrs.define
class World:
    town: Town
    samples: Mapping[str, Sample]

    async def as_user(self, browser: Browser, declared: Declared, sample: Sample) -> httpx2.Response:
        row = TABLE[declared.method, declared.path]
        form = {name: value.format_map(sample.ids) for name, value in row.form.items()}
        path = row.path.format_map(sample.ids)
        return await (browser.get(path) if declared.method == "GET" else browser.post(path, form))

    async def as_agent(
        self, http: httpx2.AsyncClient, declared: Declared, sample: Sample, *, agent: Sample, key_id: str | None = None
    ) -> httpx2.Response:
        row = TABLE[declared.method, declared.path]
        path = row.path.format_map(sample.ids)
        body = urlencode(row.form).encode() if declared.method == "POST" else b""
        message = SignedMessage(declared.method, f"{URL}{path}", {})
        sign(message, body, key=agent.key, key_id=key_id or agent.agent, now=now())
        return await http.request(declared.method, path, content=body, headers=dict(message.headers))


@asynccontextmanager
async def world(url: str) -> AsyncIterator[World]:
    async with open_town(url) as town:
        elsewhere = await town.store.write(lambda writing: members.add(writing, "Elsewhere", parent=None, now=now()))
        samples: dict[str, Sample] = {}
        for name, member in {**town.members, "Elsewhere": elsewhere}.items():
            is_root = member.parent_id is None
            sample = await town.store.write(_filling(member, release=is_root))
            shared = {} if is_root else {kind: getattr(samples["Provider"], kind) for kind in SHARED}
            samples[name] = attrs.evolve(sample, **shared)
        yield World(town, samples)


def _filling(member: members.Member, *, release: bool) -> Callable[..., Awaitable[Sample]]:
    return lambda writing: fill(writing, member, release=release)


def routes(*audiences: Audience) -> list[Declared]:
    return [declared for declared in declared_routes() if declared.audience in audiences]


def seen(response: httpx2.Response, sample: Sample) -> tuple[int, list[tuple[str, str]], bytes]:
    """All that the asker gets, but for the id that the asker sent."""
    content = response.content
    for value in sample.ids.values():
        content = content.replace(value.encode(), b"ID" * 14)
    headers = sorted((name, value) for name, value in response.headers.multi_items() if name != "date")
    return response.status_code, headers, content


def has_headers(response: httpx2.Response) -> bool:
    policy = response.headers.get("content-security-policy", "")
    return "default-src 'none'" in policy and response.headers.get("x-content-type-options") == "nosniff"


def run(url: str, scenario: Callable[[World], AsyncIterator[str]]) -> None:
    """The scenario yields a line for each thing that is not as it should be."""

    async def play() -> list[str]:
        async with world(url) as there:
            with unscoped_statements() as unscoped:
                problems = [problem async for problem in scenario(there)]
            return problems + [f"asks without a member: {one}" for one in sorted(unscoped - WITHOUT_A_MEMBER)]

    assert asyncio.run(play()) == []


def test_the_table_names_every_route() -> None:
    declared = {(route.method, route.path) for route in declared_routes()}
    assert declared == set(TABLE)


def test_every_id_of_a_path_stands_in_the_table() -> None:
    for method, path in TABLE:
        names = re.findall(r"{(\w+)}", path)
        assert TABLE[method, path].takes_ids or not names or path == "/static/{name}"


def test_nobody_gets_in(database_url: str) -> None:
    async def scenario(there: World) -> AsyncIterator[str]:
        async with there.town.browser() as browser:
            for declared in routes(*set(Audience) - {Audience.ANONYMOUS}):
                sent = declared.method == "GET" and not declared.json
                for sample in (there.samples["Customer"], absent()):
                    answer = await there.as_user(browser, declared, sample)
                    to_sign_in = answer.headers.get("location", "").startswith("/sign-in?next=")
                    if answer.status_code != (303 if sent else 401) or to_sign_in != sent or not has_headers(answer):
                        yield f"{declared.method} {declared.path}: {answer.status_code}"

    run(database_url, scenario)


def test_what_is_for_all_answers_all(database_url: str) -> None:
    async def scenario(there: World) -> AsyncIterator[str]:
        for email in (None, "viewer@dealer.example"):
            async with there.town.browser(email) as browser:
                for declared in routes(Audience.ANONYMOUS):
                    answer = await there.as_user(browser, declared, absent())
                    # nothing is published here
                    expected = (404,) if declared.path.startswith("/tuf/") else (200, 303, 400, 401)
                    if answer.status_code not in expected or not has_headers(answer):
                        yield f"{email} {declared.method} {declared.path}: {answer.status_code}"

    run(database_url, scenario)


def test_a_role_that_is_not_enough_is_refused_whatever_the_id(database_url: str) -> None:
    async def scenario(there: World) -> AsyncIterator[str]:
        for email, audiences in (
            ("viewer@dealer.example", (Audience.ADMIN, Audience.VENDOR, Audience.PROVIDER)),
            ("admin@dealer.example", (Audience.VENDOR, Audience.PROVIDER)),
        ):
            async with there.town.browser(email) as browser:
                for declared in routes(*audiences):
                    for sample in (there.samples["Dealer"], there.samples["Rival"], absent()):
                        answer = await there.as_user(browser, declared, sample)
                        if answer.status_code != 403 or not has_headers(answer):
                            yield f"{email} {declared.method} {declared.path}: {answer.status_code}"

    run(database_url, scenario)


def test_a_signature_opens_no_page_and_a_cookie_no_agents_route(database_url: str) -> None:
    async def scenario(there: World) -> AsyncIterator[str]:
        agent = there.samples["Customer"]
        async with there.town.browser() as browser:
            for declared in routes(*(audience for audience in Audience if audience not in ANY_SIGNATURE)):
                answer = await there.as_agent(browser.http, declared, agent, agent=agent)
                if answer.status_code not in (303, 401):
                    yield f"agent {declared.method} {declared.path}: {answer.status_code}"
        async with there.town.browser("root@provider.example") as browser:
            for declared in routes(Audience.AGENT, Audience.VENDOR_KEY):
                answer = await there.as_user(browser, declared, agent)
                if answer.status_code != 401:
                    yield f"user {declared.method} {declared.path}: {answer.status_code}"

    run(database_url, scenario)


@pytest.mark.parametrize("email", WHOSE)
def test_what_is_anothers_is_as_absent_as_what_is_not_there(database_url: str, email: str) -> None:
    async def scenario(there: World) -> AsyncIterator[str]:
        own, foreign = WHOSE[email]
        actor = await there.town.actor(email)
        audiences = [Audience.USER, *([Audience.ADMIN] if actor.admin.members else [])]
        audiences += [Audience.VENDOR, Audience.PROVIDER] if actor.provider else []
        async with there.town.browser(email) as browser:
            for declared in routes(*audiences):
                if TABLE[declared.method, declared.path].takes_ids:
                    async for problem in differences(there, browser, declared, foreign):
                        yield f"{email} {problem}"
            for declared in _ending_last(routes(*audiences)):
                answer = await there.as_user(browser, declared, there.samples[own[-1]])
                name = f"{email} {declared.method} {declared.path} of {own[-1]}"
                if answer.status_code not in (200, 303, 422) or not has_headers(answer):
                    yield f"{name}: {answer.status_code}"
                for member, kind in shown(answer, there, foreign):
                    yield f"{name} shows the {kind} of {member}"

    run(database_url, scenario)


async def differences(there: World, browser: Browser, declared: Declared, foreign: Iterable[str]) -> AsyncIterator[str]:
    nobody = absent()
    expected = seen(await there.as_user(browser, declared, nobody), nobody)
    if expected[0] != (200 if (declared.method, declared.path) in FILTERS else 404):
        yield f"{declared.method} {declared.path} of nobody: {expected[0]}"
    shared = TABLE[declared.method, declared.path].is_shared
    for name in foreign:
        sample = there.samples[name]
        if shared and name != "Elsewhere":
            continue
        if seen(await there.as_user(browser, declared, sample), sample) != expected:
            yield f"{declared.method} {declared.path} of {name} is not as that of nobody"


def shown(answer: httpx2.Response, there: World, foreign: Iterable[str]) -> list[tuple[str, str]]:
    """Ids of others that stand on a page."""
    ids = [(name, kind, value) for name in foreign for kind, value in there.samples[name].ids.items()]
    return [
        (name, kind)
        for name, kind, value in ids
        if value in answer.text and (name == "Elsewhere" or kind not in SHARED)
    ]


def _ending_last(declared: list[Declared]) -> list[Declared]:
    """In an order in which no route takes away what a later one asks for."""
    return sorted(declared, key=lambda one: (one.path == "/sign-out", one.path.endswith(("/remove", "/revoke"))))


def test_an_agent_reaches_its_own_and_no_others(database_url: str) -> None:
    async def scenario(there: World) -> AsyncIterator[str]:
        agent, other, nobody = there.samples["Customer"], there.samples["Rival"], absent()
        async with there.town.browser() as browser:
            for declared in routes(Audience.AGENT):
                name = f"{declared.method} {declared.path}"
                answer = await there.as_agent(browser.http, declared, agent, agent=agent)
                if answer.status_code not in (200, 204, 400):
                    yield f"{name}: {answer.status_code}"
                if TABLE[declared.method, declared.path].takes_ids:
                    foreign = there.samples["Elsewhere"]
                    one = seen(await there.as_agent(browser.http, declared, foreign, agent=agent), foreign)
                    two = seen(await there.as_agent(browser.http, declared, nobody, agent=agent), nobody)
                    if one != two or one[0] != 404:
                        yield f"{name}: {one[0]} and {two[0]}"
                stolen = await there.as_agent(browser.http, declared, agent, agent=agent, key_id=other.agent)
                unknown = await there.as_agent(browser.http, declared, agent, agent=nobody)
                if seen(stolen, agent) != seen(unknown, agent) or unknown.status_code != 401:
                    yield f"{name}: another's key {stolen.status_code}, nobody's {unknown.status_code}"

    run(database_url, scenario)


def is_declared(method: str, place: str) -> bool:
    patterns = [
        re.sub(r"{\w+}", "[^/]+", path.replace("{path:path}", ".+")) for declared, path in TABLE if declared == method
    ]
    return any(re.fullmatch(pattern, place) for pattern in patterns)


def test_no_path_takes_a_method_that_is_not_declared(sqlite_url: str) -> None:
    async def scenario(there: World) -> AsyncIterator[str]:
        sample = there.samples["Customer"]
        for email in (None, "root@provider.example"):
            async with there.town.browser(email) as browser:
                for path in sorted({path for _, path in TABLE}):
                    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"):
                        place = next(row.path for (_, other), row in TABLE.items() if other == path)
                        place = place.format_map(sample.ids).partition("?")[0]
                        if is_declared(method, place):
                            continue
                        answer = await browser.http.request(method, place)
                        if answer.status_code not in (404, 405) or not has_headers(answer):
                            yield f"{email} {method} {path}: {answer.status_code}"

    run(sqlite_url, scenario)


def test_ids_that_no_id_looks_like_are_absent_or_refused(database_url: str) -> None:
    async def scenario(there: World) -> AsyncIterator[str]:
        async with there.town.browser("admin@dealer.example") as browser:
            for path in (
                "/%00",
                "/devices/%00",
                "/agents/a%00b",
                "/?site=%00",
                "/devices/%F0%9F%96%A8",
                "/agents/%ED%A0%80",
            ):
                answer = await browser.get(path)
                if answer.status_code not in (400, 404):
                    yield f"{path}: {answer.status_code}"

    run(database_url, scenario)
