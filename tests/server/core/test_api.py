"""What monitors and programs read of the hub: health, figures, the description."""

from __future__ import annotations

import json

from frisket.model.reading import NoteCode
from frisket.wire.documents import CheckIn
from frisket_hub.api.openapi import describe
from frisket_hub.app import declared_routes
from frisket_hub.store.members import Member

from .conftest import InTown
from .town import Town


def test_health_is_the_databases(in_every_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        async with town.browser() as browser:
            answer = await browser.get("/healthz")
            assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    in_every_town(scenario)


def test_figures_name_routes_and_nobody(in_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        async with town.browser("admin@dealer.example") as browser:
            await browser.get("/devices/d_0123456789abcdef")
            await browser.get("/nowhere/at/all")
            figures = (await browser.get("/metrics")).text
        assert 'frisket_hub_requests_total{method="GET",route="/devices/{id}",status="404"} 1.0' in figures
        assert 'frisket_hub_requests_total{method="POST",route="/sign-in",status="303"} 1.0' in figures
        assert "nowhere" not in figures
        for member in town.members.values():
            assert not any(word in figures for word in words_of(member))
        assert "dealer.example" not in figures
        assert "d_0123456789abcdef" not in figures

    in_town(scenario)


def words_of(member: Member) -> tuple[str, str]:
    return member.member_id, f'"{member.name}"'


def test_figures_are_for_this_machine_only(in_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        answers = []
        async with town.browser(address="192.0.2.7") as browser:
            browser.http.headers["x-forwarded-for"] = "127.0.0.1"
            answers = [await browser.get(path) for path in ("/metrics", "/api/nowhere")]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content

    in_town(scenario)


def test_the_description_holds_every_endpoint_for_programs_and_no_page(in_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        async with town.browser() as browser:
            served = (await browser.get("/openapi.json")).json()
        assert served == json.loads(json.dumps(describe(declared_routes())))
        paths = {declared.path.replace(":path}", "}") for declared in declared_routes() if declared.json}
        assert set(served["paths"]) == paths
        assert "/sign-in" not in served["paths"]

    in_town(scenario)


def test_the_description_of_a_document_is_its_class() -> None:
    described = describe(declared_routes())
    schemas = described["components"]["schemas"]
    check_in = described["paths"]["/agent/v1/check-in"]["post"]
    assert check_in["security"] == [{"signature": []}]
    assert check_in["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/CheckIn"}
    assert list(schemas["CheckIn"]["properties"]) == list(CheckIn.__annotations__)
    assert schemas["CheckIn"]["additionalProperties"] is False
    assert schemas["SpooledReading"]["properties"]["notes"]["items"] == {"enum": [code.value for code in NoteCode]}
    assert schemas["Observed"]["properties"]["release"] == {
        "anyOf": [{"$ref": "#/components/schemas/Release"}, {"type": "null"}]
    }
