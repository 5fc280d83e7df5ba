"""What a role on a member gives, and to whom it can be given."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from frisket_hub.members import people
from frisket_hub.members.people import PersonError
from frisket_hub.routing import Actor, NotFound
from frisket_hub.store import audit, members

from .conftest import InTown
from .town import HASH, Town, now

SEES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "root@provider.example": (("Provider", "Dealer", "Customer", "Rival"), ("Provider", "Dealer", "Customer", "Rival")),
    "admin@dealer.example": (("Dealer", "Customer"), ("Dealer", "Customer")),
    "viewer@dealer.example": (("Dealer", "Customer"), ()),
    "admin@customer.example": (("Customer",), ("Customer",)),
    "admin@rival.example": (("Rival",), ("Rival",)),
}


async def add(town: Town, actor: Actor, member: str, role: str, email: str = "new@example.org") -> str:
    member_id = town.members[member].member_id
    return await town.store.write(
        lambda writing: people.add_person(
            writing, actor, member_id=member_id, email=email, name="New", role=role, password_hash=HASH, now=now()
        )
    )


async def remove(town: Town, actor: Actor, user_id: str) -> None:
    await town.store.write(lambda writing: people.remove_person(writing, actor, user_id, now()))


def test_a_role_counts_for_its_member_and_for_what_lies_under_it(in_every_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        for email, (sees, changes) in SEES.items():
            actor = await town.actor(email)
            assert (actor.scope, actor.admin) == (town.scope(*sees), town.scope(*changes))
            assert actor.provider == (email == "root@provider.example")

    in_every_town(scenario)


def test_an_admin_adds_people_below_and_nowhere_else(in_every_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        dealer = await town.actor("admin@dealer.example")
        user_id = await add(town, dealer, "Customer", "admin", " New@Example.org ")
        async with town.store.reading() as connection:
            user = await members.user_by_email(connection, "new@example.org")
        assert user is not None
        assert (user.id, user.member_id) == (user_id, town.members["Customer"].member_id)
        for member in ("Rival", "Provider"):
            with pytest.raises(NotFound):
                await add(town, dealer, member, "viewer", "other@example.org")
        with pytest.raises(NotFound):
            await add(town, await town.actor("viewer@dealer.example"), "Dealer", "viewer", "other@example.org")
        with pytest.raises(PersonError, match="has an account already"):
            await add(town, dealer, "Dealer", "viewer", "new@example.org")

    in_every_town(scenario)


@pytest.mark.parametrize(
    ("email", "member"),
    [("admin@dealer.example", "Dealer"), ("root@provider.example", "Dealer"), ("admin@customer.example", "Customer")],
)
def test_nobody_below_the_root_becomes_the_provider(in_town: InTown, email: str, member: str) -> None:
    async def scenario(town: Town) -> None:
        actor = await town.actor(email)
        with pytest.raises(PersonError, match="no role that you can give here"):
            await add(town, actor, member, "provider")
        row = {
            "member_id": town.members[member].member_id,
            "user_id": actor.id,
            "role": "provider",
            "granted_at": now(),
        }
        await town.store.write(lambda writing: members.grant(writing, row))
        assert (await town.actor(email)).provider == (email == "root@provider.example")

    in_town(scenario)


def test_a_foreign_person_is_as_absent_as_nobody(in_every_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        rival = await town.actor("admin@rival.example")
        for user_id in (town.users["admin@dealer.example"].id, "u_nobody"):
            with pytest.raises(NotFound):
                await remove(town, rival, user_id)
        with pytest.raises(PersonError, match="cannot remove yourself"):
            await remove(town, rival, rival.id)

    in_every_town(scenario)


def test_the_store_finds_and_changes_nothing_outside_the_scope(in_every_town: InTown) -> None:
    """Each function by itself, whatever its callers have asked before."""

    async def scenario(town: Town) -> None:
        mine, rival = town.scope("Dealer"), town.members["Rival"]
        person = town.users["admin@rival.example"]
        deed = audit.Entry(member_id=rival.member_id, at=now(), actor="command", action="test", subject="nothing")
        await town.store.write(lambda writing: audit.note(writing, deed))
        async with town.store.reading() as connection:
            assert await members.named(connection, mine, "Rival") == []
            assert [member.name for member in await members.in_scope(connection, mine)] == ["Dealer"]
            assert await audit.entries(connection, mine) == []
            assert await members.find(connection, mine, rival.member_id) is None
            assert await members.find_user(connection, mine, person.id) is None
        assert not await town.store.write(lambda writing: members.revoke(writing, mine, rival.member_id, person.id))
        assert not await town.store.write(lambda writing: members.remove_user(writing, mine, person.id))
        assert not await town.store.write(lambda writing: members.change_user(writing, mine, person.id, name="x"))
        assert await names(town, "admin@rival.example") == {"Rival"}

    in_every_town(scenario)


def test_who_belongs_elsewhere_loses_the_role_here_and_keeps_the_account(in_every_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        guest = town.users["admin@rival.example"]
        row = {"member_id": town.members["Dealer"].member_id, "user_id": guest.id, "role": "admin", "granted_at": now()}
        await town.store.write(lambda writing: members.grant(writing, row))
        assert "Dealer" in await names(town, "admin@rival.example")
        await remove(town, await town.actor("admin@dealer.example"), guest.id)
        assert await names(town, "admin@rival.example") == {"Rival"}

    in_every_town(scenario)


async def names(town: Town, email: str) -> set[str]:
    actor = await town.actor(email)
    return {name for name, member in town.members.items() if member.member_id in actor.scope}


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c", "two words@example.org", "<i>@example.org", "x@" + "y" * 200])
def test_an_address_that_is_none_is_refused(in_town: InTown, email: str) -> None:
    async def scenario(town: Town) -> None:
        with pytest.raises(PersonError, match="is no e-mail address"):
            await add(town, await town.actor("admin@dealer.example"), "Dealer", "viewer", email)

    in_town(scenario)


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"time_zone": "Mars/Olympus"}, "no time zone"), ({"theme": "pink"}, "no theme"), ({"name": " \x07 "}, "a name")],
)
def test_preferences_that_cannot_be_are_refused(in_town: InTown, changed: dict[str, str], words: str) -> None:
    async def scenario(town: Town) -> None:
        actor = await town.actor("viewer@dealer.example")
        wanted = {"name": "Vi", "time_zone": "Europe/Berlin", "theme": "dark", **changed}
        with pytest.raises(PersonError, match=words):
            await town.store.write(lambda writing: people.change_preferences(writing, actor, **wanted))

    in_town(scenario)
