"""A real agent that speaks SNMPv3 only, read by a whole scan with credentials."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest

from frisket.cli.bundled import bundled_recordings
from frisket.formats.snmp_v3_discovery import decode_discovery, prepare_discovery
from frisket.lab import Recording, VirtualPrinter
from tests.e2e.conftest import Ran, fleet_of, frisket, targets_of

SNMPD = shutil.which("snmpd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
pytestmark = pytest.mark.skipif(SNMPD is None, reason="net-snmp's snmpd is not installed (Debian package snmpd)")

CONFIGURATION = """\
agentaddress udp:127.0.0.1:{port}
createUser signed SHA-256 "a long signing key"
createUser shy
createUser sha256aes SHA-256 "a long signing key" AES "a long secret key"
createUser sha1des SHA "a long signing key" DES "a long secret key"
createUser md5aes MD5 "a long signing key" AES "a long secret key"
createUser sha224aes SHA-224 "a long signing key" AES "a long secret key"
createUser sha384aes192 SHA-384 "a long signing key" AES-192 "a long secret key"
createUser sha512aes256 SHA-512 "a long signing key" AES-256 "a long secret key"
createUser sha1aes256 SHA "a long signing key" AES-256 "a long secret key"
rouser shy noauth
rouser signed auth
rouser sha256aes priv
rouser sha1des priv
rouser md5aes priv
rouser sha224aes priv
rouser sha384aes192 priv
rouser sha512aes256 priv
rouser sha1aes256 priv
pass_persist .1.3.6.1 {python} {script} {recording}
"""
MODULES = "pass_persist,pass,vacm_conf,vacm_vars,usmConf,snmpEngine"
NAME = "color-laserjet-m553"


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an agent with users and without communities."""
    folder = tmp_path_factory.mktemp("snmpd")
    recording = next(path for path in bundled_recordings() if path.name == NAME)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    script = Path(__file__).parent / "pass_persist.py"
    values = {"port": port, "python": sys.executable, "script": script, "recording": recording / "device.snmprec"}
    (folder / "snmpd.conf").write_text(CONFIGURATION.format(**values), encoding="utf-8")
    assert SNMPD is not None
    command = [SNMPD, "-f", "-Lf", str(folder / "log"), "-C", "-c", str(folder / "snmpd.conf"), "-I", MODULES]
    process = subprocess.Popen([*command, "-p", str(folder / "pid")], env={"SNMP_PERSISTENT_DIR": str(folder)})
    try:
        wait_until_it_answers(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def wait_until_it_answers(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.3)
        for _ in range(50):
            sock.sendto(prepare_discovery().with_id(7), ("127.0.0.1", port))
            try:
                assert decode_discovery(sock.recv(2000)).message_id == 7
            except OSError:
                time.sleep(0.1)
            else:
                return
    raise AssertionError("snmpd does not answer")


def credentials(folder: Path, *entries: dict[str, str], network: str = "127.0.0.1") -> Path:
    file = folder / "credentials.toml"
    lines = []
    for entry in entries:
        lines += ["[[snmp]]", f'networks = ["{network}"]', *(f"{key} = '{value}'" for key, value in entry.items())]
    file.write_text("\n".join(lines), encoding="utf-8")
    file.chmod(0o600)
    return file


def entry(user: str, auth: str | None, priv: str | None = None, *, key: str = "a long signing key") -> dict[str, str]:
    values = {"user": user}
    if auth is not None:
        values |= {"auth": auth, "auth_key": key}
    if priv is not None:
        values |= {"priv": priv, "priv_key": "a long secret key"}
    return values


def scan(port: int, file: Path) -> Ran:
    target = f"127.0.0.1:{port}"
    return frisket("scan", target, "--format", "json", "--timeout", "0.4", "--retries", "1", "--credentials", file)


def document(ran: Ran) -> dict[str, object]:
    assert ran.code == 0, ran.err
    read: dict[str, object] = json.loads(ran.out)
    return {key: value for key, value in read.items() if key not in ("read_at", "ip_address")}


@pytest.fixture(scope="module")
def expected() -> dict[str, object]:
    """What the lab's printer of the same recording says over v2c."""
    from frisket.lab import load_recording  # noqa: PLC0415

    recording: Recording = load_recording(next(path for path in bundled_recordings() if path.name == NAME))
    with fleet_of([VirtualPrinter(recording)]) as fleet:
        return document(frisket("scan", *targets_of(fleet), "--format", "json"))


@pytest.mark.parametrize(
    "who",
    [
        ("shy", None, None),
        ("signed", "SHA256", None),
        ("sha256aes", "SHA256", "AES128"),
        ("sha1des", "SHA1", "DES"),
        ("md5aes", "MD5", "AES128"),
        ("sha224aes", "SHA224", "AES128"),
        ("sha384aes192", "SHA384", "AES192"),
        ("sha512aes256", "SHA512", "AES256"),
        ("sha1aes256", "SHA1", "AES256"),
    ],
)
def test_a_scan_reads_over_v3(
    agent: int, expected: dict[str, object], tmp_path: Path, who: tuple[str, str | None, str | None]
) -> None:
    assert document(scan(agent, credentials(tmp_path, entry(*who)))) == expected


def test_the_first_user_that_is_answered_is_taken(agent: int, expected: dict[str, object], tmp_path: Path) -> None:
    file = credentials(tmp_path, entry("nobody", "SHA256"), entry("signed", "SHA256"))
    assert document(scan(agent, file)) == expected


@attrs.define
class Relay:
    """Stands between a scan and an agent, and keeps the version of each datagram that goes to it."""

    port: int
    versions: list[int]


@contextmanager
def relay_to(port: int) -> Iterator[Relay]:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as on,
    ):
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(0.05)
        on.connect(("127.0.0.1", port))
        on.settimeout(0.2)
        relay, ended = Relay(sock.getsockname()[1], []), threading.Event()

        def work() -> None:
            while not ended.is_set():
                try:
                    data, back = sock.recvfrom(65535)
                except TimeoutError:
                    continue
                # the version is the first element of every SNMP message
                relay.versions.append(data[data.index(b"\x02\x01") + 2])
                on.send(data)
                try:
                    sock.sendto(on.recv(65535), back)
                except TimeoutError:
                    continue

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield relay
        finally:
            ended.set()
            thread.join()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (entry("sha256aes", "SHA256", "AES128", key="another signing key"), "usmStatsWrongDigests"),
        (entry("sha256aes", "SHA1", "AES128"), "usmStatsWrongDigests"),
        (entry("nobody", "SHA256", "AES128"), "usmStatsUnknownUserNames"),
        (entry("signed", "SHA256", "AES128"), "usmStatsUnsupportedSecLevels"),
    ],
)
def test_a_refused_user_is_no_way_back_to_v2c(agent: int, tmp_path: Path, wrong: dict[str, str], words: str) -> None:
    with relay_to(agent) as relay:
        ran = scan(relay.port, credentials(tmp_path, wrong))
    assert (ran.code, ran.out) == (1, "")
    assert words in ran.err
    assert "a long" not in ran.err
    assert "another" not in ran.err
    first = relay.versions.index(3)
    # the sweep has asked in v2c and v1 before anything was known; from the first datagram of v3 on there is v3 only
    assert set(relay.versions[:first]) == {0, 1}
    assert set(relay.versions[first:]) == {3}


def test_a_user_of_another_network_is_not_tried(agent: int, tmp_path: Path) -> None:
    with relay_to(agent) as relay:
        ran = scan(relay.port, credentials(tmp_path, entry("signed", "SHA256"), network="192.0.2.0/24"))
    assert ran.out == ""
    assert 3 not in relay.versions
