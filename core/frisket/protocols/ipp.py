"""IPP of devices: Get-Printer-Attributes (RFC 8011 4.2.5) over http or https, and no other operation (ADR 0017)."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from types import MappingProxyType

import attrs

from frisket.errors import DecodeError
from frisket.formats.ipp import decode_response, encode_get_printer_attributes
from frisket.model.answers import Answers
from frisket.model.plan import Plan
from frisket.model.reading import NoteCode
from frisket.model.request import IppRequest, Reply
from frisket.protocols.contact import Contact, Ports
from frisket.protocols.session import Budget, NoteBook
from frisket.protocols.web_client import (
    ABSENT,
    REDIRECTS,
    AbsentError,
    ClosedError,
    Door,
    RefusedError,
    WebAnswer,
    WebClient,
    WebError,
)
from frisket.protocols.web_memory import is_absent, order_of, remember_absent, remember_variant
from frisket.protocols.web_path import path_refusal

# RFC 8011 appendix B
_SUCCESSFUL = range(0x0100)
_CLIENT_ERRORS = range(0x0400, 0x0500)
_NOT_FOUND = 0x0406
_VERSION_NOT_SUPPORTED = 0x0503

_UPGRADE_REQUIRED = 426
# What stands in the memory of what a device has not, for a device without a print server
_SERVER = "ipp:"


class _RejectedError(WebError):
    """A printer that answers no such request: another path may."""


class IppTransport:
    """Opens a session without a packet: the first request makes the connection."""

    async def open(self, contact: Contact) -> IppSession:
        return IppSession(contact, WebClient(contact), contact.notes, contact.budget)


@attrs.define(eq=False)
class IppSession:
    """One device's printers, asked one after the other over one connection."""

    contact: Contact
    client: WebClient
    notes: NoteBook
    budget: Budget
    _closed: bool = False

    async def ask(self, plan: Plan, answers: Answers) -> None:
        """See Session.ask. Raises nothing but what the budget does."""
        for request in plan.requests:
            if isinstance(request, IppRequest) and request not in answers.requested:
                answers.requested.add(request)
                await self._first_of(request, answers)

    def close(self) -> None:
        self.client.close()

    async def _first_of(self, request: IppRequest, answers: Answers) -> None:
        memory = self.contact.memory
        visit = _Visit(request, time.monotonic() + request.timeout)
        rejected: str | None = None
        if is_absent(_SERVER, memory):
            return
        for path in order_of(request.paths, memory):
            if self._closed or is_absent(_absence(path), memory):
                continue
            refusal = path_refusal(path)
            if refusal is not None:
                self.notes.add(NoteCode.REQUEST_REFUSED, f"{path[:80]!a}: a path that {refusal}")
                continue
            try:
                octets = await self._printer(visit, path)
            except AbsentError:
                remember_absent(_SERVER, memory)
                continue
            except _RejectedError as error:
                rejected = rejected or f"IPP {path}: {error}"
                continue
            except (WebError, DecodeError) as error:
                code = error.code if isinstance(error, WebError) else NoteCode.REQUEST_FAILED
                self.notes.add(code, f"IPP {path}: {error}")
                continue
            if octets is None:
                remember_absent(_absence(path), memory)
                continue
            remember_variant(request.paths, path, memory)
            answers.add_reply(Reply(protocol="ipp", name=path, octets=octets))
            return
        if rejected is not None:
            self.notes.add(NoteCode.REQUEST_FAILED, rejected)

    async def _printer(self, visit: _Visit, path: str) -> bytes | None:
        """The octets of a successful response; None where there is no printer at this path."""
        for version in ((2, 0), (1, 1)):
            answer = await self._over_any_door(visit, path, version)
            if answer.status in ABSENT:
                return None
            if answer.status != 200:
                raise WebError(f"HTTP status {answer.status}")
            status = decode_response(answer.body).status
            if status in _SUCCESSFUL:
                return answer.body
            if status == _NOT_FOUND:
                return None
            if status != _VERSION_NOT_SUPPORTED:
                break
        raise (_RejectedError if status in _CLIENT_ERRORS else WebError)(f"status 0x{status:04x}")

    async def _over_any_door(self, visit: _Visit, path: str, version: tuple[int, int]) -> WebAnswer:
        """By the door that worked last time, or else the first that is open."""
        schemes = self.contact.memory.schemes
        doors = _doors(self.contact.ports)
        failures: list[WebError] = []
        closed: set[int] = set()
        for name in sorted(doors, key=lambda name: name != schemes.get("ipp")):
            if doors[name].port in closed:
                continue
            try:
                answer = await self._post(visit, doors[name], path, version)
            except RefusedError:
                raise
            except WebError as error:
                # what is no HTTP may be TLS
                failures.append(error)
                closed |= {doors[name].port} if isinstance(error, ClosedError) else set()
                continue
            if _wants_tls(answer, doors[name]):
                continue
            schemes["ipp"] = name
            return answer
        self._closed = all(isinstance(error, ClosedError) for error in failures)
        told = [error for error in failures if not isinstance(error, AbsentError)] or failures
        raise next(iter(told), WebError("wants TLS, and does not speak it"))

    async def _post(self, visit: _Visit, door: Door, path: str, version: tuple[int, int]) -> WebAnswer:
        address = self.contact.address.partition("%")[0]
        host = f"[{address}]" if ":" in address else address
        uri = f"{'ipps' if door.scheme == 'https' else 'ipp'}://{host}:{door.port}{path}"
        octets = encode_get_printer_attributes(
            uri, visit.request.attributes, request_id=random.randint(1, 0x7FFFFFFF), version=version
        )
        seconds = visit.deadline - time.monotonic()
        return await self.client.post_ipp(door, path, octets, max_bytes=visit.request.max_bytes, seconds=seconds)


@attrs.frozen
class _Visit:
    """A request under way, and when all of its paths must be done."""

    request: IppRequest
    deadline: float


def _doors(ports: Ports) -> Mapping[str, Door]:
    """RFC 8010 8.2 and RFC 7472: IPP over HTTP, over HTTPS at the same port; some have the latter at 443 only."""
    return MappingProxyType(
        {"ipp": Door("http", ports.ipp), "ipps": Door("https", ports.ipp), "https": Door("https", ports.https)}
    )


def _wants_tls(answer: WebAnswer, door: Door) -> bool:
    """RFC 2817 4.2, or what most devices do in its place. Only the scheme of a redirect counts, not where it leads."""
    if door.scheme == "https":
        return False
    moved = answer.status in REDIRECTS and answer.header("location").lower().startswith(("https:", "ipps:"))
    return moved or answer.status == _UPGRADE_REQUIRED


def _absence(path: str) -> str:
    """Pages and printers share the memory of a device, but not their paths."""
    return f"ipp:{path}"
