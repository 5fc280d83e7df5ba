"""The agent's data folder: what lies where, one agent at a time, and files that are whole or not there at all.

key.pem                          the agent's private key (0600)
agent.json                       hub, names, lease, desired and observed state
ceiling.toml                     optional, written by people: what no hub may exceed
credentials.toml                 optional, written by people: who the agent is on devices (0600)
spool.sqlite                     readings that the hub has not acknowledged
history.json                     what each device said last, to notice counters that fall
devices.json                     which profile read which device last
numbers                          the high-water mark of the readings' numbers
root.json                        the first root of the profile database, which everything else is trusted by
trust/                           metadata of the profile database that was verified
bundles/SHA256.tar               profiles and their cases, a namespace in each
releases/SHA256.json             what a release is made of, by the hash of its manifest
releases/SHA256.held.json        the older texts that stand in it for profiles which this agent cannot use
current                          the release in use and the one before; missing for the one that came with the agent
trial                            a release that is on trial: since when, and what came of it
spool.damaged-TIME/              a spool that could not be read any more
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs

from frisket.agent.errors import FolderError

_UNFINISHED = ".new"


@attrs.frozen
class AgentFolder:
    """Paths, and the two ways in which anything is written there."""

    path: Path

    @property
    def key(self) -> Path:
        return self.path / "key.pem"

    @property
    def state(self) -> Path:
        return self.path / "agent.json"

    @property
    def ceiling(self) -> Path:
        return self.path / "ceiling.toml"

    @property
    def credentials(self) -> Path:
        return self.path / "credentials.toml"

    @property
    def spool(self) -> Path:
        return self.path / "spool.sqlite"

    @property
    def history(self) -> Path:
        return self.path / "history.json"

    @property
    def devices(self) -> Path:
        return self.path / "devices.json"

    @property
    def numbers(self) -> Path:
        return self.path / "numbers"

    @property
    def root(self) -> Path:
        return self.path / "root.json"

    @property
    def trust(self) -> Path:
        return self.path / "trust"

    @property
    def bundles(self) -> Path:
        return self.path / "bundles"

    @property
    def releases(self) -> Path:
        return self.path / "releases"

    @property
    def current(self) -> Path:
        return self.path / "current"

    @property
    def trial(self) -> Path:
        return self.path / "trial"

    def prepare(self) -> None:
        """Makes the folder where there is none; FolderError when nothing can be written there."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe = self.path / f".probe-{secrets.token_hex(4)}{_UNFINISHED}"
            probe.touch(mode=0o600)
            probe.unlink()
        except OSError as error:
            way_out = "let the agent write there, or choose another folder with --data or FRISKET_AGENT_DATA"
            raise FolderError(self.path, f"cannot be written: {error.strerror}; {way_out}") from None

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """While one agent works in the folder no other can; what a killed one left half written is removed."""
        try:
            descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise FolderError(self.path / "lock", f"cannot be written: {error.strerror}") from None
        try:
            if not _lock(descriptor):
                raise FolderError(self.path, "an agent is at work in this folder; stop it, or give this one its own")
            for leftover in self.path.rglob(f"*{_UNFINISHED}"):
                leftover.unlink(missing_ok=True)
            yield
        finally:
            os.close(descriptor)  # which gives the lock back, as the end of the process would

    def write(self, file: Path, content: bytes, *, mode: int = 0o600) -> None:
        """Old or new after a crash at any moment, never a part of either; FolderError when it cannot be written."""
        temporary = file.with_name(f"{file.name}-{secrets.token_hex(4)}{_UNFINISHED}")
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(descriptor, "wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            temporary.replace(file)
            sync_directory(file.parent)
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise FolderError(file, f"cannot be written: {error.strerror}") from None

    def remove(self, file: Path) -> None:
        """So that it stays removed; FolderError when that cannot be."""
        try:
            file.unlink(missing_ok=True)
            sync_directory(file.parent)
        except OSError as error:
            raise FolderError(file, f"cannot be removed: {error.strerror}") from None

    def read(self, file: Path, *, most: int = 16 << 20) -> bytes | None:
        """The file's octets, None where there is no such file; FolderError when it cannot be read."""
        try:
            with file.open("rb") as opened:
                return opened.read(most)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise FolderError(file, f"cannot be read: {error.strerror}") from None


def sync_directory(folder: Path) -> None:
    """Makes a rename last through a power cut; Windows does so by itself."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """False when another process has it."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415  # there is no such module elsewhere

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415  # nor this one on Windows

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
