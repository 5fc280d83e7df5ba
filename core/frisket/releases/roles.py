"""The roles of the profile database (RELEASES 1): who signs what, with how many keys, and for how long.

root       2 of 3  offline  the keys of all roles
targets    2 of 3  offline  delegations only
vendor-NS  1 of n  the vendor's machine  profiles/NS/*
release    1 of n  away from the hub     releases/*
snapshot   1       online   the versions of all targets metadata
timestamp  1       online   the snapshot
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

import attrs

ROOT, TARGETS, SNAPSHOT, TIMESTAMP, RELEASE = "root", "targets", "snapshot", "timestamp", "release"
TOP_LEVEL = (ROOT, TARGETS, SNAPSHOT, TIMESTAMP)
_VENDOR = "vendor-"
# As a namespace is a folder's name, and a role's
_NAMESPACE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}\Z")
# The timestamp is signed anew this often; a fifth of its life, so that a night without the hub expires nothing
RENEWED_EVERY = dt.timedelta(hours=6)


@attrs.frozen(kw_only=True)
class Rule:
    """How many keys must sign, and how long what they sign is good for."""

    threshold: int
    life: dt.timedelta


RULES: Mapping[str, Rule] = {
    ROOT: Rule(threshold=2, life=dt.timedelta(days=365)),
    TARGETS: Rule(threshold=2, life=dt.timedelta(days=365)),
    RELEASE: Rule(threshold=1, life=dt.timedelta(days=90)),
    SNAPSHOT: Rule(threshold=1, life=dt.timedelta(days=14)),
    TIMESTAMP: Rule(threshold=1, life=dt.timedelta(days=2)),
}
_VENDOR_RULE = Rule(threshold=1, life=dt.timedelta(days=365))


def rule_of(role: str) -> Rule:
    return RULES.get(role, _VENDOR_RULE)


def is_namespace(text: str) -> bool:
    """Whether this can be the namespace of a vendor."""
    return _NAMESPACE.match(text) is not None


def vendor_role(namespace: str) -> str:
    return f"{_VENDOR}{namespace}"


def namespace_of(role: str) -> str | None:
    """Of a vendor's role; None for any other."""
    namespace = role.removeprefix(_VENDOR)
    return namespace if namespace != role and is_namespace(namespace) else None


def bundle_path(namespace: str, version: int) -> str:
    """The version is part of the path: a path's content never changes."""
    return f"profiles/{namespace}/bundle@{version}.tar"


def manifest_path(number: int) -> str:
    return f"releases/{number}.json"


def delegated_path(role: str) -> str:
    """The pattern that a delegated role may sign; patterns do not cross `/`."""
    namespace = namespace_of(role)
    return "releases/*" if namespace is None else f"profiles/{namespace}/*"


def metadata_file(role: str, version: int | None) -> str:
    """Where a repository keeps a role's metadata; of the timestamp there is one, which has no number."""
    return f"metadata/{role}.json" if version is None else f"metadata/{version}.{role}.json"


def target_file(path: str, sha256: str) -> str:
    """Where a repository keeps a target: known by its content, so that any cache may hold it for ever."""
    folder, _, name = path.rpartition("/")
    return f"targets/{folder}/{sha256}.{name}"


def patch_file(path: str, sha256: str, base: str) -> str:
    """A target, compressed with the older content `base` (its SHA-256) as dictionary."""
    return f"{target_file(path, sha256)}.from.{base}.zst"
