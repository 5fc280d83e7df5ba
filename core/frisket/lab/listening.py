"""Why a virtual printer cannot listen, and what to do about it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from frisket.errors import LabError


@contextmanager
def explained(address: str, port: int) -> Iterator[None]:
    """The system's errors in this block become a LabError that names the address and the port."""
    try:
        yield
    except OSError as error:
        raise LabError(f"{address} port {port}: {_reason(error)}") from None


def _reason(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "in use by another program; give another --port-offset or --base"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "only an administrator may listen here; give --port-offset 10000"
    if error.errno == errno.EADDRNOTAVAIL:
        return "this system does not have the address; give --single-address"
    return f"cannot listen: {error.strerror or error}"
