"""What `frisket agent status` shows: what an agent has, what it should have, what it trusts, and what waits."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator

from frisket.agent.ceiling import printable
from frisket.agent.errors import UpdateError
from frisket.agent.folder import AgentFolder
from frisket.agent.release_files import Pointer, ReleaseFiles
from frisket.agent.spool import Spool
from frisket.agent.state import AgentState
from frisket.agent.trial import TrialFile
from frisket.agent.trust import Trust
from frisket.wire.documents import Release


def status_lines(folder: AgentFolder, state: AgentState) -> Iterator[tuple[str, str]]:
    yield "hub", state.hub
    yield "agent", f"{state.agent} ({state.name}, {state.site})"
    yield "data folder", str(folder.path)
    yield "last check-in", _when(state.checked_in_at)
    yield from _profile_lines(folder, state)
    yield "generation", f"{state.generation} ({state.release_state})"
    if state.desired is not None:
        yield (
            "scans",
            f"every {state.desired.scan_interval:,} s: {printable(', '.join(state.desired.targets)) or 'nothing'}",
        )
    for refusal in state.refused:
        yield "refused", f"{refusal.item}: {refusal.reason}"
    yield "last scan", f"{_when(state.scanned_at)}, {state.health.devices:,} printers"
    with looking(folder) as spool:
        counts = None if spool is None else spool.counts()
    if counts is not None:
        yield "spool", f"{counts.waiting:,} waiting, {counts.thinned:,} thinned, {counts.rejected:,} rejected"
    for aside in sorted(folder.path.glob("spool.damaged-*")):
        yield "damaged spool", str(aside)


def _profile_lines(folder: AgentFolder, state: AgentState) -> Iterator[tuple[str, str]]:
    files, trial = ReleaseFiles(folder), TrialFile.load(folder).trial
    try:
        pointer = files.pointer()
    except UpdateError as error:
        pointer = Pointer()
        yield "profiles", f"{error}"
    yield "profiles", _release(pointer.release)
    if trial is not None and trial.release == pointer.release:
        yield "on trial", f"until its first scan is compared; back to {_release(trial.before)} if that is worse"
    for held in () if pointer.release is None else files.held(pointer.release):
        yield "held", printable(f"{held.id} {held.why}")
    for unusable in state.unusable:
        words = printable(unusable.detail.splitlines()[0]) if unusable.detail else ""
        yield unusable.state, f"{_release(unusable.release)}: {unusable.code}: {words}"
    yield from _trust_lines(folder, state)


def _trust_lines(folder: AgentFolder, state: AgentState) -> Iterator[tuple[str, str]]:
    standing = Trust(folder).standing()
    if standing.root is None:
        yield "trust", "no root of the profile database yet"
    for name, role in (("root", standing.root), ("timestamp", standing.timestamp)):
        if role is not None:
            ends = "expired" if role.expires <= dt.datetime.now(dt.UTC) else "good until"
            yield "trust", f"{name} {role.version}, {ends} {role.expires:%Y-%m-%d %H:%M} UTC"
    if state.trust_problem:
        yield "trust problem", printable(state.trust_problem.splitlines()[0])


def _release(release: Release | None) -> str:
    return "those it came with" if release is None else f"release {release.number} ({release.sha256[:16]}…)"


@contextlib.contextmanager
def looking(folder: AgentFolder) -> Iterator[Spool | None]:
    spool = Spool.look(folder)
    try:
        yield spool
    finally:
        if spool is not None:
            spool.close()


def _when(seconds: int | None) -> str:
    return "never" if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
