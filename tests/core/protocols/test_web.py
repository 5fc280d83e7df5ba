"""Pages of devices: which are asked for, how, and what is remembered."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs
import pytest
from tests.core.protocols.made_up import ADDRESS, Outcome, ask, contact, run, web_ports

from frisket.lab.certificate import lab_tls
from frisket.lab.hostile_web import honest
from frisket.lab.hostile_wire import Wire, serving
from frisket.model.answers import Answers
from frisket.model.plan import Plan
from frisket.model.request import HttpRequest
from frisket.protocols.contact import DeviceMemory
from frisket.protocols.vault import TlsRule, Vault, WebLogin
from frisket.protocols.web import HttpTransport
from frisket.protocols.web_memory import ABSENT_SECONDS

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
WORDS = "geheim"
VAULT = Vault(logins=(WebLogin(slot="admin", networks=LOOPBACK, user="reader", password=WORDS),))
PASSWORD_IN_BASIC = b"cmVhZGVyOmdlaGVpbQ=="


@attrs.define
class Device:
    """A web server that answers from a table, and remembers what it was asked."""

    answers: dict[str, bytes]
    requests: list[bytes] = attrs.field(factory=list)
    connections: int = 0

    async def __call__(self, wire: Wire) -> None:
        self.requests.append(wire.request)
        await wire.send(self.answers.get(wire.target, status(404)))

    @property
    def targets(self) -> list[str]:
        return [request.split(b" ")[1].decode() for request in self.requests]


def page(body: bytes, headers: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\n\r\n%b" % (headers, len(body), body)


def status(code: int, headers: str = "") -> bytes:
    return f"HTTP/1.1 {code} Reason\r\n{headers}Content-Length: 0\r\n\r\n".encode()


def to(location: str) -> bytes:
    return status(302, f"Location: {location}\r\n")


@asynccontextmanager
async def both(plain: Device, secure: Device) -> AsyncIterator[tuple[int, int]]:
    async with serving(plain, ADDRESS) as http, serving(secure, ADDRESS, tls=lab_tls()) as https:
        yield http, https


def http_request(*paths: str, auth: str | None = None, timeout: float = 3.0, most: int = 4096) -> HttpRequest:
    return HttpRequest(paths=paths, auth=auth, timeout=timeout, max_bytes=most)


def get(device: Device, *paths: str, memory: DeviceMemory | None = None, auth: str | None = None) -> Outcome:
    async def asked() -> Outcome:
        async with serving(device, ADDRESS) as port:
            request = http_request(*paths, auth=auth)
            return await ask(contact(web_ports(port), memory=memory, vault=VAULT), request)

    return run(asked())


# --- what is sent and what comes back --------------------------------------------------------


def test_a_page_comes_back_under_the_path_that_was_asked_for() -> None:
    found = get(Device({"/a": page(b"<a/>", b"Content-Type: text/xml\r\nServer: Thing/1\r\n")}), "/a")
    (reply,) = found.replies
    assert (reply.protocol, reply.name, reply.octets) == ("http", "/a", b"<a/>")
    assert (reply.media_type, reply.server) == ("text/xml", "Thing/1")
    assert found.notes == ()
    assert found.requests == 1
    assert found.octets > len(b"<a/>")


def test_a_request_says_who_asks_and_little_more() -> None:
    device = Device({"/a": page(b"x")})
    get(device, "/a")
    head = device.requests[0].decode()
    lines = head.rstrip().split("\r\n")
    assert lines[0] == "GET /a HTTP/1.1"
    assert {line.partition(":")[0] for line in lines[1:]} == {"Host", "User-Agent", "Accept-Encoding"}
    assert "Frisket/" in head


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://192.0.2.1:8080")
    assert get(Device({"/a": page(b"x")}), "/a").replies


def test_cookies_are_not_kept() -> None:
    device = Device({"/a": page(b"x", b"Set-Cookie: session=1\r\n"), "/b": page(b"y")})

    async def asked() -> None:
        async with serving(device, ADDRESS) as port:
            await ask(contact(web_ports(port)), http_request("/a"), http_request("/b"))

    run(asked())
    assert not any(b"cookie" in request.lower() for request in device.requests)


@pytest.mark.parametrize(
    "path",
    ["//192.0.2.1/x", "http://192.0.2.1/", "x", "", "/a/../b", "/%2e%2e/b", "/a b", "/a\r\nX: y", "/ä", "/a\\..\\b",
     "/a#b", "/" + "x" * 3000],
)  # fmt: skip
def test_what_is_no_path_on_the_device_is_not_asked_for(path: str) -> None:
    device = Device({})
    found = get(device, path)
    assert device.requests == []
    assert found.codes == {"request-refused"}
    assert found.details.isprintable()


def test_a_page_above_its_limit_is_refused_and_not_cut() -> None:
    found = get(Device({"/a": page(b"x" * 4097), "/b": page(b"x" * 4096)}), "/a", "/b")
    assert [reply.name for reply in found.replies] == ["/b"]
    assert found.codes == {"request-refused"}


def test_one_connection_serves_all_pages() -> None:
    heads: list[bytes] = []

    async def patient(wire: Wire) -> None:
        """Answers on one connection what comes until the client goes."""
        heads.append(wire.request)
        await wire.send(page(b"x"))
        await wire.wait()

    async def asked() -> Outcome:
        async with serving(patient, ADDRESS) as port:
            return await ask(contact(web_ports(port)), http_request("/a"), http_request("/b", timeout=0.4))

    # the second request goes out on the first connection, where nobody hears it
    found = run(asked())
    assert len(heads) == 1
    assert [reply.name for reply in found.replies] == ["/a"]


def test_an_empty_line_behind_a_page_does_no_harm() -> None:
    count = 0

    async def untidy(wire: Wire) -> None:
        """Sends an empty line too many a while after the page."""
        nonlocal count
        count += 1
        await wire.send(page(b"x"))
        await asyncio.sleep(0.05)
        await wire.send(b"\r\n\r\nx")
        await wire.wait()

    async def asked() -> list[int]:
        async with serving(untidy, ADDRESS) as port:
            device = contact(web_ports(port))
            session = await HttpTransport().open(device)
            answers = Answers()
            for request in (http_request("/a"), http_request("/b")):
                await session.ask(Plan(requests=(request,)), answers)
                await asyncio.sleep(0.1)
            session.close()
            await asyncio.sleep(0.001)
            assert device.notes.all() == ()
            return [len(answers.replies(request)) for request in (http_request("/a"), http_request("/b"))]

    assert run(asked()) == [1, 1]
    assert count == 2


def test_a_server_is_named_in_text_that_can_be_shown() -> None:
    found = get(Device({"/a": page(b"x", b"Server: Ger\xc3\xa4t\x9b2J\r\n")}), "/a")
    assert found.replies[0].server.isprintable()


def test_a_connection_that_was_closed_meanwhile_is_made_anew() -> None:
    device = Device({"/a": page(b"x"), "/b": page(b"y")})

    async def asked() -> Outcome:
        async with serving(device, ADDRESS) as port:
            return await ask(contact(web_ports(port)), http_request("/a"), http_request("/b"))

    found = run(asked())
    assert [reply.octets for reply in found.replies] == [b"x", b"y"]
    assert found.notes == ()


# --- variants, and what is remembered --------------------------------------------------------


def test_the_first_page_that_is_there_is_taken() -> None:
    device = Device({"/b": page(b"b"), "/c": page(b"c")})
    found = get(device, "/a", "/b", "/c")
    assert [reply.name for reply in found.replies] == ["/b"]
    assert found.notes == ()
    assert device.targets == ["/a", "/b"]


def test_what_a_device_has_not_is_not_asked_for_again_and_what_it_has_comes_first() -> None:
    device = Device({"/b": page(b"b"), "/c": page(b"c")})
    memory = DeviceMemory()
    get(device, "/a", "/b", memory=memory)
    get(device, "/a", "/b", memory=memory)
    assert device.targets == ["/a", "/b", "/b"]
    memory = DeviceMemory(variants={("/b", "/c"): "/c"})
    assert [reply.name for reply in get(device, "/b", "/c", memory=memory).replies] == ["/c"]


@pytest.mark.parametrize("code", [404, 410])
def test_a_page_that_is_missing_is_no_note(code: int) -> None:
    found = get(Device({"/a": status(code)}), "/a")
    assert found.replies == []
    assert found.notes == ()


def test_after_a_day_a_missing_page_is_asked_for_again() -> None:
    device = Device({"/a": page(b"new")})
    assert get(device, "/a", memory=DeviceMemory(absent={"/a": time.monotonic() - ABSENT_SECONDS - 1})).replies
    assert not get(device, "/a", memory=DeviceMemory(absent={"/a": time.monotonic()})).replies


@pytest.mark.parametrize("code", [400, 403, 500, 503])
def test_any_other_status_is_a_note_and_the_next_variant_is_tried(code: int) -> None:
    found = get(Device({"/a": status(code), "/b": page(b"b")}), "/a", "/b")
    assert [reply.name for reply in found.replies] == ["/b"]
    assert found.details == f"GET /a: {code}"


def test_what_was_requested_is_not_requested_twice() -> None:
    device = Device({"/a": page(b"x")})

    async def asked() -> None:
        async with serving(device, ADDRESS) as port:
            session = await HttpTransport().open(contact(web_ports(port)))
            answers = Answers()
            for _ in range(2):
                await session.ask(Plan(requests=(http_request("/a"),)), answers)
            session.close()

    run(asked())
    assert device.targets == ["/a"]


# --- http, https and redirects ---------------------------------------------------------------


def test_where_http_is_closed_pages_come_by_https_and_that_is_remembered() -> None:
    memory = DeviceMemory()

    async def asked() -> Outcome:
        async with serving(Device({"/a": page(b"x")}), ADDRESS, tls=lab_tls()) as port:
            return await ask(contact(web_ports(https=port), memory=memory), http_request("/a"))

    found = run(asked())
    assert found.replies
    assert found.notes == ()
    assert memory.schemes == {"http": "https"}


def test_what_was_remembered_of_https_does_not_last_where_it_is_closed() -> None:
    memory = DeviceMemory(schemes={"http": "https"})
    assert get(Device({"/a": page(b"x")}), "/a", memory=memory).replies
    assert memory.schemes == {"http": "http"}


def test_a_device_without_a_web_server_is_asked_once() -> None:
    found = run(ask(contact(web_ports()), http_request("/a", "/b"), http_request("/c")))
    assert found.replies == []
    assert found.requests == 2
    assert found.notes == (), "that a service is not there is no failure"


def test_a_redirect_to_https_on_the_same_device_is_followed() -> None:
    memory = DeviceMemory()

    async def asked() -> Outcome:
        secure = Device({"/a": page(b"secure")})
        async with serving(secure, ADDRESS, tls=lab_tls()) as https:
            plain = Device({"/a": to(f"https://{ADDRESS}:{https}/a")})
            async with serving(plain, ADDRESS) as http:
                device = contact(web_ports(http, https), memory=memory)
                first = await ask(device, http_request("/a"))
                await ask(device, http_request("/a", timeout=2.0))
        assert plain.targets == ["/a"]
        return first

    found = run(asked())
    assert [(reply.name, reply.octets) for reply in found.replies] == [("/a", b"secure")]
    assert memory.schemes == {"http": "https"}


@pytest.mark.parametrize("location", ["/c", "c", "http://127.0.0.1/c", "?x=1"])
def test_a_redirect_to_a_page_of_the_device_is_followed_under_the_first_name(location: str) -> None:
    device = Device({"/a": to(location), "/c": page(b"c"), "/a?x=1": page(b"c")})
    assert [(reply.name, reply.octets) for reply in get(device, "/a").replies] == [("/a", b"c")]


def test_two_redirects_are_followed_and_no_third() -> None:
    device = Device({"/a": to("/b"), "/b": to("/c"), "/c": page(b"c"), "/0": to("/a")})
    assert get(device, "/a").replies
    assert get(device, "/0").codes == {"request-refused"}


def test_nobody_is_sent_from_https_to_http() -> None:
    async def asked() -> Outcome:
        plain = Device({"/a": page(b"plain")})
        async with serving(plain, ADDRESS) as http:
            secure = Device({"/a": to(f"http://{ADDRESS}:{http}/a")})
            async with serving(secure, ADDRESS, tls=lab_tls()) as https:
                memory = DeviceMemory(schemes={"http": "https"})
                return await ask(contact(web_ports(http, https), memory=memory), http_request("/a"))

    found = run(asked())
    assert found.replies == []
    assert found.codes == {"request-refused"}


@pytest.mark.parametrize(("policy", "count"), [("strict", 0), ("self-signed", 1), ("old", 1)])
def test_a_certificate_of_the_devices_own_is_trusted_as_the_policy_says(policy: str, count: int) -> None:
    vault = Vault(tls=(TlsRule(networks=LOOPBACK, policy=policy),))

    async def asked() -> Outcome:
        async with serving(honest, ADDRESS, tls=lab_tls()) as port:
            return await ask(contact(web_ports(https=port), vault=vault), http_request("/a"))

    found = run(asked())
    assert len(found.replies) == count
    assert ("certificate does not verify" in found.details) is (policy == "strict")


# --- logins ----------------------------------------------------------------------------------

BASIC = status(401, 'WWW-Authenticate: Basic realm="device"\r\n')


@attrs.define
class Guarded(Device):
    """Gives its pages to whoever shows something, after a challenge."""

    challenge: bytes = BASIC

    async def __call__(self, wire: Wire) -> None:
        shown = b"authorization: " in wire.request.lower()
        self.requests.append(wire.request)
        await wire.send(self.answers[wire.target] if shown else self.challenge)


def test_a_login_is_shown_only_where_the_request_names_its_slot() -> None:
    for auth, count in ((None, 0), ("other", 0), ("admin", 1)):
        device = Guarded({"/a": page(b"x")})
        found = get(device, "/a", auth=auth)
        assert len(found.replies) == count
        assert sum(b"uthorization" in request for request in device.requests) == count


def test_a_login_is_shown_only_after_a_challenge() -> None:
    device = Device({"/a": page(b"x")})
    get(device, "/a", auth="admin")
    assert not any(b"uthorization" in request for request in device.requests)


def test_basic_goes_over_https_where_there_is_https() -> None:
    plain, secure = Guarded({"/a": page(b"plain")}), Guarded({"/a": page(b"secure")})

    async def asked() -> Outcome:
        async with both(plain, secure) as (http, https):
            return await ask(contact(web_ports(http, https), vault=VAULT), http_request("/a", auth="admin"))

    assert [reply.octets for reply in run(asked()).replies] == [b"secure"]
    assert not any(PASSWORD_IN_BASIC in request for request in plain.requests)
    assert any(PASSWORD_IN_BASIC in request for request in secure.requests)


def test_digest_is_preferred_to_basic() -> None:
    challenge = status(
        401, 'WWW-Authenticate: Basic realm="d"\r\nWWW-Authenticate: Digest realm="d", nonce="n", qop="auth"\r\n'
    )
    device = Guarded({"/a": page(b"x")}, challenge=challenge)
    assert get(device, "/a", auth="admin").replies
    assert b"Digest username" in device.requests[-1]
    assert not any(PASSWORD_IN_BASIC in request for request in device.requests)


def test_a_login_that_is_refused_is_not_tried_again() -> None:
    device = Device({"/a": BASIC, "/b": BASIC})
    found = get(device, "/a", "/b", auth="admin")
    assert sum(b"uthorization" in request for request in device.requests) == 1
    assert found.replies == []
    assert "401" in found.details
    assert WORDS not in found.details
    assert "reader" not in found.details


def test_a_login_does_not_follow_a_redirect_off_the_device() -> None:
    elsewhere = Guarded({"/a": page(b"x")})

    async def asked() -> Outcome:
        async with serving(elsewhere, "127.0.0.2") as other:
            device = Device({"/a": to(f"http://127.0.0.2:{other}/a")})
            async with serving(device, ADDRESS) as port:
                return await ask(contact(web_ports(port), vault=VAULT), http_request("/a", auth="admin"))

    assert run(asked()).codes == {"request-refused"}
    assert elsewhere.requests == []


def test_a_login_for_other_networks_stays_at_home() -> None:
    other = (ipaddress.ip_network("192.0.2.0/24"),)
    vault = Vault(logins=(WebLogin(slot="admin", networks=other, user="reader", password=WORDS),))
    device = Guarded({"/a": page(b"x")})

    async def asked() -> Outcome:
        async with serving(device, ADDRESS) as port:
            return await ask(contact(web_ports(port), vault=vault), http_request("/a", auth="admin"))

    assert run(asked()).replies == []
    assert not any(b"uthorization" in request for request in device.requests)


def test_a_login_that_cannot_be_sent_is_not_told_in_the_note() -> None:
    vault = Vault(logins=(WebLogin(slot="admin", networks=LOOPBACK, user="rea\r\nder", password=WORDS),))
    challenge = status(401, 'WWW-Authenticate: Digest realm="d", nonce="n", qop="auth"\r\n')
    device = Guarded({"/a": page(b"x")}, challenge=challenge)

    async def asked() -> Outcome:
        async with serving(device, ADDRESS) as port:
            return await ask(contact(web_ports(port), vault=vault), http_request("/a", auth="admin"))

    found = run(asked())
    assert found.codes == {"request-refused"}
    assert "der" not in found.details
