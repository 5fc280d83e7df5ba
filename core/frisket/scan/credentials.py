"""`credentials.toml`: the agent's own store, written by the people of the network (docs/credentials.md).

Whatever is wrong with it is said at once, each with its entry, and no secret is ever part of what is said.
"""

from __future__ import annotations

import ipaddress
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from frisket.errors import CredentialsError
from frisket.protocols.usm import AUTHENTICATION, PRIVACY
from frisket.protocols.vault import Network, SnmpUser, TlsRule, Vault, WebLogin

# RFC 3414 11.2
_SHORTEST_KEY = 8
# RFC 3414 5: SIZE(0..32)
_LONGEST_USER = 32
_POLICIES = ("strict", "self-signed", "old")
_LARGEST = 1 << 20
_ADDRESS = re.compile(r"[0-9a-fA-F.:]{1,45}(?:/[0-9]{1,3})?")

Table: TypeAlias = Mapping[str, Any]
_T = TypeVar("_T")


def load_vault(path: Path) -> Vault:
    """CredentialsError with every mistake in the file, or because others on this machine may read it."""
    try:
        with path.open("rb") as file:
            _expect_private(path)
            text = file.read(_LARGEST).decode()
        tables = tomllib.loads(text)
    except OSError as error:
        raise CredentialsError((f"{path}: cannot be read: {error.strerror}",)) from None
    except UnicodeDecodeError:
        raise CredentialsError((f"{path}: is not UTF-8",)) from None
    except tomllib.TOMLDecodeError as error:
        # what the parser says may quote a secret; where it stopped does not
        where = re.search(r"line [0-9]+, column [0-9]+|end of document", str(error))
        raise CredentialsError((f"{path}: is not TOML: look at {where[0] if where else 'its text'}",)) from None
    return _Reading(path).vault(tables)


def _expect_private(path: Path) -> None:
    if sys.platform != "win32" and path.stat().st_mode & 0o077:
        raise CredentialsError((f"{path}: others on this machine may read or change it; run: chmod 600 {path}",))


class _Reading:
    """One file; collects what is wrong with it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._problems: list[str] = []

    def vault(self, tables: Table) -> Vault:
        for name in sorted(set(tables) - {"snmp", "web", "tls"}):
            self._wrong(_shown(name), "there is no such table; those are [[snmp]], [[web]] and [[tls]]")
        users = self._entries(tables, "snmp", _snmp)
        logins = self._entries(tables, "web", _web)
        rules = self._entries(tables, "tls", _tls)
        if self._problems:
            raise CredentialsError(tuple(self._problems))
        return Vault(users=users, logins=logins, tls=rules)

    def _entries(self, tables: Table, name: str, read: Callable[[_Entry], _T]) -> tuple[_T, ...]:
        found = tables.get(name, [])
        if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
            self._wrong(name, f"entries begin with [[{name}]]")
            return ()
        entries = [_Entry(table) for table in found]
        kept = tuple(read(entry) for entry in entries)
        for number, entry in enumerate(entries, 1):
            for problem in (*entry.problems, *entry.unknown()):
                self._wrong(f"[[{name}]] {number}", problem)
        return kept

    def _wrong(self, where: str, problem: str) -> None:
        self._problems.append(f"{self._path}: {where}: {problem}")


class _Entry:
    """One table; `problems` never has a value of it but addresses."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._known: set[str] = set()
        self.problems: list[str] = []

    def text(self, key: str, *, longest: int = 256, shortest: int = 1) -> str:
        value = self._table.get(key)
        self._known.add(key)
        if value is None:
            self.problems.append(f"{key} is missing")
        elif not isinstance(value, str) or not shortest <= len(value.encode()) <= longest:
            self.problems.append(f"{key} must be a text of {shortest} to {longest} octets")
        elif not value.isprintable():
            self.problems.append(f"{key} has control characters")
        else:
            return value
        return ""

    def choice(self, key: str, choices: tuple[str, ...]) -> str | None:
        value = self._table.get(key)
        self._known.add(key)
        if value is not None and value not in choices:
            self.problems.append(f"{key} must be one of {', '.join(choices)}")
            return None
        return value

    def networks(self) -> tuple[Network, ...]:
        values = self._table.get("networks")
        self._known.add("networks")
        if not isinstance(values, list) or not values:
            self.problems.append('networks must be a list such as ["192.0.2.0/24"]')
            return ()
        return tuple(network for value in values if (network := self._network(value)) is not None)

    def _network(self, value: object) -> Network | None:
        try:
            if isinstance(value, str):
                return ipaddress.ip_network(value)
        except ValueError:
            pass
        shown = value if isinstance(value, str) and _ADDRESS.fullmatch(value) else "what is no address"
        self.problems.append(f"networks: {shown} is no network, such as 192.0.2.0/24 or 192.0.2.7")
        return None

    def has(self, key: str) -> bool:
        return key in self._table

    def unknown(self) -> Iterator[str]:
        for key in self._table:
            if key not in self._known:
                yield f"{_shown(key)} is not known here; {', '.join(sorted(self._known))} are"


def _snmp(entry: _Entry) -> SnmpUser:
    networks = entry.networks()
    user = entry.text("user", longest=_LONGEST_USER)
    auth = entry.choice("auth", tuple(AUTHENTICATION))
    auth_key = entry.text("auth_key", shortest=_SHORTEST_KEY) if _protects(entry, "auth") else ""
    priv = entry.choice("priv", PRIVACY)
    priv_key = entry.text("priv_key", shortest=_SHORTEST_KEY) if _protects(entry, "priv") else ""
    if entry.has("priv") and not entry.has("auth"):
        entry.problems.append("priv needs auth (RFC 3411 3.4.3)")
    return SnmpUser(networks=networks, user=user, auth=auth, auth_key=auth_key, priv=priv, priv_key=priv_key)


def _protects(entry: _Entry, name: str) -> bool:
    """A key without its algorithm is half an entry."""
    if entry.has(f"{name}_key") and not entry.has(name):
        entry.problems.append(f"{name}_key needs {name}")
    return entry.has(name) or entry.has(f"{name}_key")


def _web(entry: _Entry) -> WebLogin:
    slot, networks = entry.text("slot", longest=64), entry.networks()
    return WebLogin(slot=slot, networks=networks, user=entry.text("user"), password=entry.text("password"))


def _tls(entry: _Entry) -> TlsRule:
    networks, policy = entry.networks(), entry.choice("policy", _POLICIES)
    if not entry.has("policy"):
        entry.problems.append("policy is missing")
    return TlsRule(networks=networks, policy=policy or "strict")


def _shown(key: str) -> str:
    """A key as it may be shown: a secret that stands where a key should is none."""
    return key if re.fullmatch(r"[a-z_]{1,20}", key) else "a key"
