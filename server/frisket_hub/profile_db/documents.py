"""Metadata as the database keeps it."""

from __future__ import annotations

import datetime as dt

from frisket.releases import metadata
from frisket_hub.store.tuf import Document


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
