"""Redirects: whatever a device sends, it never leads off the device."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.protocols.made_up import contact

from frisket.protocols.contact import Ports
from frisket.protocols.web_path import Target, host_header, path_refusal, redirected

DEVICE = contact(Ports(), address="192.0.2.7")
SIX = contact(Ports(), address="fe80::7%eth0")


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b", Target("http", "/b")),
        ("b.html?x=1#top", Target("http", "/pages/b.html?x=1")),
        ("https://192.0.2.7/", Target("https", "/")),
        ("https://192.0.2.7", Target("https", "/")),
        ("https://192.0.2.7:443/a", Target("https", "/a")),
        ("HTTPS://192.0.2.7/a", Target("https", "/a")),
        ("//192.0.2.7/a", Target("http", "/a")),
        ("../x", Target("http", "/x")),
    ],
)
def test_a_redirect_on_the_device_is_followed(location: str, target: Target) -> None:
    assert redirected(Target("http", "/pages/a.html"), location, DEVICE) == target


def test_a_redirect_of_a_device_with_ipv6_is_followed() -> None:
    assert redirected(Target("http", "/"), "https://[fe80::7]/a", SIX) == Target("https", "/a")
    assert host_header(SIX, "http", 80) == "[fe80::7]"
    assert host_header(SIX, "http", 8080) == "[fe80::7]:8080"


@pytest.mark.parametrize(
    "location",
    [
        "http://192.0.2.8/", "//192.0.2.8/", "http://192.0.2.7.example/", "http://192.0.2.7@192.0.2.8/", "file:///x",
        "javascript:1", "http://3221225991/", "http://0xc0.0.2.7/", "http://192.0.2.7:9100/", "https://192.0.2.7:80/",
        "http://a@192.0.2.7/", "http://[", "http://192.0.2.7:x/", "http://192.0.2.7:99999/", "/\x7f",
        "/a%2f..%2f..%2fb", "\\\\192.0.2.8\\x", "/\\192.0.2.8", "ftp://192.0.2.7/", "http://device/",
    ],
)  # fmt: skip
def test_any_other_redirect_is_refused_in_words(location: str) -> None:
    found = redirected(Target("http", "/a"), location, DEVICE)
    assert isinstance(found, str)
    assert found.isprintable()


@given(st.text(max_size=40) | st.text("htps:/.@[]0127%\\?#", max_size=30))
def test_any_redirect_stays_on_the_device_or_is_refused(location: str) -> None:
    found = redirected(Target("https", "/a"), location, DEVICE)
    if isinstance(found, Target):
        assert found.scheme == "https"
        assert path_refusal(found.path) is None


@given(st.text(max_size=40))
def test_a_path_that_is_asked_for_is_one_line_from_the_root(path: str) -> None:
    if path_refusal(path) is None:
        assert path.startswith("/")
        assert path.isascii()
        assert path.isprintable()
        assert " " not in path
