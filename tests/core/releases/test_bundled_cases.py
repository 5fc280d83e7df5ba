from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

import frisket_profiles
from frisket.errors import RecordingError
from frisket.plugins import load_plugins
from frisket.profile.cases import find_cases, run_cases
from frisket.profile.database import ProfileFile, build_database, read_folder
from frisket.releases.bundle import Bundle, pack, read_bundle, unpack
from frisket.releases.bundled_cases import cases_of_bundle
from frisket.wire.device import to_document

FOLDER = Path(frisket_profiles.__file__).parent


def test_cases_of_a_bundle_are_those_of_its_folder_and_hold_as_they_do_there() -> None:
    registry = load_plugins()
    database = build_database(chain.from_iterable(map(read_folder, registry.profile_folders)), registry.steps)
    bundle = unpack(pack(read_bundle(FOLDER, "brother")), "brother")
    cases = list(cases_of_bundle(bundle))
    assert [f"{case.name}" for case in cases] == [f"brother/{case.name}" for case in find_cases(FOLDER / "brother")]
    assert not [line for result in run_cases(database, cases, to_document) for line in result.differences]


def test_a_recording_alone_is_no_case_and_one_that_cannot_be_used_is_named() -> None:
    profiles = (ProfileFile("acme/laser.yaml", "nothing"),)
    alone = {"acme/laser.cases/one": {"device.snmprec": b""}}
    assert list(cases_of_bundle(Bundle(namespace="acme", profiles=profiles, cases=alone))) == []
    broken = {"acme/laser.cases/two": {"expect.yaml": b"device: null\n"}}
    with pytest.raises(RecordingError, match=r"acme/laser\.cases/two"):
        list(cases_of_bundle(Bundle(namespace="acme", profiles=profiles, cases=broken)))
