"""Tokens: one agent each, for an hour; and who is no agent learns nothing."""

from __future__ import annotations

import asyncio
import datetime as dt
import json

import pytest
from sqlalchemy import func, select, update

from frisket_hub.fleet import enrolment
from frisket_hub.routing import NotFound, Refused
from frisket_hub.store.schema import agents, enrolment_tokens
from frisket_hub.store.scope import Scope

from .conftest import OnHub
from .house import Hand, House, now


async def _agents(house: House) -> int:
    return int((await house.rows(select(func.count().label("n")).select_from(agents)))[0]["n"])


def test_an_agent_is_pending_until_a_person_accepts_it(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = Hand(house.http)
        answer = await hand.enrol(await house.token())
        assert answer.json() == {"agent": hand.id, "state": "pending", "root": None}
        row = await house.row(hand)
        assert (row.member_id, row.name, row.public_key) == (house.customer.member_id, "cellar", hand.public_key)
        await house.accept(hand)
        assert (await house.row(hand)).state == "active"

    on_hub(scenario)


def test_unknown_used_and_expired_tokens_get_the_same_words(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        used, expired = await house.token(), await house.token()
        await Hand(house.http).enrol(used)
        expire = update(enrolment_tokens).values(expires_at=now() - dt.timedelta(seconds=1))
        await house.store.write(lambda writing: writing.execute(expire.where(enrolment_tokens.c.used_at.is_(None))))
        answers = [await Hand(house.http).enrol(token) for token in (used, expired, "unknown")]
        assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}
        assert await _agents(house) == 1

    on_hub(scenario)


def test_of_many_at_the_same_time_one_gets_the_token(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        token = await house.token()
        answers = await asyncio.gather(*(Hand(house.http).enrol(token) for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [200, *[401] * 7]
        assert await _agents(house) == 1

    on_every_hub(scenario)


def test_an_agent_whose_answer_was_lost_gets_it_again_and_is_no_second_agent(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand, token = Hand(house.http), await house.token()
        first = await hand.enrol(token)
        hand.id = ""
        assert (await hand.enrol(token)).content == first.content
        assert await _agents(house) == 1
        await house.accept(hand)
        await hand.check_in()
        hand.id = ""
        assert (await hand.enrol(token)).status_code == 401

    on_every_hub(scenario)


def test_whoever_cannot_prove_the_key_leaves_the_token_as_it_was(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        token, owner, thief = await house.token(), Hand(house.http), Hand(house.http)
        document = {"token": token, "public_key": owner.public_key, "name": "n", "site": "s"}
        body = json.dumps(document).encode()
        for request in (
            thief.signed("POST", "/agent/v1/enroll", body),
            thief.signed("POST", "/agent/v1/enroll", body, key_id=owner.public_key),
            house.http.build_request("POST", "/agent/v1/enroll", content=body),
        ):
            assert (await house.http.send(request)).status_code == 401
        assert (await owner.enrol(token)).status_code == 200

    on_hub(scenario)


def test_a_key_that_is_enrolled_enrols_nobody_else_and_uses_up_no_token(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        stranger = await house.member("Stranger", house.provider)
        token = await house.token(stranger)
        again = Hand(house.http, key=hand.key)
        assert (await again.enrol(token)).status_code == 401
        assert (await Hand(house.http).enrol(token)).status_code == 200

    on_every_hub(scenario)


@pytest.mark.parametrize("field", ["name", "site"])
@pytest.mark.parametrize("value", ["", "  ", "a\nb", "\x1b[31m"])
def test_a_name_has_to_be_one(on_hub: OnHub, field: str, value: str) -> None:
    async def scenario(house: House) -> None:
        token = await house.token()
        assert (await Hand(house.http).enrol(token, **{field: value})).status_code == 400
        assert (await Hand(house.http).enrol(token)).status_code == 200

    on_hub(scenario)


def test_another_members_agents_and_tokens_are_not_there(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent(accept=False)
        foreign = Scope.of([(await house.member("Stranger", house.provider)).member_id])
        with pytest.raises(NotFound):
            await house.store.write(lambda writing: enrolment.accept(writing, foreign, hand.id, house.admin, now()))
        with pytest.raises(NotFound):
            await house.store.write(lambda writing: enrolment.revoke(writing, foreign, hand.id, house.admin, now()))
        member_id = house.customer.member_id
        with pytest.raises(NotFound):
            await house.store.write(
                lambda writing: enrolment.make_token(writing, foreign, member_id, house.admin, now())
            )
        assert (await house.row(hand)).state == "pending"

    on_hub(scenario)


def test_a_revoked_agent_is_not_accepted_again(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        await house.revoke(hand)
        with pytest.raises(Refused):
            await house.accept(hand)

    on_hub(scenario)
