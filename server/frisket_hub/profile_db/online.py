"""The two keys that the hub holds, and what it signs with them by itself: the snapshot and the timestamp."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.releases import metadata
from frisket.releases.bundle_list import newest_bundle
from frisket.releases.key_files import public_file, read_key, write_key
from frisket.releases.keys import SigningKey
from frisket.releases.roles import RENEWED_EVERY, ROOT, SNAPSHOT, TIMESTAMP, namespace_of
from frisket_hub.errors import HubError
from frisket_hub.profile_db.documents import stored
from frisket_hub.store import tuf
from frisket_hub.store.tuf import Document

FOLDER_VARIABLE = "FRISKET_HUB_ONLINE_KEYS"
_ROLES = (SNAPSHOT, TIMESTAMP)
# Until the next root names them, new keys wait beside those in use
_NEXT = ".next"
_SNAPSHOT_LEFT = dt.timedelta(days=7)


class OnlineKeysError(HubError):
    """Keys that are not there, or that the root does not name."""


@attrs.frozen
class OnlineKeys:
    """Each role's keys: the one in use, and the one that the next root will name."""

    keys: Mapping[str, tuple[SigningKey, ...]] = attrs.field(repr=False)

    @classmethod
    def load(cls, folder: Path) -> OnlineKeys:
        """OnlineKeysError where there are none."""
        found = {role: tuple(read_key(file) for file in _files(folder, role) if file.is_file()) for role in _ROLES}
        missing = [role for role in _ROLES if not found[role]]
        if missing:
            raise OnlineKeysError(
                f"{folder}: holds no key for {' and '.join(missing)}; `frisket hub keys online` makes them"
            )
        return cls(found)

    def of(self, role: str, root: bytes) -> SigningKey:
        """The one that the root names; OnlineKeysError when it names another."""
        named = {key.id for key in metadata.keys_of_root(root)[role].keys}
        for key in self.keys[role]:
            if key.public.id in named:
                return key
        here = ", ".join(key.public.id[:16] for key in self.keys[role])
        raise OnlineKeysError(
            f"the root names another key for {role} than the hub has ({here}…); make and sign a root with --{role}"
            " and the .pub file that lies beside the hub's key"
        )


def folder_of(data: Path, environment: Mapping[str, str] = os.environ) -> Path:
    """Where the online keys lie: in the hub's folder, unless the environment names another place."""
    named = environment.get(FOLDER_VARIABLE)
    return Path(named) if named else data / "online-keys"


def make(folder: Path, *, rotate: bool = False) -> dict[str, Path]:
    """The two keys; their public halves by role. `rotate`: further ones, for the next root."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    suffix = _NEXT if rotate else ""
    return {role: write_key(folder / f"{role}{suffix}.pem", SigningKey.make(), None) for role in _ROLES}


def promote(folder: Path, root: bytes) -> None:
    """Tidies up after a rotation: keys that this root names, and that waited for it, take the others' place."""
    for role in _ROLES:
        named = {key.id for key in metadata.keys_of_root(root)[role].keys}
        used, waiting = _files(folder, role)
        if waiting.is_file() and read_key(waiting).public.id in named:
            waiting.replace(used)
            public_file(waiting).replace(public_file(used))


async def renew(connection: AsyncConnection, provider: str, keys: OnlineKeys, *, now: dt.datetime) -> bool:
    """Whether something was signed: a timestamp older than 6 h, a snapshot near its end, or a vendor's role renewed."""
    await tuf.lock(connection, provider)
    timestamp = await tuf.current(connection, provider, TIMESTAMP)
    if timestamp is None:
        return False
    snapshot = await tuf.current(connection, provider, SNAPSHOT)
    renewed = await _publish_renewed(connection, provider)
    if renewed or snapshot is None or snapshot.expires_at - now < _SNAPSHOT_LEFT:
        await sign_anew(connection, provider, keys, now=now)
    elif now - timestamp.created_at >= RENEWED_EVERY:
        await _sign_timestamp(connection, provider, keys, snapshot.content, now=now)
    else:
        return False
    return True


async def sign_anew(connection: AsyncConnection, provider: str, keys: OnlineKeys, *, now: dt.datetime) -> None:
    """A snapshot of what is in force, and its timestamp: the last step of whatever is published."""
    current = await tuf.all_current(connection, provider)
    root = current[ROOT].content
    roles = {role: one.content for role, one in current.items() if role not in (ROOT, SNAPSHOT, TIMESTAMP)}
    before = current.get(SNAPSHOT)
    version, named = (before.version + 1, before.content) if before else (1, None)
    unsigned = metadata.new_snapshot(roles, version=version, now=now, previous=named)
    snapshot = metadata.sign(unsigned, keys.of(SNAPSHOT, root))
    await _put(connection, provider, stored(SNAPSHOT, snapshot, published=True, now=now))
    await _sign_timestamp(connection, provider, keys, snapshot, now=now)


async def _sign_timestamp(
    connection: AsyncConnection, provider: str, keys: OnlineKeys, snapshot: bytes, *, now: dt.datetime
) -> None:
    root = await tuf.current(connection, provider, ROOT)
    before = await tuf.current(connection, provider, TIMESTAMP)
    assert root is not None
    unsigned = metadata.new_timestamp(snapshot, version=before.version + 1 if before else 1, now=now)
    signed = metadata.sign(unsigned, keys.of(TIMESTAMP, root.content))
    await _put(connection, provider, stored(TIMESTAMP, signed, published=True, now=now))


async def _publish_renewed(connection: AsyncConnection, provider: str) -> bool:
    """A vendor's newer metadata that lists nothing new shows nothing new either: it need not wait for a release."""
    current = await tuf.all_current(connection, provider)
    renewed = False
    for role, shown in current.items():
        latest = await tuf.newest(connection, provider, role) if namespace_of(role) else None
        if latest is not None and not latest.published and _lists_the_same(shown.content, latest.content):
            await tuf.publish(connection, provider, role, latest.version)
            renewed = True
    return renewed


def _lists_the_same(one: bytes, other: bytes) -> bool:
    return newest_bundle(one) == newest_bundle(other)


async def _put(connection: AsyncConnection, provider: str, document: Document) -> None:
    await tuf.add(connection, provider, document)
    await tuf.forget_old(connection, provider, document.role, document.version)


def _files(folder: Path, role: str) -> tuple[Path, Path]:
    return folder / f"{role}.pem", folder / f"{role}{_NEXT}.pem"
