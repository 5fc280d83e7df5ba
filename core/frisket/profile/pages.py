"""The pages of one device: the replies to a profile's requests, each read once, whatever is made of it how often."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import attrs

from frisket.errors import DecodeError
from frisket.model.answers import Answers
from frisket.profile.found import Where
from frisket.profile.picks import Pick, Raw, read_page
from frisket.profile.profile import ProfileRequest

_T = TypeVar("_T")


@attrs.define
class Pages:
    """`problems` says, for each request, why its reply cannot be read."""

    answers: Answers = attrs.field(factory=Answers)
    requests: Mapping[str, ProfileRequest] = attrs.field(factory=dict)
    problems: dict[str, str] = attrs.field(factory=dict)
    _read: dict[str, Any] = attrs.field(factory=dict)

    def page(self, name: str) -> Any | None:
        """The reply to a request as its form reads it; None where there is none, or none that can be read."""
        if name not in self._read:
            asked = self.requests[name]
            # the same path may have answered another request, which asked for less
            if asked.request is None or asked.request not in self.answers.requested:
                return None
            replies = self.answers.replies(asked.request)
            if not replies:
                return None
            self._read[name] = self.attempt(name, lambda: read_page(asked.form, replies), None)
        return self._read[name]

    def answered(self, name: str) -> bool:
        """Whether there is a reply, be it readable or not."""
        asked = self.requests[name].request
        return asked is not None and asked in self.answers.requested and bool(self.answers.replies(asked))

    def attempt(self, name: str, look: Callable[[], _T], default: _T) -> _T:
        """What looking at a page gives; the default where it is not what it promises, which is kept as a problem."""
        try:
            return look()
        except DecodeError as error:
            self.problems.setdefault(name, f"{self._reply_name(name)}: {error}")
            return default

    def look(self, name: str, pick: Pick, page: Any) -> list[Raw]:
        """What a pick finds in a page or in a part of one."""
        return self.attempt(name, lambda: pick.values(page), [])

    def where(self, name: str, pick: str) -> Where:
        """What a source is called: `/DevMgmt/x.xml /a/b`, `INFO STATUS.DISPLAY`, `marker-levels`."""
        asked = self.requests[name]
        if asked.form == "pjl":
            return Where("pjl", f"INFO {pick}")
        if asked.form == "ipp":
            return Where("ipp", pick)
        return Where("http", f"{self._reply_name(name)} {pick}")

    def _reply_name(self, name: str) -> str:
        asked = self.requests[name].request
        replies = self.answers.replies(asked) if asked is not None else []
        return replies[0].name if replies else name
