"""The recorded cases of a bundle, replayed where the bundle arrives: on the hub, and on agents."""

from __future__ import annotations

from collections.abc import Iterator

from frisket.profile.cases import Case, case_of
from frisket.releases.bundle import Bundle


def cases_of_bundle(bundle: Bundle) -> Iterator[Case]:
    """RecordingError or ProfileError at the first one that cannot be used; a recording alone is no case."""
    for name, files in sorted(bundle.cases.items()):
        if "expect.yaml" in files:
            yield case_of(files, name=name)
