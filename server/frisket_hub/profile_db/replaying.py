"""The profiles of all vendors together, loaded as agents load them, and every recorded case of everybody replayed."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping

from frisket.errors import ProfileError, RecordingError
from frisket.plugins.loading import EVERYWHERE, load_plugins
from frisket.profile.cases import case_of, run_case
from frisket.profile.database import ProfileDatabase, build_database
from frisket.profile.step_registry import StepRegistry
from frisket.releases.bundle import Bundle
from frisket.wire.device import to_document


def load(bundles: Iterable[Bundle]) -> ProfileDatabase:
    """ProfileError with everything that is wrong in any of them."""
    return build_database((profile for bundle in bundles for profile in bundle.profiles), _steps())


def problems_of(bundles: Iterable[Bundle]) -> tuple[list[str], int]:
    """Everything that is wrong, a line each, and how many cases were replayed: none where the profiles do not load."""
    together = list(bundles)
    try:
        database = load(together)
    except ProfileError as error:
        return [str(problem) for problem in error.problems], 0
    cases = [(name, files) for bundle in together for name, files in sorted(bundle.cases.items())]
    replayed = [(name, files) for name, files in cases if "expect.yaml" in files]
    return [line for name, files in replayed for line in _replayed(database, name, files)], len(replayed)


def _replayed(database: ProfileDatabase, name: str, files: Mapping[str, bytes]) -> Iterator[str]:
    try:
        result = run_case(database, case_of(files, name=name), to_document)
    except ProfileError as error:
        yield from map(str, error.problems)
    except RecordingError as error:
        yield f"{name}: {str(error).removeprefix(f'{name}: ')}"
    else:
        for difference in result.differences:
            yield f"{name}: {difference}"


@functools.cache
def _steps() -> StepRegistry:
    """Of the installed plugins: a profile that uses another step would load nowhere."""
    return load_plugins((EVERYWHERE,)).steps
