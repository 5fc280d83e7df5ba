"""The agent's own store of secrets and policies for devices: who the agent is where. It never leaves the agent."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

import attrs

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@attrs.frozen(kw_only=True)
class WebLogin:
    """Who the agent is on a device's web pages: for the profiles' `auth: <slot>`, within these networks only."""

    slot: str
    networks: tuple[Network, ...]
    user: str
    password: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class SnmpUser:
    """An SNMPv3 user (RFC 3414). `auth` and `priv` are names such as SHA256 and AES256C; None for no protection."""

    networks: tuple[Network, ...]
    user: str
    auth: str | None = None
    auth_key: str = attrs.field(default="", repr=False)
    priv: str | None = None
    priv_key: str = attrs.field(default="", repr=False)


@attrs.frozen(kw_only=True)
class TlsRule:
    """How far a device's TLS is trusted: `strict` (a certificate that the system trusts), `self-signed`, or `old` (and
    protocol versions and ciphers that are no longer safe).
    """

    networks: tuple[Network, ...]
    policy: str


@attrs.frozen(kw_only=True)
class Vault:
    """The agent's own store of secrets and policies for devices. It never leaves the agent."""

    logins: tuple[WebLogin, ...] = ()
    users: tuple[SnmpUser, ...] = ()
    tls: tuple[TlsRule, ...] = ()

    def login(self, slot: str, address: str) -> WebLogin | None:
        return next((one for one in self.logins if one.slot == slot and covers(one.networks, address)), None)

    def users_for(self, address: str) -> list[SnmpUser]:
        return [one for one in self.users if covers(one.networks, address)]

    def tls_policy(self, address: str) -> str:
        return next((rule.policy for rule in self.tls if covers(rule.networks, address)), "self-signed")


def covers(networks: Sequence[Network], address: str) -> bool:
    """Whether an address lies in one of the networks."""
    number = ipaddress.ip_address(address)
    return any(number in network for network in networks)
