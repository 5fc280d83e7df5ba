"""Why something is not trusted: a closed list, which agents report and the hub shows."""

from __future__ import annotations

import enum


class TrustCode(enum.StrEnum):
    """Each is one way in which a repository can be wrong, by accident or on purpose."""

    NO_ROOT = "no-root"
    NOT_SIGNED = "not-signed"
    EXPIRED = "expired"
    OLDER = "older"
    MIXED = "mixed"
    WRONG_CONTENT = "wrong-content"
    TOO_LARGE = "too-large"
    MISSING = "missing"
    NOT_DELEGATED = "not-delegated"
    UNREADABLE = "unreadable"
    FORK = "fork"
