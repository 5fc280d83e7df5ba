"""`frisket hub …` as whoever runs a hub uses it: set up, served, ended, and what it says when it cannot."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import httpx2
import pytest
import trustme

from frisket.cli.main import run
from tests.server.postgres import as_nobody
from tests.strategies import IDENTITY, profile_text

_START_SECONDS = 30
_EMAIL = "ann@provider.example"
_PASSWORD = "correct horse battery"  # noqa: S105  # of a hub that lives as long as a test

Hub = Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub that was set up, to be copied."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "password").write_text(f"{_PASSWORD}\n", encoding="utf-8")
    arguments = ["--data", str(folder / "hub"), "--email", _EMAIL, "--password-file", str(folder / "password")]
    assert run(["hub", "init", *arguments]) == 0
    return folder / "hub"


@pytest.fixture
def hub(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    monkeypatch.delenv("FRISKET_DATABASE_URL", raising=False)
    folder = tmp_path / "hub"
    folder.mkdir()
    (folder / "hub.sqlite").write_bytes((made / "hub.sqlite").read_bytes())
    return folder


@attrs.frozen
class Serving:
    process: subprocess.Popen[str]
    url: str


@contextmanager
def serving(hub: Hub, *arguments: str) -> Iterator[Serving]:
    """`frisket hub serve` as a process, ready; killed should it still run."""
    command = [sys.executable, "-m", "frisket", "hub", "serve", "--data", str(hub), "--port", "0", *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", env={**os.environ}
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().removeprefix("hub: ").strip()
        assert process.stdout.readline() == "ready\n", process.communicate(timeout=_START_SECONDS)
        yield Serving(process, url)
    finally:
        process.kill()
        process.communicate(timeout=_START_SECONDS)


def ended(served: Serving, number: signal.Signals) -> tuple[int, float, str]:
    began = time.monotonic()
    served.process.send_signal(number)
    _, said = served.process.communicate(timeout=_START_SECONDS)
    return served.process.returncode, time.monotonic() - began, said


def sign_in(http: httpx2.Client, url: str) -> httpx2.Response:
    return http.post("/sign-in", data={"email": _EMAIL, "password": _PASSWORD}, headers={"origin": url})


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(["hub", *map(str, arguments)])
    said = capsys.readouterr()
    return code, said.out.strip(), said.err.strip()


def test_a_hub_is_set_up_once_and_its_first_password_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "new" / "hub"
    code, out, _ = told(capsys, "init", "--data", data, "--email", _EMAIL)
    assert code == 0
    assert re.search(rf"Sign in as {_EMAIL} with the password \S{{20}}", out)
    code, out, err = told(capsys, "init", "--data", data, "--email", "eve@provider.example")
    assert (code, out) == (1, "")
    assert "is set up already" in err
    if os.name == "posix":
        assert data.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("email", "password", "words"),
    [(_EMAIL, "short", "at least 12 characters"), ("nobody", _PASSWORD, "is no e-mail address")],
)
def test_a_first_person_that_cannot_be_leaves_no_hub(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], email: str, password: str, words: str
) -> None:
    file = tmp_path / "password"
    file.write_text(password, encoding="utf-8")
    arguments = ("init", "--data", tmp_path / "hub", "--email", email, "--password-file", file)
    code, _, err = told(capsys, *arguments)
    assert code == 1
    assert words in err
    file.write_text(_PASSWORD, encoding="utf-8")
    assert told(capsys, *arguments[:3], "--email", _EMAIL, "--password-file", file)[0] == 0


def test_members_people_and_tokens_are_made_at_the_command_line(hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "member", "add", "Dealer", "--data", hub)[0] == 0
    code, customer, _ = told(capsys, "member", "add", "Customer", "--parent", "Dealer", "--data", hub)
    assert code == 0
    _, listed, _ = told(capsys, "member", "list", "--data", hub)
    assert [line.partition("  ")[2] for line in listed.splitlines()] == ["Provider", "  Dealer", "    Customer"]
    assert (
        told(capsys, "user", "add", "bob@dealer.example", "--member", "Dealer", "--role", "admin", "--data", hub)[0]
        == 0
    )
    for member in ("Customer", customer):
        code, token, _ = told(capsys, "token", "--member", member, "--data", hub)
        assert code == 0
        assert len(token) == 22
    code, _, err = told(capsys, "token", "--member", "Nobody", "--data", hub)
    assert code == 1
    assert "no member is called Nobody" in err
    told(capsys, "member", "add", "Customer", "--data", hub)
    assert "2 members are called Customer" in told(capsys, "token", "--member", "Customer", "--data", hub)[2]
    assert (
        "no role that you can give here"
        in told(capsys, "user", "add", "eve@dealer.example", "--member", "Dealer", "--role", "provider", "--data", hub)[
            2
        ]
    )


def test_a_folder_of_profiles_becomes_a_release(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "profiles"
    (folder / "std").mkdir(parents=True)
    (folder / "std" / "identity.yaml").write_text(IDENTITY, encoding="utf-8")
    trial = ("release", "trial", folder, "--keys", tmp_path / "keys", "--data", hub)
    code, out, err = told(capsys, *trial, "--notes", "the first")
    assert (code, err) == (0, "")
    assert out.startswith("release 1: signed, published")
    code, _, err = told(capsys, *trial)
    assert code == 1
    assert "release 1 holds exactly this" in err
    (folder / "std" / "broken.yaml").write_text(profile_text("std/broken").replace("kind", "kin"), encoding="utf-8")
    code, _, err = told(capsys, *trial)
    assert code == 1
    assert "std/broken.yaml" in err
    missing = ("release", "trial", tmp_path / "none", "--keys", tmp_path / "keys", "--data", hub)
    assert "holds no profile" in told(capsys, *missing)[2]
    assert "the first" in told(capsys, "release", "list", "--data", hub)[1]
    assert "release 1, published" in told(capsys, "release", "show", "1", "--data", hub)[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_hub_serves_until_a_signal_and_ends_cleanly(
    hub: Hub, number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(hub) as served, httpx2.Client() as http:
        http.base_url = httpx2.URL(served.url)
        assert http.get("/healthz").json() == {"status": "ok"}
        assert sign_in(http, served.url).status_code == 303
        assert http.get("/preferences").status_code == 200
        assert len(told(capsys, "token", "--data", hub)[1]) == 22
        # somebody who is slow does not keep it alive
        port = int(served.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as slow:
            slow.sendall(b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n")
            code, seconds, said = ended(served, number)
    assert (code, "Traceback" in said) == (0, False), said
    assert seconds < 3
    assert _PASSWORD not in said
    assert {path.name for path in hub.iterdir()} <= {"hub.sqlite", "hub.sqlite.lock"}


def test_a_hub_speaks_https_where_others_can_reach_it(hub: Hub, tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    for pem in issued.cert_chain_pems:
        pem.write_to_path(str(tmp_path / "cert.pem"), append=True)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with serving(hub, "--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem")) as served:
        assert served.url.startswith("https://")
        with httpx2.Client(base_url=served.url, verify=trusting) as http:
            answer = sign_in(http, served.url)
            assert answer.headers["set-cookie"].startswith("__Host-frisket=")
            assert http.get("/preferences").status_code == 200
        assert ended(served, signal.SIGTERM)[0] == 0


def test_what_cannot_be_served_is_said(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, out, err = told(capsys, "serve", "--data", hub, "--port", port)
        assert (code, out) == (1, "")
        assert f"cannot listen on 127.0.0.1, port {port}" in err
    for arguments, words in (
        (("--data", tmp_path / "nowhere"), "no such folder"),
        (("--data", hub, "--host", "0.0.0.0"), "takes https"),
        (("--data", hub, "--tls-cert", "cert.pem"), "go together"),
        (("--data", hub, "--tls-cert", tmp_path / "no.pem", "--tls-key", tmp_path / "no.key"), "both are PEM"),
    ):
        code, _, err = told(capsys, "serve", "--port", "0", *arguments)
        assert code == 1
        assert words in err
    (hub / "hub.sqlite").write_bytes(b"no database at all" * 400)
    code, _, err = told(capsys, "serve", "--port", "0", "--data", hub)
    assert code == 1
    assert "is damaged" in err


@pytest.mark.skipif(sys.platform == "win32", reason="a file's mode says nothing there")
def test_a_database_that_cannot_be_written_is_said(hub: Hub) -> None:
    (hub / "hub.sqlite").chmod(0o400)
    command = [*as_nobody(), sys.executable, "-m", "frisket", "hub", "serve", "--data", str(hub), "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{hub}/hub.sqlite: cannot be written (Permission denied)" in done.stderr


def test_a_folder_where_a_file_stands_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, _, err = told(capsys, "init", "--data", tmp_path / "file" / "hub", "--email", _EMAIL)
    assert code == 1
    assert "cannot be made" in err


def test_a_hub_that_was_not_set_up_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = told(capsys, "token", "--data", tmp_path)
    assert code == 1
    assert "run `frisket hub init` first" in err


def test_the_environment_names_another_database(
    hub: Hub, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FRISKET_DATABASE_URL", sqlite_url)
    assert "run `frisket hub init` first" in told(capsys, "token", "--data", hub)[2]
    assert told(capsys, "init", "--data", hub, "--email", _EMAIL)[0] == 0
    assert told(capsys, "token", "--data", hub)[0] == 0
