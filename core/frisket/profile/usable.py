"""As many profiles as this engine can use: one that needs what it lacks stays at its last usable version, or out.

Only lacking counts so: a step that no plugin brought, a protocol, a newer schema. A profile that is wrong is wrong on
every agent, and holds the whole database back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import attrs

from frisket.errors import ProfileError
from frisket.profile.database import ProfileDatabase, ProfileFile, build_database
from frisket.profile.step_registry import StepRegistry
from frisket.profile.yaml_text import Plain, load_plain


@attrs.frozen(kw_only=True)
class HeldProfile:
    """`file` is the older text that stands for it, None where there is none and it is left out. `why` is for people."""

    id: str
    file: ProfileFile | None
    why: str


@attrs.frozen(kw_only=True)
class Usable:
    """A database, and what in it is not as the files say."""

    database: ProfileDatabase
    held: tuple[HeldProfile, ...] = ()


def build_usable(
    files: Iterable[ProfileFile],
    before: Mapping[str, ProfileFile],
    steps: StepRegistry,
    protocols: Collection[str] | None = None,
) -> Usable:
    """`before` holds texts that were usable here, by file name; `protocols` are those that plugins speak here, None for
    all. ProfileError for any problem that is no lack.
    """
    wanted = {file.name: file for file in files}
    lacking = {} if protocols is None else _without_protocol(wanted.values(), protocols)
    try:
        database = build_database(wanted.values(), steps)
    except ProfileError as error:
        if not all(problem.lacking for problem in error.problems):
            raise
        lacking = {problem.file: problem.message for problem in reversed(error.problems)} | lacking
    else:
        if not lacking:
            return Usable(database=database)
    reasons = _with_those_built_on(lacking, wanted)
    older = {name: before.get(name) for name in reasons}
    try:
        return _build_with(wanted, older, reasons, steps)
    except ProfileError:
        # what was usable then may not fit to what is new; without it, the rest still does
        return _build_with(wanted, dict.fromkeys(reasons), reasons, steps)


def _build_with(
    wanted: Mapping[str, ProfileFile],
    older: Mapping[str, ProfileFile | None],
    reasons: Mapping[str, str],
    steps: StepRegistry,
) -> Usable:
    together = {**wanted, **older}
    database = build_database((file for file in together.values() if file is not None), steps)
    held = (
        HeldProfile(id=_id_of(name), file=older[name], why=f"{_stays(older[name])}: {why}")
        for name, why in sorted(reasons.items())
    )
    return Usable(database=database, held=tuple(held))


def _without_protocol(files: Iterable[ProfileFile], protocols: Collection[str]) -> dict[str, str]:
    """By file, the first protocol that a profile requires and no plugin speaks here."""
    found = {}
    for file in files:
        # most profiles require nothing, and reading each a second time would take as long as building all
        required = _plain(file).get("requires") if "requires:" in file.text else None
        wanted = required.get("protocols") if isinstance(required, dict) else None
        lacking = [name for name in wanted if name not in protocols] if isinstance(wanted, list) else []
        if lacking:
            found[file.name] = f"no plugin speaks {lacking[0]!r} here"
    return found


def _with_those_built_on(lacking: Mapping[str, str], files: Mapping[str, ProfileFile]) -> dict[str, str]:
    """Why each file is held, by its name: what it lacks, or what it is built on."""
    reasons = dict(lacking)
    built_on = {name: _built_on(file) for name, file in files.items()}
    found = True
    while found:
        found = False
        for name, below in built_on.items():
            held = sorted(below.intersection(map(_id_of, reasons)))
            if held and name not in reasons:
                reasons[name], found = f"is built on {held[0]}, which is held", True
    return reasons


def _built_on(file: ProfileFile) -> frozenset[str]:
    """The profiles that a file extends or lies over."""
    plain = _plain(file)
    lists = (plain.get(key) for key in ("extends", "overlays"))
    return frozenset(name for names in lists if isinstance(names, list) for name in names if isinstance(name, str))


def _stays(file: ProfileFile | None) -> str:
    return "left out" if file is None else f"stays at version {_plain(file).get('version', '?')}"


def _plain(file: ProfileFile) -> dict[str, Plain]:
    plain = load_plain(file.text, file=file.name)
    return plain if isinstance(plain, dict) else {}


def _id_of(name: str) -> str:
    return name.removesuffix(".yaml")
