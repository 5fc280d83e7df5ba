"""Figures about the hub itself for Prometheus: no member, device or agent is named in any."""

from __future__ import annotations

import platform

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from frisket_hub import __version__

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)


class Metrics:
    """Of one application, so that two in one process do not count for each other."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "route")
        self._requests = Counter(
            "frisket_hub_requests", "Requests by declared route", (*labels, "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "frisket_hub_request_seconds", "Time to the answer", labels, buckets=_SECONDS, registry=self._registry
        )
        self._counted: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        info = Gauge("frisket_hub_info", "The running program", ("version", "python"), registry=self._registry)
        info.labels(__version__, platform.python_version()).set(1)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        counted = self._counted.get((method, route, status))
        if counted is None:
            # to find a figure by its labels takes longer than to count
            counted = self._requests.labels(method, route, str(status)), self._seconds.labels(method, route)
            self._counted[method, route, status] = counted
        counted[0].inc()
        counted[1].observe(seconds)

    def text(self) -> bytes:
        return generate_latest(self._registry)
