"""Metadata as the database keeps it, and what a vendor's says of its bundles."""

from __future__ import annotations

import datetime as dt
import re

from frisket.releases import metadata
from frisket.releases.metadata import Target
from frisket_hub.store.tuf import Document

_BUNDLE = re.compile(r"profiles/([^/]+)/bundle@([1-9]\d{0,8})\.tar\Z")


def stored(role: str, content: bytes, *, published: bool, now: dt.datetime) -> Document:
    described = metadata.describe(content)
    return Document(
        role=role,
        version=described.version,
        content=content,
        published=published,
        expires_at=described.expires,
        created_at=now,
    )


def bundles_of(content: bytes) -> dict[int, Target]:
    """A vendor's bundles by version; what is called otherwise is left out."""
    found = {}
    for path, target in metadata.targets_of(content).items():
        matched = _BUNDLE.match(path)
        if matched:
            found[int(matched[2])] = target
    return found


def newest_bundle(content: bytes) -> int:
    """0 where there is none."""
    return max(bundles_of(content), default=0)


def namespaces_of(content: bytes) -> set[str]:
    """Whose bundles a vendor's metadata lists."""
    return {matched[1] for path in metadata.targets_of(content) if (matched := _BUNDLE.match(path))}
