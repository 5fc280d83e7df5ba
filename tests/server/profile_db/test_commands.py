"""The whole way on the command line, with each step on the machine of whoever takes it, and a hub that runs."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from frisket.releases import offer as offers
from frisket.releases.bundle import Bundle
from frisket.releases.bundle_list import next_offer
from frisket.releases.key_files import read_key, read_public_key
from frisket_hub import audit_export
from frisket_hub.store.pages import AuditRow
from tests.server.profile_db.desk import Desk
from tests.server.profile_db.provider import acme, now, std

_START_SECONDS = 30


def written(folder: Path, *bundles: Bundle) -> Path:
    """As a vendor's working folder holds it."""
    for bundle in bundles:
        files = {profile.name: profile.text.encode() for profile in bundle.profiles}
        files |= {f"{case}/{name}": octets for case, held in bundle.cases.items() for name, octets in held.items()}
        for name, octets in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(octets)
    return folder


@contextmanager
def serving(data: Path) -> Iterator[str]:
    """Its address."""
    command = [sys.executable, "-m", "frisket", "hub", "serve", "--data", str(data), "--port", "0"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8", env={**os.environ}
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().removeprefix("hub: ").strip()
        assert process.stdout.readline() == "ready\n"
        yield url
    finally:
        process.kill()
        process.communicate(timeout=_START_SECONDS)


def vendors_key(desk: Desk, namespace: str) -> Path:
    """By `frisket profile make-key`, which no hub is needed for."""
    file = desk.file(f"{namespace}.pem")
    desk.must("profile", "make-key", file, "--no-password")
    return file


def signed(desk: Desk, bundle: Bundle, number: int, *more: str | Path) -> Path:
    """By `frisket profile sign`, on the vendor's machine."""
    folder = written(desk.file(f"{bundle.namespace}-{number}"), bundle)
    offer = desk.file(f"{bundle.namespace}-{number}.offer")
    key = ("--key", desk.key(bundle.namespace))
    desk.must("profile", "sign", folder, "--namespace", bundle.namespace, *key, *more, "-o", offer)
    return offer


def made(desk: Desk, bundle: Bundle) -> Path:
    """In process: it would not go together with the profiles that are installed here."""
    file = desk.file(f"{bundle.namespace}.offer")
    file.write_bytes(offers.pack(next_offer(bundle, None, read_key(desk.key(bundle.namespace)), now=now())))
    return file


def published(desk: Desk, number: int) -> str:
    """Signed away from the hub."""
    asked, done = desk.file(f"{number}.request"), desk.file(f"{number}.signed")
    desk.must("hub", "release", "request", str(number), "-o", asked, "--data", desk.data)
    said = desk.must("hub", "release", "sign", asked, "--key", desk.key("release"), "-o", done)
    desk.must("hub", "release", "publish", done, "--data", desk.data)
    return said


def test_from_a_vendors_folder_to_a_release_and_back(desk: Desk) -> None:
    vendors_key(desk, "acme")
    desk.ceremony("std", "acme")
    data = ("--data", desk.data)
    with serving(desk.data) as url:
        first = {"std": made(desk, std()), "acme": signed(desk, acme(), 1)}
        for namespace, offer in first.items():
            desk.must("profile", "hand-in", offer, "--hub", url, "--key", desk.key(namespace))
        told = desk.call("profile", "hand-in", first["acme"], "--hub", url, "--key", desk.key("acme"))
        assert told.code == 1
        assert "2 comes next" in told.out
        assert "refused" in told.err
        strange = desk.fails("profile", "hand-in", first["acme"], "--hub", url, "--key", desk.key("mallory"))
        assert "not signed with a vendor's key" in strange
    assert "nothing keeps it back" in desk.must("hub", "release", "prepare", *data, "--notes", "first")
    desk.must("hub", "release", "approve", "1", *data)
    assert "acme: bundle none → 1" in published(desk, 1)
    with serving(desk.data) as url:
        newer = signed(desk, acme(2, color=False), 2, "--previous", first["acme"])
        desk.must("profile", "hand-in", newer, "--hub", url, "--key", desk.key("acme"))
    shown = desk.must("hub", "release", "prepare", *data)
    finding = "lost:acme/laser:page_counts.total.color"
    assert f"✖ {finding}  lost, once" in shown
    assert finding in desk.fails("hub", "release", "approve", "2", *data)
    desk.must("hub", "release", "accept", "2", finding, "--reason", "=it never counted", *data)
    desk.must("hub", "release", "approve", "2", *data)
    said = published(desk, 2)
    assert "acme: bundle 1 → 2" in said
    assert "acme/laser: changes on purpose: page_counts.total.color" in said
    desk.must("hub", "release", "prepare", "--content-of", "1", *data)
    assert "the content of release 1" in desk.must("hub", "release", "show", "3", *data)
    rows = list(csv.DictReader(io.StringIO(desk.must("hub", "audit", *data))))
    deeds = [row["action"] for row in rows][::-1]
    assert deeds[-4:] == ["release.accept 2", "release.approve 2", "release.publish 2", "release.prepare 3"]
    assert {"keys.install root 1", "bundle.accept acme 1", "bundle.refuse acme 1"} <= set(deeds)
    assert [row["detail"] for row in rows if row["action"] == "release.accept 2"] == [f"{finding}: =it never counted"]
    lines = desk.must("hub", "audit", "--format", "json", *data).splitlines()
    assert [json.loads(line)["action"] for line in lines] == [row["action"] for row in rows]


MAKE = [("profile", "make-key"), ("hub", "keys", "make")]


@pytest.mark.parametrize("make", MAKE)
def test_a_key_is_made_by_the_vendor_as_by_the_provider(desk: Desk, make: tuple[str, ...]) -> None:
    key, secret, empty = desk.file("vic.pem"), desk.file("secret"), desk.file("empty")
    secret.write_text("a long word\n", encoding="utf-8")
    empty.write_text("\n", encoding="utf-8")
    assert "the password is empty" in desk.fails(*make, key, "--password-file", empty)
    assert "exclude each other" in desk.fails(*make, key, "--password-file", secret, "--no-password")
    assert not key.exists()
    said = desk.must(*make, key, "--password-file", secret)
    public = read_public_key(desk.file("vic.pem.pub"))
    assert said == f"{public.id}  {desk.file('vic.pem.pub')}\n"
    assert read_key(key, lambda: b"a long word").public.id == public.id
    if os.name == "posix":
        assert key.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("make", MAKE)
def test_a_new_keys_password_is_asked_for_twice_and_not_shown(
    desk: Desk, make: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter(("a long word", "a wrong word", "a long word", "a long word"))
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _: next(typed))
    desk.must(*make, desk.file("vic.pem"))
    assert next(typed, None) is None
    assert b"ENCRYPTED" in desk.file("vic.pem").read_bytes()


@pytest.mark.parametrize("make", MAKE)
@pytest.mark.parametrize("taken", ["vic.pem", "vic.pem.pub"])
def test_no_password_is_asked_for_a_key_that_is_there_already(desk: Desk, make: tuple[str, ...], taken: str) -> None:
    desk.file(taken).write_bytes(b"another key")
    assert f"{taken}: is there already, and a key is never overwritten" in desk.fails(*make, desk.file("vic.pem"))
    assert desk.file(taken).read_bytes() == b"another key"


def test_what_is_not_worth_signing_is_not_signed(desk: Desk) -> None:
    first = signed(desk, acme(), 1)
    key = ("--namespace", "acme", "--key", desk.key("acme"), "-o", desk.file("x.offer"))
    again = (*key, "--previous", first)
    assert "nothing has changed" in desk.fails("profile", "sign", desk.file("acme-1"), *again)
    desk.must("profile", "sign", desk.file("acme-1"), *again, "--renew")
    same = written(desk.file("same"), acme(1, color=False))
    assert (
        "acme/laser.yaml:3:10: $.version: the profile is another one than version 1; give it version 2"
        in desk.fails("profile", "sign", same, *again)
    )
    wrong = written(desk.file("wrong"), acme(2, one="profile: acme/laser\ndevice: {manufacturer: Other}\n"))
    said = desk.fails("profile", "sign", wrong, *again)
    assert "acme/laser.cases/one: device.manufacturer: expected 'Other', read 'Acme'" in said
    broken = written(desk.file("broken"), acme(2, extra="  sysname: {from: [{const: x}]}"))
    assert "acme/laser.yaml:" in desk.fails("profile", "sign", broken, *again)
    assert "holds no profile" in desk.fails("profile", "sign", desk.file("acme-1"), "--namespace", "hp", *key[2:])
    foreign = desk.fails("profile", "hand-in", first, "--hub", "http://hub.example", *key[2:4])
    assert "is reached over https" in foreign


def test_an_offer_and_a_bundle_can_be_compared_with_a_folder(desk: Desk) -> None:
    offer = signed(desk, acme(), 1)
    newer = written(desk.file("newer"), acme(2, color=False))
    told = desk.call("profile", "diff", offer, newer, "--cases", newer)
    assert told.code == 1
    assert "page_counts.total.color" in told.out


def test_a_vendors_person_is_added_with_its_namespaces(desk: Desk) -> None:
    add = ("hub", "vendor", "add", "vic@acme.example")
    assert "Sign in as vic@acme.example with the password" in desk.must(*add, "acme", "--data", desk.data)
    assert "hands in for other, too" in desk.must(*add, "other", "--data", desk.data)
    assert "is no namespace" in desk.fails(*add, "../x", "--data", desk.data)
    desk.must("hub", "member", "add", "Dealer", "--data", desk.data)
    desk.must("hub", "user", "add", "bo@dealer.example", "--member", "Dealer", "--data", desk.data)
    refused = desk.fails("hub", "vendor", "add", "bo@dealer.example", "acme", "--data", desk.data)
    assert "belongs to a member" in refused


def test_a_number_that_is_no_release_is_told(desk: Desk) -> None:
    for command in (("show", "7"), ("approve", "7"), ("accept", "7", "lost:x:y", "--reason", "r")):
        assert "there is no such thing" in desk.fails("hub", "release", *command, "--data", desk.data)
    assert "no vendor has handed in" in desk.fails("hub", "release", "prepare", "--data", desk.data)
    assert "is no request" in desk.fails(
        "hub", "release", "sign", desk.key("release"), "--key", desk.key("release"), "-o", desk.file("x")
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_spreadsheet_calculates_nothing_of_an_audit(start: str) -> None:
    row = AuditRow(at=now(), actor="u_1", name=f"{start}name", action="a", subject="s", detail=f'{start}1+1,"x"')
    (read,) = csv.DictReader(io.StringIO(audit_export.as_csv([row]), newline=""))
    assert (read["name"], read["detail"]) == (f"'{start}name", f'\'{start}1+1,"x"')
