"""The file of credentials: all of it, or every mistake in it and no secret."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from frisket.errors import CredentialsError
from frisket.protocols.usm import AUTHENTICATION, PRIVACY
from frisket.scan.credentials import load_vault

GOOD = """
[[snmp]]
networks = ["192.0.2.0/24", "2001:db8::/32"]
user = "reader"
auth = "SHA256"
auth_key = "s3cret-signing"
priv = "AES256C"
priv_key = "s3cret-privacy"

[[snmp]]
networks = ["198.51.100.7"]
user = "open"

[[web]]
slot = "admin"
networks = ["192.0.2.0/24"]
user = "admin"
password = "s3cret"

[[tls]]
networks = ["192.0.2.0/25"]
policy = "strict"
"""

WRONG = """
s3cret = 1

[[snmp]]
networks = ["192.0.2.1/24", "s3cret"]
user = "reader"
auth = "SHA3"
auth_key = "s3cret"
priv = "AES512"
priv_kee = "s3cret-privacy"
"s3cret-key" = true

[[snmp]]
user = "x"
priv = "AES128"
priv_key = "s3cret-privacy"

[[snmp]]
networks = []
user = ""
auth_key = "s3cret-signing"

[[web]]
slot = 7
networks = ["192.0.2.0/24"]
user = "a\\u0007"

[[tls]]
networks = ["192.0.2.0/24"]
policy = "lax"

[[tls]]
networks = ["192.0.2.0/24"]
"""


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "credentials.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file


def problems(folder: Path, text: str, mode: int = 0o600) -> list[str]:
    file = written(folder, text, mode)
    with pytest.raises(CredentialsError) as caught:
        load_vault(file)
    assert "s3cret" not in str(caught.value)
    return [problem.replace(f"{file}: ", "") for problem in caught.value.problems]


def test_everything_is_where_it_belongs(tmp_path: Path) -> None:
    vault = load_vault(written(tmp_path, GOOD))
    (user,) = vault.users_for("192.0.2.9")
    assert (user.user, user.auth, user.auth_key, user.priv) == ("reader", "SHA256", "s3cret-signing", "AES256C")
    assert [one.user for one in vault.users_for("198.51.100.7")] == ["open"]
    assert [one.user for one in vault.users_for("2001:db8::1")] == ["reader"]
    login = vault.login("admin", "192.0.2.9")
    assert login is not None
    assert (login.user, login.password) == ("admin", "s3cret")
    assert (vault.tls_policy("192.0.2.1"), vault.tls_policy("192.0.2.200")) == ("strict", "self-signed")
    assert "s3cret" not in repr(vault)


def test_an_empty_file_is_an_empty_vault(tmp_path: Path) -> None:
    assert load_vault(written(tmp_path, "")).users == ()


def test_every_mistake_is_said_at_once(tmp_path: Path) -> None:
    assert problems(tmp_path, WRONG) == [
        "a key: there is no such table; those are [[snmp]], [[web]] and [[tls]]",
        "[[snmp]] 1: networks: 192.0.2.1/24 is no network, such as 192.0.2.0/24 or 192.0.2.7",
        "[[snmp]] 1: networks: what is no address is no network, such as 192.0.2.0/24 or 192.0.2.7",
        "[[snmp]] 1: auth must be one of MD5, SHA1, SHA224, SHA256, SHA384, SHA512",
        "[[snmp]] 1: auth_key must be a text of 8 to 256 octets",
        "[[snmp]] 1: priv must be one of DES, AES128, AES192, AES256, AES192C, AES256C",
        "[[snmp]] 1: priv_key is missing",
        "[[snmp]] 1: priv_kee is not known here; auth, auth_key, networks, priv, priv_key, user are",
        "[[snmp]] 1: a key is not known here; auth, auth_key, networks, priv, priv_key, user are",
        '[[snmp]] 2: networks must be a list such as ["192.0.2.0/24"]',
        "[[snmp]] 2: priv needs auth (RFC 3411 3.4.3)",
        '[[snmp]] 3: networks must be a list such as ["192.0.2.0/24"]',
        "[[snmp]] 3: user must be a text of 1 to 32 octets",
        "[[snmp]] 3: auth_key needs auth",
        "[[web]] 1: slot must be a text of 1 to 64 octets",
        "[[web]] 1: user has control characters",
        "[[web]] 1: password is missing",
        "[[tls]] 1: policy must be one of strict, self-signed, old",
        "[[tls]] 2: policy is missing",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[snmp]]\nauth_key = s3cret", "is not TOML: look at line 2, column 12"),
        ("[[snmp]]\nauth_key = 's3cret", "is not TOML: look at end of document"),
        ("snmp = 's3cret'", "snmp: entries begin with [[snmp]]"),
        ("[snmp]\nuser = 's3cret'", "snmp: entries begin with [[snmp]]"),
        ("web = ['s3cret']", "web: entries begin with [[web]]"),
    ],
)
def test_no_text_of_a_broken_file_is_shown(tmp_path: Path, text: str, said: str) -> None:
    (problem,) = problems(tmp_path, text)
    assert said in problem


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other ways to keep a file private")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_file_that_others_may_read_is_not_taken(tmp_path: Path, mode: int) -> None:
    (problem,) = problems(tmp_path, GOOD, mode)
    assert f"chmod 600 {tmp_path / 'credentials.toml'}" in problem


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CredentialsError, match="cannot be read"):
        load_vault(tmp_path / "missing.toml")
    file = tmp_path / "latin.toml"
    file.write_bytes(b"x = '\xff'")
    file.chmod(0o600)
    with pytest.raises(CredentialsError, match="UTF-8"):
        load_vault(file)


def test_the_example_of_the_page_is_a_vault(tmp_path: Path) -> None:
    page = Path(__file__).parents[3] / "docs" / "credentials.md"
    example = page.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    vault = load_vault(written(tmp_path, example))
    assert [user.user for user in vault.users_for("198.51.100.7")] == ["reader"]
    assert vault.tls_policy("198.51.100.7") == "old"


def test_the_page_names_every_algorithm() -> None:
    page = (Path(__file__).parents[3] / "docs" / "credentials.md").read_text(encoding="utf-8")
    assert [name for name in (*AUTHENTICATION, *PRIVACY) if f"`{name}`" not in page] == []
