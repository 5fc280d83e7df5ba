"""What the hub raises on purpose, as branches of core's tree.

    FrisketError
    └── HubError              the hub cannot do what it was asked to do
        ├── StoreError        the database cannot be opened, or is not what it should be
        └── DeclarationError  a route that does not say who may use it: the hub does not start

A message says what happened, to what, and what to do next.
"""

from __future__ import annotations

from frisket.errors import FrisketError

__all__ = ["DeclarationError", "HubError", "StoreError"]


class HubError(FrisketError):
    """The hub cannot do what it was asked to do."""


class StoreError(HubError):
    """A database that cannot be opened; `place` is its path, or its URL without the password."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place


class DeclarationError(HubError):
    """A route without audience and scope."""
