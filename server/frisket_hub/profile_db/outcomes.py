"""What agents say came of a release, counted once for each agent, whatever is sent twice or late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.wire.documents import Confirmation, ProfileHealth, to_data
from frisket_hub.profile_db import rollout as engine
from frisket_hub.store import rollouts
from frisket_hub.store.agents import Speaker
from frisket_hub.store.rollouts import FAILURES, Offered, Rollout

# What an agent has said is never taken back by what it said before
_RANK = {"offered": 0, "withdrawn": 0, "applied": 1, "healthy": 2, "failed": 3, "reverted": 3}
_COUNTED = {"applied": "applied", "healthy": "healthy", "failed": "failed", "reverted": "failed"}
LOST = "coverage-lost"
# A failure that says nothing of the release itself: the agent may try again, and may do better
NOT_ITS_FAULT = "no-download"
_LONGEST_CODE, _LONGEST_DETAIL = 64, 200


async def report(
    connection: AsyncConnection, provider: str, agent: Speaker, document: Confirmation, *, now: dt.datetime
) -> None:
    """Moves the rollout of the release that the confirmation speaks of, and halts it if that is proof enough."""
    if document.tried is None or document.state == "refused":
        return
    row = await rollouts.offered_to(connection, agent.member_id, agent.id, number=document.tried.number)
    if row is None:
        return
    rollout = await rollouts.find(connection, provider, row.rollout_id, lock=True)
    assert rollout is not None
    known = await rollouts.profiles_of_release(connection, provider, row.release_number)
    found = {name: health for name, health in document.profiles.items() if _is_of(name, known)}
    rollout = await _count(connection, rollout, row, _state(document), found, document, now)
    if rollout.state == "running":
        await engine.halt_if_proven(connection, rollout, now=now)


async def report_scan(
    connection: AsyncConnection,
    provider: str,
    agent: Speaker,
    *,
    number: int,
    found: Mapping[str, ProfileHealth],
    now: dt.datetime,
) -> None:
    """A later scan under the release found that profiles of it lose what devices had: it failed here after all."""
    row = await rollouts.offered_to(connection, agent.member_id, agent.id, number=number)
    if row is None or row.state != "healthy":
        return
    worse = {name: health for name, health in found.items() if name in row.profiles and lasting(health)}
    if not worse:
        return
    rollout = await rollouts.find(connection, provider, row.rollout_id, lock=True)
    assert rollout is not None
    detail = ", ".join(sorted(worse))
    failed = Confirmation(generation=agent.generation, release=None, state="failed", code=LOST, detail=detail[:200])
    rollout = await _count(connection, rollout, row, "failed", worse, failed, now)
    if rollout.state == "running":
        await engine.halt_if_proven(connection, rollout, now=now)


def lasting(health: ProfileHealth) -> bool:
    """Findings that no printer causes by being switched off."""
    return any((health.fields_lost, health.identity_changed, health.counters_wrong, health.unrecognised))


async def _count(  # noqa: PLR0917  # one fact of a row: what it was, what it is now, and what that is known by
    connection: AsyncConnection,
    rollout: Rollout,
    row: Offered,
    state: str,
    found: Mapping[str, ProfileHealth],
    document: Confirmation,
    now: dt.datetime,
) -> Rollout:
    may_do_better = row.code == NOT_ITS_FAULT and state not in FAILURES
    rank = 0 if may_do_better else _RANK[row.state]
    if _RANK[state] < rank:
        return rollout
    changed: dict[str, Any] = {}
    if _RANK[state] > rank:
        code = document.code or (LOST if document.state == "healthy" else "")
        changed = {
            "state": state,
            "applied_at" if state == "applied" else "reported_at": now,
            "code": code[:_LONGEST_CODE] if state in FAILURES else "",
            "detail": document.detail[:_LONGEST_DETAIL] if state in FAILURES else "",
        }
    everything_failed = state == "failed" and document.state == "failed"
    profiles = await _count_profiles(connection, rollout, row, found, all_failed=everything_failed)
    if profiles != row.profiles:
        changed["profiles"] = profiles
    if not changed:
        return rollout
    await rollouts.change_offered(connection, row, **changed)
    counts = _moved(rollout, row.state, changed.get("state", row.state))
    return await rollouts.change(connection, rollout, **counts, heard_at=now)


async def _count_profiles(
    connection: AsyncConnection,
    rollout: Rollout,
    row: Offered,
    found: Mapping[str, ProfileHealth],
    *,
    all_failed: bool,
) -> dict[str, dict[str, int]]:
    """What is known of each profile on this agent, after it was counted: as reported once, as failed once."""
    known = dict(row.profiles)
    for name, health in sorted(found.items()):
        before = known.get(name)
        failed = all_failed or health.worse
        newly_failed = failed and not (before and before["failed"])
        if before is None or newly_failed:
            devices = 0 if before else health.devices
            await rollouts.count_profile(
                connection, rollout, name, reported=int(before is None), failed=int(newly_failed), devices=devices
            )
            known[name] = {**to_data(health), "failed": int(failed)}
    return known


def _state(document: Confirmation) -> str:
    """Healthy with worse devices is no health."""
    worse = any(health.worse for health in document.profiles.values())
    return "failed" if document.state == "healthy" and worse else document.state


def _moved(rollout: Rollout, before: str, after: str) -> dict[str, int]:
    """The counts of the rollout, after an agent went from one state to another."""
    counts = {name: getattr(rollout, name) for name in ("applied", "healthy", "failed")}
    if before in _COUNTED:
        counts[_COUNTED[before]] -= 1
    if after in _COUNTED:
        counts[_COUNTED[after]] += 1
    return counts


def _is_of(name: str, known: Mapping[str, int]) -> bool:
    """Whether `hp/laserjet@13` stands in the release: nobody makes up profiles."""
    profile, _, version = name.partition("@")
    return str(known.get(profile)) == version
