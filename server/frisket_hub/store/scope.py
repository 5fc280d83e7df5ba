"""The members that somebody may see or change; a query on a member's table never goes out without it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, Self, TypeVar

import attrs
from sqlalchemy import Table


@attrs.frozen
class Scope:
    """Members by id. Empty means: nothing at all."""

    members: frozenset[str] = frozenset()

    @classmethod
    def of(cls, members: Iterable[str]) -> Scope:
        return cls(frozenset(members))

    def __contains__(self, member_id: object) -> bool:
        return member_id in self.members


class _Narrowable(Protocol):
    def where(self, *conditions: Any) -> Self: ...


_Statement = TypeVar("_Statement", bound=_Narrowable)


def within(statement: _Statement, table: Table, scope: Scope) -> _Statement:
    """The select, update or delete, for the rows of these members only."""
    return statement.where(table.c.member_id.in_(sorted(scope.members)))
