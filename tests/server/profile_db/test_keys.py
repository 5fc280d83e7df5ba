"""`frisket hub keys …`: a ceremony with files, what it says when something is missing, and what the hub refuses."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from frisket.releases import metadata
from frisket.releases.roles import ROOT, SNAPSHOT, TARGETS, TIMESTAMP, metadata_file
from tests.server.profile_db.desk import Desk


def in_force(desk: Desk, role: str) -> bytes:
    with sqlite3.connect(desk.data / "hub.sqlite") as database:
        (content,) = database.execute(
            "SELECT content FROM tuf_metadata WHERE role = ? AND published ORDER BY version DESC", (role,)
        ).fetchone()
    assert isinstance(content, bytes)
    return content


def audited(desk: Desk) -> list[str]:
    with sqlite3.connect(desk.data / "hub.sqlite") as database:
        return [action for (action,) in database.execute("SELECT action FROM audit WHERE action LIKE 'keys.%'")]


def test_root_and_targets_are_signed_by_two_of_three_and_put_in_force(desk: Desk) -> None:
    desk.ceremony("hp")
    assert in_force(desk, ROOT) == desk.file("root.json").read_bytes()
    assert in_force(desk, TARGETS) == desk.file("targets.json").read_bytes()
    assert metadata.versions_in(in_force(desk, SNAPSHOT)) == {TARGETS: 1}
    assert metadata.describe(in_force(desk, TIMESTAMP)).version == 1
    assert audited(desk) == ["keys.install root 1", "keys.install targets 1"]
    again = desk.keys("install", desk.file("root.json"), "--data", desk.data)
    assert "root 1 is in force already" in again


@pytest.mark.skipif(os.name != "posix", reason="a file's mode says nothing there")
def test_a_key_is_its_owners_alone_and_never_overwritten(desk: Desk) -> None:
    key = desk.key("ann")
    assert key.stat().st_mode & 0o077 == 0
    assert "never overwritten" in desk.fails("hub", "keys", "make", key, "--no-password")
    desk.keys("online", "--data", desk.data)
    assert all(file.stat().st_mode & 0o077 == 0 for file in (desk.data / "online-keys").glob("*.pem"))


def test_a_locked_key_opens_with_its_password_only(desk: Desk) -> None:
    desk.ceremony("hp")
    secret, wrong = desk.file("secret"), desk.file("wrong")
    secret.write_text("a long word\n", encoding="utf-8")
    wrong.write_text("another\n", encoding="utf-8")
    desk.keys("make", desk.file("dora.pem"), "--password-file", secret)
    assert b"ENCRYPTED" in desk.file("dora.pem").read_bytes()
    sign = ("hub", "keys", "sign", desk.file("targets.json"), "--key", desk.file("dora.pem"), "--password-file")
    assert "the password" in desk.fails(*sign, wrong)
    desk.must(*sign, secret)


def test_it_says_which_signatures_are_missing(desk: Desk) -> None:
    desk.ceremony()
    desk.keys("root", "-o", desk.file("2.json"), "--root", desk.public("cy"), "--root", desk.public("dan"),
              "--previous", desk.file("root.json"))  # fmt: skip
    desk.signed("2.json", "cy")
    shown = desk.keys("show", desk.file("2.json"), "--above", desk.file("root.json"))
    cy, dan = (metadata.keys_of_root(desk.file("2.json").read_bytes())[ROOT].keys[at].id for at in (0, 1))
    assert f"by its own word: signed by 1 of 2; one more of these keys is needed: {dan[:16]}" in shown
    assert "by root 1: signed by 1 of 2; one more of these keys is needed: " in shown
    assert cy in shown
    refused = desk.fails("hub", "keys", "install", desk.file("2.json"), "--data", desk.data)
    assert "root 2: by its own word: signed by 1 of 2" in refused
    desk.signed("2.json", "dan")
    assert "by root 1: signed by 1 of 2" in desk.fails(
        "hub", "keys", "install", desk.file("2.json"), "--data", desk.data
    )
    desk.signed("2.json", "ann")
    desk.keys("install", desk.file("2.json"), "--data", desk.data)
    assert metadata.describe(in_force(desk, ROOT)).version == 2


def test_the_hubs_own_keys_are_rotated_by_a_root_that_names_new_ones(desk: Desk) -> None:
    desk.ceremony()
    before = metadata.describe(in_force(desk, TIMESTAMP)).signed_by
    desk.keys("online", "--data", desk.data, "--rotate")
    folder = desk.data / "online-keys"
    new = ("--snapshot", folder / "snapshot.next.pem.pub", "--timestamp", folder / "timestamp.next.pem.pub")
    desk.keys("root", "-o", desk.file("2.json"), *new, "--previous", desk.file("root.json"))
    desk.signed("2.json", "ann", "cy")
    desk.keys("install", desk.file("2.json"), "--data", desk.data)
    after = in_force(desk, TIMESTAMP)
    assert metadata.describe(after).signed_by != before
    metadata.require_signed(after, above=in_force(desk, ROOT), role=TIMESTAMP)
    assert {file.name for file in folder.iterdir()} == {
        "snapshot.pem", "snapshot.pem.pub", "timestamp.pem", "timestamp.pem.pub"
    }  # fmt: skip
    assert metadata_file(ROOT, 2) == "metadata/2.root.json"


def test_a_root_that_names_strange_online_keys_is_refused(desk: Desk) -> None:
    desk.ceremony()
    strange = ("--timestamp", desk.public("mallory"))
    desk.keys("root", "-o", desk.file("2.json"), *strange, "--previous", desk.file("root.json"))
    desk.signed("2.json", "ann", "cy")
    refused = desk.fails("hub", "keys", "install", desk.file("2.json"), "--data", desk.data)
    assert "the root names another key for timestamp than the hub has" in refused
    assert metadata.describe(in_force(desk, ROOT)).version == 1


def test_targets_follow_on_those_in_force_and_need_two_signatures(desk: Desk) -> None:
    desk.ceremony("hp")
    make = ("targets", "-o", desk.file("2.json"), "--previous", desk.file("targets.json"))
    desk.keys(*make, "--vendor", f"ricoh={desk.public('ricoh')}")
    desk.signed("2.json", "ann")
    install = ("hub", "keys", "install", desk.file("2.json"), "--data", desk.data)
    assert "by root 1: signed by 1 of 2" in desk.fails(*install)
    desk.signed("2.json", "mallory")
    assert "signed by 1 of 2" in desk.fails(*install)
    desk.signed("2.json", "cy")
    assert "targets 2 is in force" in desk.must(*install)
    assert set(metadata.delegations_of(in_force(desk, TARGETS))) == {"release", "vendor-hp", "vendor-ricoh"}
    desk.keys("targets", "-o", desk.file("4.json"), "--previous", desk.file("2.json"), "--revoke", "hp")
    assert "signed by 0 of 2" in desk.fails("hub", "keys", "install", desk.file("4.json"), "--data", desk.data)


def test_what_cannot_be_made_is_said(desk: Desk, tmp_path: Path) -> None:
    out = ("-o", desk.file("x.json"))
    assert "root takes at least 2 different keys, and 1 is given" in desk.fails(
        "hub", "keys", "root", *out, "--root", desk.public("ann")
    )
    assert "release takes at least 1" in desk.fails("hub", "keys", "targets", *out)
    assert "NAMESPACE=KEY.pub" in desk.fails("hub", "keys", "targets", *out, "--vendor", "hp")
    assert "is no public key" in desk.fails("hub", "keys", "root", *out, "--root", desk.key("ann"))
    assert "holds no key" in desk.fails("hub", "keys", "install", desk.public("ann"), "--data", desk.data)
    desk.ceremony()
    assert "is no vendor in the targets before" in desk.fails(
        "hub", "keys", "targets", *out, "--previous", desk.file("targets.json"), "--revoke", "hp"
    )
    assert "comes next" in desk.fails("hub", "keys", "install", _third(desk), "--data", desk.data)


def _third(desk: Desk) -> Path:
    """A root that skips a number."""
    for number, before in ((2, "root"), (3, "2")):
        desk.keys("root", "-o", desk.file(f"{number}.json"), "--previous", desk.file(f"{before}.json"))
        desk.signed(f"{number}.json", "ann", "bob")
    return desk.file("3.json")
