from __future__ import annotations

import pytest

from frisket.errors import ProfileError
from frisket.profile.database import ProfileFile, build_database
from frisket.profile.step_registry import StepRegistry
from frisket.profile.usable import Usable, build_usable

STEPS = StepRegistry()
IDENTITY = ProfileFile(
    "std/identity.yaml",
    """schema: 1
profile: std/identity
version: 1
title: Who is there
kind: identity
identity:
  sysObjectID: {from: [{oid: 1.3.6.1.2.1.1.2.0}]}
  sysDescr: {from: [{oid: 1.3.6.1.2.1.1.1.0}]}
  hrDeviceDescr: {from: [{oid: 1.3.6.1.2.1.25.3.2.1.3.1}]}
  ieee1284: {from: [{oid: 1.3.6.1.4.1.2699.1.2.1.2.1.1.3.1}]}
printer: [{sysDescr: ".*"}]
""",
)


def file(name: str, *, version: int = 1, step: str = "text", more: str = "") -> ProfileFile:
    text = f"""profile: {name}
version: {version}
title: Some printers
kind: device
match: [{{sysDescr: "{name}"}}]
fields: {{model: {{from: [{{oid: 1.3.6.1.2.1.1.1.0, pipe: [{step}]}}]}}}}
{more}
"""
    return ProfileFile(f"{name}.yaml", text if "schema:" in more else f"schema: 1\n{text}")


def build(*files: ProfileFile, before: tuple[ProfileFile, ...] = ()) -> Usable:
    return build_usable((IDENTITY, *files), {one.name: one for one in before}, STEPS)


def held(usable: Usable) -> dict[str, str]:
    return {one.id: one.why for one in usable.held}


@pytest.mark.parametrize(
    ("newer", "why"),
    [
        (file("a/x", version=2, step="acme.tlv"), "unknown step 'acme.tlv'"),
        (file("a/x", version=2, more="requires: {protocols: [gopher]}"), "unknown protocol 'gopher'"),
        (file("a/x", version=2, more="requires: {steps: [acme.tlv]}"), "unknown step 'acme.tlv'"),
        (file("a/x", version=2, more="schema: 2\nwhatever: {comes: then}"), "'2' is none of 1"),
    ],
)
def test_a_profile_that_needs_what_is_not_here_stays_at_its_last_usable_version(newer: ProfileFile, why: str) -> None:
    usable = build(newer, file("a/y", version=7), before=(file("a/x"), file("a/y", version=6)))
    assert {name: one.version for name, one in usable.database.profiles.items()} == {"a/x": 1, "a/y": 7}
    ((name, reason),) = held(usable).items()
    assert name == "a/x"
    assert reason.startswith("stays at version 1: ")
    assert why in reason


def test_one_that_was_never_usable_is_left_out_with_what_is_built_on_it_and_holds_nothing_else() -> None:
    child = file("a/child", more="extends: [a/x]")
    grandchild = file("a/grandchild", more="extends: [a/child]")
    overlay = ProfileFile(
        "b/over.yaml", "schema: 1\nprofile: b/over\nversion: 1\ntitle: t\nkind: overlay\noverlays: [a/child]\n"
    )
    for lacking in (file("a/x", step="acme.tlv"), file("a/x", more="schema: 2")):
        usable = build(lacking, child, grandchild, overlay, file("a/y"))
        assert set(usable.database.profiles) == {"a/y"}
        assert set(held(usable)) == {"a/x", "a/child", "a/grandchild", "b/over"}
        assert held(usable)["a/grandchild"] == "left out: is built on a/child, which is held"


def test_what_is_wrong_is_no_lack() -> None:
    with pytest.raises(ProfileError, match="unknown key 'nonsense'"):
        build(file("a/x", step="acme.tlv", more="nonsense: 1"))
    with pytest.raises(ProfileError, match="a/y"):
        build(file("a/x", step="acme.tlv"), file("a/y", more="extends: [a/unheard-of]"))


def test_an_older_version_that_does_not_fit_any_more_is_left_out() -> None:
    before = file("a/x", more="extends: [a/gone]")
    usable = build(file("a/x", version=2, step="acme.tlv"), file("a/y"), before=(before,))
    assert set(usable.database.profiles) == {"a/y"}
    assert held(usable)["a/x"].startswith("left out")


def test_digests_say_whether_two_databases_read_alike() -> None:
    parent, child = file("a/x"), file("a/child", more="extends: [a/x]")
    overlay = "schema: 1\nprofile: b/over\nversion: {}\ntitle: t\nkind: overlay\noverlays: [a/y]\n"

    def digests(*files: ProfileFile, version: int = 1) -> dict[str, str]:
        over = ProfileFile("b/over.yaml", overlay.format(version))
        return dict(build_database((IDENTITY, *files, file("a/y"), over), STEPS).digests)

    first = digests(parent, child)
    assert set(first) == {"a/x", "a/child", "a/y", "std/identity"}
    assert digests(child, parent) == first
    changed = digests(file("a/x", version=2), child)
    assert {name for name in first if changed[name] != first[name]} == {"a/x", "a/child"}
    changed = digests(parent, child, version=2)
    assert {name for name in first if changed[name] != first[name]} == {"a/y"}


def test_a_protocol_that_no_plugin_speaks_here_holds_a_profile() -> None:
    older, newer = file("acme/laser"), file("acme/laser", version=2, more="requires: {protocols: [pjl]}")
    files = (IDENTITY, newer, file("acme/ink", version=2))
    spoken = build_usable(files, {older.name: older}, STEPS, {"snmp", "pjl"})
    assert spoken.held == ()
    silent = build_usable(files, {older.name: older}, STEPS, {"snmp"})
    assert [(one.id, one.why) for one in silent.held] == [
        ("acme/laser", "stays at version 1: no plugin speaks 'pjl' here")
    ]
    assert silent.database.profiles["acme/laser"].version == 1
    assert silent.database.profiles["acme/ink"].version == 2
