"""A copy of the database opens nothing: what agents prove themselves with is not in it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url, select

from frisket_hub.store.schema import metadata

from .conftest import OnHub
from .house import Hand, House


def test_a_copy_of_the_database_holds_no_secret_of_an_agent(on_hub: OnHub, sqlite_url: str) -> None:
    secrets: list[bytes] = []

    async def scenario(house: House) -> None:
        hand, used = await house.agent(), await house.token()
        await Hand(house.http).enrol(used)
        await hand.check_in()
        key = hand.key.private_bytes_raw()
        secrets.extend((used.encode(), (await house.token()).encode(), key, key.hex().encode()))

    on_hub(scenario)
    file = Path(make_url(sqlite_url).database or "")
    octets = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    assert b"agent.enrol" in octets
    assert not [secret for secret in secrets if secret in octets]


def test_what_is_in_the_database_opens_nothing(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        await hand.check_in()
        await house.token()
        row = await house.row(hand)
        thief = Hand(house.http, id=row.id, lease=row.lease)
        assert (await thief.check_in()).status_code == 401
        (token,) = await house.rows(
            select(metadata.tables["enrolment_tokens"].c.token_hash).where(
                metadata.tables["enrolment_tokens"].c.used_at.is_(None)
            )
        )
        for word in (token["token_hash"], row.public_key, row.id):
            assert (await Hand(house.http).enrol(word)).status_code == 401
        assert (await hand.check_in()).status_code == 200

    on_hub(scenario)
