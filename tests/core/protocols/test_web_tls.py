"""What the vault's policies mean to TLS."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import ssl

import pytest
from tests.core.protocols.made_up import ADDRESS, Outcome, ask, contact, run, web_ports

from frisket.lab.certificate import make_certificate, tls_of
from frisket.lab.hostile_web import honest
from frisket.lab.hostile_wire import serving
from frisket.model.request import HttpRequest
from frisket.protocols.vault import TlsRule, Vault
from frisket.protocols.web_tls import tls_context

DAY = dt.timedelta(days=1)


def get(tls: ssl.SSLContext, policy: str) -> Outcome:
    networks = (ipaddress.ip_network("127.0.0.0/8"),)
    vault = Vault(tls=(TlsRule(networks=networks, policy=policy),))

    async def asked() -> Outcome:
        async with serving(honest, ADDRESS, tls=tls) as port:
            request = HttpRequest(paths=("/a",), timeout=3.0)
            return await ask(contact(web_ports(https=port), vault=vault), request)

    return run(asked())


def old_server() -> ssl.SSLContext:
    """Speaks TLS 1.0 and 1.1 only."""
    context = tls_of(make_certificate(valid=(-DAY, DAY)))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.options |= ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_3
    return context


def test_an_expired_certificate_counts_where_certificates_do() -> None:
    expired = tls_of(make_certificate(valid=(-2 * DAY, -DAY)))
    assert get(expired, "self-signed").replies
    found = get(expired, "strict")
    assert found.codes == {"request-failed"}
    assert "certificate" in found.details


@pytest.mark.filterwarnings("ignore:ssl.OP_NO_:DeprecationWarning")
def test_old_tls_is_spoken_where_the_policy_says_so_only() -> None:
    server = old_server()
    assert get(server, "old").replies
    found = get(server, "self-signed")
    assert found.replies == []
    assert "TLS" in found.details


def test_a_policy_that_is_not_known_is_strict() -> None:
    context = tls_context("whatever")
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_tls_that_never_finishes_is_given_up() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def asked() -> Outcome:
        server = await asyncio.start_server(say_nothing, ADDRESS, 0)
        port = server.sockets[0].getsockname()[1]
        found = await ask(contact(web_ports(https=port)), HttpRequest(paths=("/a",), timeout=0.5))
        server.close()
        await asyncio.sleep(0.01)
        return found

    found = run(asked())
    assert found.seconds < 1.5
    assert found.codes == {"request-failed"}


def test_where_tls_meets_a_server_without_it_that_is_a_note() -> None:
    async def asked() -> Outcome:
        async with serving(honest, ADDRESS) as port:
            return await ask(contact(web_ports(https=port)), HttpRequest(paths=("/a",), timeout=0.5))

    assert run(asked()).codes == {"request-failed"}


def test_a_device_whose_tls_is_not_taken_is_not_asked_for_every_page() -> None:
    networks = (ipaddress.ip_network("127.0.0.0/8"),)
    vault = Vault(tls=(TlsRule(networks=networks, policy="strict"),))
    pages = [HttpRequest(paths=(path,), timeout=3.0) for path in ("/a", "/b", "/c")]

    async def asked() -> Outcome:
        async with serving(honest, ADDRESS, tls=tls_of(make_certificate(valid=(-DAY, DAY)))) as port:
            return await ask(contact(web_ports(https=port), vault=vault), *pages)

    found = run(asked())
    assert found.requests == 2
    assert "http: no server listens there" in found.details
    assert "https: its certificate does not verify" in found.details
