"""The number of each profile: whoever changes one raises it, or nobody could tell the two apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from frisket.errors import Problem, ProfileError
from frisket.profile.database import ProfileFile
from frisket.profile.structure import structure
from frisket.profile.yaml_text import find, load


def versions_of(files: Iterable[ProfileFile]) -> dict[str, int]:
    """By profile; one that cannot be read is left out, for loading the database tells what is wrong with it."""
    found = {}
    for file in files:
        try:
            document = structure(load(file.text, file=file.name), file=file.name)
        except ProfileError:
            continue
        found[document.profile] = document.version
    return dict(sorted(found.items()))


def kept_numbers(before: Iterable[ProfileFile], after: Iterable[ProfileFile]) -> Iterator[Problem]:
    """Every profile that is another one than before without a higher number."""
    known = {file.name: file for file in before}
    old = versions_of(known.values())
    changed = [file for file in after if file.name in known and known[file.name].text != file.text]
    new = versions_of(changed)
    for file in changed:
        profile = file.name.removesuffix(".yaml")
        if profile in old and profile in new and new[profile] <= old[profile]:
            node = find(load(file.text, file=file.name), ("version",))
            message = f"the profile is another one than version {old[profile]}; give it version {old[profile] + 1}"
            yield Problem(file.name, node.line, node.column, "$.version", message)
