"""Batches: what goes out next, to the octet, and what becomes of it."""

from __future__ import annotations

import attrs

from frisket.agent.errors import RefusedError
from frisket.agent.spool import Spool, Stored
from frisket.wire.documents import MAX_BATCH, Received

# Before compression; a quarter of it is usual afterwards, and a hub unpacks at most 8 MiB
_MOST_OCTETS = 4 << 20


@attrs.frozen
class Outgoing:
    """The numbers of some readings, and the body that carries them."""

    numbers: tuple[int, ...]
    body: bytes


def next_batch(spool: Spool, *, most: int = MAX_BATCH, above: int = 0) -> Outgoing | None:
    """The oldest readings, as many as one request may hold; None when nothing waits."""
    chosen: list[Stored] = []
    octets = 0
    for stored in spool.oldest(min(most, MAX_BATCH), above=above):
        octets += len(stored.body) + 1
        if chosen and octets > _MOST_OCTETS:
            break
        chosen.append(stored)
    if not chosen:
        return None
    return Outgoing(tuple(stored.number for stored in chosen), _body([stored.body for stored in chosen]))


def settle(spool: Spool, batch: Outgoing, received: Received) -> int:
    """Deletes what the hub has, sets aside what it will never take; how many of the batch that was.

    Only numbers of the batch count: what else an answer names was never sent with it.
    """
    sent = set(batch.numbers)
    taken = sorted(sent.intersection(received.numbers))
    spool.delete(taken)
    refused = {one.number: "; ".join(one.problems)[:500] for one in received.rejected if one.number in sent}
    for number in sorted(refused.keys() - set(taken)):
        spool.reject(number, refused[number] or "the hub rejects it")
    return len(sent.intersection([*taken, *refused]))


def too_large(spool: Spool, batch: Outgoing, error: RefusedError) -> int:
    """How many readings to try next after a 413; a single one that is too large is set aside."""
    if len(batch.numbers) > 1:
        return len(batch.numbers) // 2
    spool.reject(batch.numbers[0], str(error)[:500])
    return MAX_BATCH


def _body(readings: list[bytes]) -> bytes:
    """A Batch, from the octets that the spool keeps."""
    return b'{"readings":[' + b",".join(readings) + b"]}"
