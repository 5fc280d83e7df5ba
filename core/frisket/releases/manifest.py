"""`releases/41.json`: which bundles a release is made of. Signed by the provider; each bundle by its vendor, too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs

from frisket.errors import DocumentError
from frisket.releases.roles import bundle_path, is_namespace
from frisket.wire.json_text import dump, load_object

SCHEMA = "frisket.release/1"
MAX_BYTES = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


@attrs.frozen(kw_only=True)
class BundleReference:
    """One version of one namespace's bundle; `length` is octets of the `.tar`."""

    version: int
    sha256: str
    length: int


@attrs.frozen(kw_only=True)
class Manifest:
    """A release: its number, and its bundles by namespace.

    `expected`: by profile, paths of values that are lost or changed on purpose, each with the last release for which
    a person accepted it. Without them agents would take what was meant for a mistake, and go back.
    """

    number: int
    bundles: Mapping[str, BundleReference]
    expected: Mapping[str, Mapping[str, int]] = attrs.field(factory=dict)

    def path_of(self, namespace: str) -> str:
        return bundle_path(namespace, self.bundles[namespace].version)

    def expected_since(self, number: int) -> dict[str, frozenset[str]]:
        """What an agent that comes from this release has to expect: not what it has had already."""
        return {
            profile: frozenset(path for path, accepted in paths.items() if accepted > number)
            for profile, paths in self.expected.items()
        }


def to_octets(manifest: Manifest) -> bytes:
    """The same octets for the same release."""
    bundles = {
        namespace: [reference.version, reference.sha256, reference.length]
        for namespace, reference in sorted(manifest.bundles.items())
    }
    expected = {profile: dict(sorted(paths.items())) for profile, paths in sorted(manifest.expected.items()) if paths}
    return dump({"schema": SCHEMA, "number": manifest.number, "bundles": bundles, "expected": expected})


def from_octets(octets: bytes) -> Manifest:
    """DocumentError for what is no manifest."""
    data = load_object(octets, max_bytes=MAX_BYTES)
    if data.get("schema") != SCHEMA or set(data) != {"schema", "number", "bundles", "expected"}:
        raise DocumentError((f"a manifest has schema ({SCHEMA}), number, bundles and expected, and nothing else",))
    number, bundles = data["number"], data["bundles"]
    if not _is_natural(number) or not isinstance(bundles, dict) or not bundles:
        raise DocumentError(("a manifest has a number from 1 on, and at least one bundle",))
    return Manifest(
        number=number,
        bundles={name: _reference(name, row) for name, row in bundles.items()},
        expected=_expected(data["expected"]),
    )


def _expected(data: object) -> dict[str, dict[str, int]]:
    if not isinstance(data, dict) or not all(isinstance(paths, dict) for paths in data.values()):
        raise DocumentError(("expected: not {profile: {path: release, …}}",))
    if not all(_is_natural(number) for paths in data.values() for number in paths.values()):
        raise DocumentError(("expected: a path stands with the number of a release",))
    return data


def _reference(namespace: str, row: Any) -> BundleReference:
    if is_namespace(namespace) and isinstance(row, list) and len(row) == 3:
        version, sha256, length = row
        if _is_natural(version) and isinstance(sha256, str) and _SHA256.match(sha256) and _is_natural(length):
            return BundleReference(version=version, sha256=sha256, length=length)
    raise DocumentError((f"bundles.{ascii(namespace)[1:41]}: not [version, SHA-256, octets] of a namespace",))


def _is_natural(value: object) -> bool:
    return type(value) is int and 0 < value < 1 << 53
