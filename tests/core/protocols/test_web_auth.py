"""Challenges of HTTP, and the answers to them."""

from __future__ import annotations

import hashlib
import ipaddress
import re

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frisket.protocols.vault import WebLogin
from frisket.protocols.web_auth import basic, challenges_of, digest

# The user of RFC 7616's examples, and who that is in their realm
WORDS = "Circle of Life"
LOGIN = WebLogin(slot="x", networks=(ipaddress.ip_network("192.0.2.0/24"),), user="Mufasa", password=WORDS)
HASHED = "3d78807defe7de2157e2b0b6573a855f"
RFC_7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def fields(header: str | None) -> dict[str, str]:
    assert header is not None
    return dict(re.findall(r'([a-z]+)="?([^",]*)"?', header.removeprefix("Digest ")))


def test_challenges_are_told_apart_in_one_header_or_several() -> None:
    one = challenges_of(['Basic realm="a, Digest b=c", Digest realm="r", nonce="n", qop="auth, auth-int", Negotiate'])
    assert [(challenge.scheme, dict(challenge.parameters)) for challenge in one] == [
        ("basic", {"realm": "a, Digest b=c"}),
        ("digest", {"realm": "r", "nonce": "n", "qop": "auth, auth-int"}),
        ("negotiate", {}),
    ]
    assert [challenge.scheme for challenge in challenges_of(["NTLM", 'Basic realm="x"'])] == ["ntlm", "basic"]


def test_digest_is_made_as_rfc_7616_says() -> None:
    found = fields(digest(challenges_of([RFC_7616.format("MD5")]), LOGIN, "GET", "/dir/index.html"))
    asked = md5("GET:/dir/index.html")
    assert found["response"] == md5(f"{HASHED}:{found['nonce']}:00000001:{found['cnonce']}:auth:{asked}")
    assert (found["uri"], found["nc"], found["opaque"][:4]) == ("/dir/index.html", "00000001", "FQhe")


def test_the_stronger_digest_is_taken() -> None:
    offered = challenges_of([RFC_7616.format("MD5"), RFC_7616.format("SHA-256")])
    assert len(fields(digest(offered, LOGIN, "GET", "/"))["response"]) == 64


def test_a_device_of_rfc_2069_gets_no_counter() -> None:
    found = fields(digest(challenges_of(['Digest realm="r", nonce="n"']), LOGIN, "GET", "/"))
    assert found["response"] == md5(f"{md5('Mufasa:r:Circle of Life')}:n:{md5('GET:/')}")
    assert "cnonce" not in found


@pytest.mark.parametrize(
    "challenge",
    [
        'Digest realm="r"',
        'Digest nonce="n", qop="auth-int"',
        'Digest nonce="n", algorithm=ROT13',
        'Basic realm="r"',
        "",
    ],
)
def test_no_digest_is_made_of_what_is_not_known(challenge: str) -> None:
    assert digest(challenges_of([challenge]), LOGIN, "GET", "/") is None


def test_a_name_beyond_ascii_is_utf_8_and_a_realm_as_it_came() -> None:
    login = attrs.evolve(LOGIN, user="Käthe")
    found = digest(challenges_of(['Digest realm="Ger\xe4t", nonce="n"']), login, "GET", "/")
    assert found is not None
    assert found.encode("latin-1").startswith(b'Digest username="K\xc3\xa4the", realm="Ger\xe4t"')


def test_basic_is_made_where_it_is_offered() -> None:
    assert basic(challenges_of(["Basic"]), LOGIN) == "Basic TXVmYXNhOkNpcmNsZSBvZiBMaWZl"
    assert basic(challenges_of(["Negotiate"]), LOGIN) is None


@given(st.lists(st.text(st.characters(max_codepoint=255), max_size=60), max_size=3))
def test_any_challenge_is_answered_or_not(headers: list[str]) -> None:
    offered = challenges_of(headers)
    digest(offered, LOGIN, "GET", "/")
    basic(offered, LOGIN)


def test_challenges_of_any_length_are_read_in_no_time() -> None:
    for text in ('a="' * 100_000, '"\\' * 100_000, "Digest " * 100_000, "," * 100_000, " " * 100_000):
        challenges_of([text])
