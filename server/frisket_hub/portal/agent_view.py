"""An agent as its pages show it: what it should have beside what it said it has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from frisket_hub.store.pages import GRACE, UNSAID, AgentRow, ConfirmationRow

_TROUBLE = ("failed", "reverted", "refused")


@attrs.frozen(kw_only=True)
class AgentView:
    """`observed_generation` is None before the first check-in; `release` None is what the agent came with."""

    row: AgentRow
    silent: bool
    observed_generation: int | None
    observed_state: str
    release: int | None
    desired_release: int | None
    held: Sequence[Mapping[str, str]]
    trust_problem: str
    versions: Mapping[str, str]
    plugins_failed: Sequence[str]
    refused: Sequence[Mapping[str, str]]
    spooled: int
    thinned: int

    @property
    def confirmed(self) -> bool:
        """The agent has the settings that it should have."""
        return self.observed_generation is not None and self.observed_generation >= self.row.generation

    @property
    def release_current(self) -> bool:
        return self.desired_release is None or self.release == self.desired_release

    @property
    def trouble(self) -> str:
        """`failed`, `reverted` or `refused`, where the agent's newest word is that; else nothing."""
        return self.observed_state if self.observed_state in _TROUBLE else ""

    @property
    def waiting(self) -> bool:
        """It has still to come and take what it should have."""
        return self.row.state == "active" and not (self.confirmed and self.release_current) and not self.trouble


def agent_view(row: AgentRow, *, now: dt.datetime, confirmations: Sequence[ConfirmationRow] = ()) -> AgentView:
    """`confirmations`, the newest first, say what came of the generation that the agent does not yet have."""
    said: Mapping[str, Any] = row.observed or {}
    observed, health = said.get("observed") or {}, said.get("health") or {}
    answer = next((each for each in confirmations if each.generation == row.generation), None)
    return AgentView(
        row=row,
        silent=_is_silent(row, now),
        observed_generation=observed.get("generation"),
        observed_state=answer.state if answer else observed.get("state", ""),
        release=(observed.get("release") or {}).get("number"),
        desired_release=row.release_number,
        held=said.get("held") or (),
        trust_problem=(said.get("trusted") or {}).get("problem", ""),
        versions=said.get("versions") or {},
        plugins_failed=said.get("plugins_failed") or (),
        refused=answer.refused if answer else said.get("refused") or (),
        spooled=health.get("spooled", 0),
        thinned=health.get("thinned", 0),
    )


def _is_silent(row: AgentRow, now: dt.datetime) -> bool:
    """As `store.pages.silent_since` says it in SQL."""
    if row.state != "active":
        return False
    if row.next_check_in_at is not None:
        return row.next_check_in_at < now - GRACE
    return (row.last_check_in_at or row.enrolled_at) < now - UNSAID
