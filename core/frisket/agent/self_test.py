"""Before a release is used: its own recorded cases, of the profiles that read devices here, replayed on this engine."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator

from frisket.agent.errors import UpdateError
from frisket.errors import FrisketError
from frisket.profile.cases import Case, run_case
from frisket.profile.database import ProfileDatabase
from frisket.releases.bundle import Bundle
from frisket.releases.bundled_cases import cases_of_bundle
from frisket.wire.device import to_document

SELF_TEST = "self-test"
# Seconds; a case takes a millisecond, and what is left over then is no reason against a release
_LONGEST = 10.0


def self_test(database: ProfileDatabase, bundles: Iterable[Bundle], used: Collection[str]) -> int:
    """How many cases hold, of the profiles in `used`; UpdateError with the first that does not."""
    done, until = 0, time.monotonic() + _LONGEST
    for case in _cases(bundles, used):
        _hold(database, case)
        done += 1
        if time.monotonic() > until:
            break
    return done


def _cases(bundles: Iterable[Bundle], used: Collection[str]) -> Iterator[Case]:
    """Only of namespaces in which something is used is anything read."""
    namespaces = {profile.partition("/")[0] for profile in used}
    for bundle in bundles:
        if bundle.namespace in namespaces:
            yield from (case for case in cases_of_bundle(bundle) if case.profile in used)


def _hold(database: ProfileDatabase, case: Case) -> None:
    try:
        differences = run_case(database, case, to_document).differences
    except FrisketError as error:
        differences = (str(error),)
    if differences:
        raise UpdateError(SELF_TEST, f"{case.name}: {differences[0]}", lasting=True)
