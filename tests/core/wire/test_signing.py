"""A signature in the form that we write is verified without the library, and never differently."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Mapping, MutableMapping

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPSignatureKeyResolver,
    algorithms,
)
from hypothesis import assume, given
from hypothesis import strategies as st

from frisket.wire import signing
from frisket.wire.signature_form import COVERED, LABEL, recognise
from frisket.wire.signing import SignatureError, SignedMessage, Verified, by_library, by_own_form, sign, verify

_KEY, _OTHER_KEY = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))
_URL = "http://127.0.0.1:8631/agent/v1/check-in?wait=5"
_BODY = b'{"lease": null}'
_NONCE = "0123456789abcdefghijkl"
_FIELDS = ("Signature-Input", "Signature", "Content-Digest")
# What a client and a proxy add
_BESIDE = {"host": "127.0.0.1:8631", "user-agent": "frisket-agent/0.1", "content-type": "application/json"}


def _find(key_id: str) -> signing.VerifyingKey | None:
    return _KEY.public_key() if key_id.startswith("a_") else None


def _signed(
    body: bytes = _BODY,
    *,
    method: str = "POST",
    url: str = _URL,
    key: Ed25519PrivateKey = _KEY,
    key_id: str = "a_1",
    age: int = 0,
) -> SignedMessage:
    message = SignedMessage(method, url, dict(_BESIDE))
    sign(message, body, key=key, key_id=key_id, now=dt.datetime.now(dt.UTC) - dt.timedelta(seconds=age))
    return message


def _by_library(message: SignedMessage, body: bytes) -> Verified | None:
    try:
        return by_library(message, body, find_key=_find)
    except SignatureError:
        return None


def _by_own_form(message: SignedMessage, body: bytes) -> Verified | None:
    return by_own_form(message, body, find_key=_find)


# --- what we sign ------------------------------------------------------------------------------

_HOSTS = (
    "127.0.0.1",
    "hub",
    "hub.example",
    "HUB.example",
    "[::1]",
    "[::1%25eth0]",
    "h_b",
    "h%41b",
    "me@hub",
    "m:e@hub",
)
_SCHEMES = ("http", "https", "HTTP", "ftp")
_PORTS = ("", ":", ":80", ":443", ":080", ":0443", ":8631", ":08631", ":0", ":99999", ":4430")
_URLS = st.builds(
    "{}://{}{}{}{}{}".format,
    st.sampled_from(_SCHEMES),
    st.sampled_from(_HOSTS),
    st.sampled_from(_PORTS),
    st.sampled_from(("", "/", "//", "/a", "/A/./../b", "/a%2fb", "/a:b@c", "/a;b=c,d", "/~a-b_c.d")),
    st.sampled_from(("", "?", "?a=b", "?a=b&c=d", "??", "?a=%20", "?a+b", "?a=/b")),
    st.sampled_from(("", "#", "#a")),
)


_KEY_IDS = st.from_regex(r"a_[A-Za-z0-9_]{0,62}", fullmatch=True)


@given(body=st.binary(), method=st.sampled_from(("GET", "POST", "PUT")), key_id=_KEY_IDS)
def test_what_we_sign_is_the_same_to_both(body: bytes, method: str, key_id: str) -> None:
    message = _signed(body, method=method, key_id=key_id)
    read = _by_own_form(message, body)
    assert read is not None
    assert read == _by_library(message, body) == verify(message, body, find_key=_find)
    assert read.key_id == key_id


@given(url=_URLS, method=st.sampled_from(("GET", "OPTIONS", "CONNECT", "GET-X", "A1")))
def test_an_address_that_is_recognised_is_the_same_to_both(url: str, method: str) -> None:
    try:
        message = _signed(url=url, method=method)
    except HTTPMessageSignaturesException:
        assume(False)
    _same_to_both(message)


def _same_to_both(message: SignedMessage) -> None:
    expected = _by_library(message, _BODY)
    assert expected is not None
    assert verify(message, _BODY, find_key=_find) == expected
    if recognise(message.method, message.url, message.headers):
        assert _by_own_form(message, _BODY) == expected


def test_a_port_that_the_scheme_means_anyway_is_the_same_to_both() -> None:
    for scheme, host, port in itertools.product(_SCHEMES, _HOSTS, _PORTS):
        _same_to_both(_signed(url=f"{scheme}://{host}{port}/a"))


def test_a_request_as_an_agent_sends_it_needs_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    # patched, since only the time that it takes tells from outside which way a request went
    monkeypatch.setattr(signing, "by_library", _unwanted)
    message = _signed()
    assert verify(message, _BODY, find_key=_find).key_id == "a_1"
    as_the_hub_gets_it = SignedMessage("POST", _URL, {name.lower(): text for name, text in message.headers.items()})
    assert verify(as_the_hub_gets_it, _BODY, find_key=_find).key_id == "a_1"


def _unwanted(*_: object, **__: object) -> Verified:
    raise AssertionError("the library was asked")


# --- what others make of it --------------------------------------------------------------------


@given(st.data())
def test_nothing_can_be_changed_in_what_was_signed(data: st.DataObject) -> None:
    message, body = _signed(), _BODY
    part = data.draw(st.sampled_from(("method", "url", "body", *_FIELDS)))
    if part == "body":
        body = data.draw(_changed(body.decode("latin-1"))).encode("latin-1")
    elif part in _FIELDS:
        message.headers[part] = data.draw(_changed(message.headers[part]))
    elif part == "method":
        message.method = data.draw(_changed(message.method))
    else:
        message.url = data.draw(_changed(message.url))
    assert _by_own_form(message, body) is None
    assert _outcome(message, body) == _by_library(message, body)


def _outcome(message: SignedMessage, body: bytes) -> Verified | None:
    try:
        return verify(message, body, find_key=_find)
    except SignatureError:
        return None


def _changed(text: str) -> st.SearchStrategy[str]:
    """One octet is another one, or is gone, or is one more; the text is never the same."""
    octets = st.one_of(st.characters(max_codepoint=255), st.sampled_from(text), st.sampled_from(' \t\n\r",;:=()\\'))
    places = st.integers(0, len(text))
    put = st.builds(lambda at, gone, new: text[:at] + new + text[at + gone :], places, st.sampled_from((0, 1)), octets)
    gone = st.builds(lambda at: text[:at] + text[at + 1 :], st.integers(0, len(text) - 1))
    return st.one_of(put, gone).filter(lambda changed: changed != text)


def test_every_bit_of_signature_and_digest_counts() -> None:
    """Also those that the last base64 digit has to spare, at which the library does not look."""
    message = _signed()
    for field in ("Signature", "Content-Digest"):
        for text in _with_another_bit(message.headers[field]):
            changed = attrs.evolve(message, headers={**message.headers, field: text})
            assert _by_own_form(changed, _BODY) is None


def _with_another_bit(text: str) -> Iterator[str]:
    for at, letter in enumerate(text):
        for bit in range(8):
            yield text[:at] + chr(ord(letter) ^ (1 << bit)) + text[at + 1 :]


@pytest.mark.parametrize("age", [-60, -8, -2, 0, 60, 302, 308, 3600, 10**8])
def test_the_time_is_taken_as_the_library_takes_it(age: int) -> None:
    message = _signed(age=age)
    expected = _by_library(message, _BODY)
    assert (expected is not None) is (-5 < age < 305)
    assert _by_own_form(message, _BODY) == expected


@pytest.mark.parametrize("signed_as", [{"key": _OTHER_KEY}, {"key_id": "b_1"}])
def test_a_key_that_is_not_known_is_refused_by_both(signed_as: Mapping[str, object]) -> None:
    message = _signed(**signed_as)  # type: ignore[arg-type]
    assert _by_own_form(message, _BODY) is None
    with pytest.raises(SignatureError):
        verify(message, _BODY, find_key=_find)


# --- other forms -------------------------------------------------------------------------------


class _Keys(HTTPSignatureKeyResolver):
    def resolve_private_key(self, _: str) -> Ed25519PrivateKey:
        return _KEY


def _by(change: Mapping[str, object]) -> SignedMessage:
    """Signed by the library with something that `sign` does otherwise."""
    message = SignedMessage("POST", _URL, {})
    usual = {
        "key_id": "a_1", "created": dt.datetime.now(dt.UTC), "nonce": _NONCE, "label": LABEL,
        "covered_component_ids": COVERED, "body": _BODY,
    }  # fmt: skip
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=_Keys())
    signer.sign(message, **{**usual, **change})  # type: ignore[arg-type]
    return message


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({"label": "sig1"}, True),
        ({"covered_component_ids": tuple(reversed(COVERED))}, True),
        ({"covered_component_ids": (*COVERED, "@scheme")}, True),
        ({"covered_component_ids": COVERED[1:]}, False),
        ({"covered_component_ids": (*COVERED[:3], '"content-digest";sf')}, False),
        ({"nonce": None}, False),
        ({"nonce": ""}, False),
        ({"nonce": "short"}, True),
        ({"nonce": 'quo"ted-and-twenty-two'}, True),
        ({"include_alg": False}, True),
        ({"tag": "a"}, True),
        ({"expires": dt.datetime(2200, 1, 1, tzinfo=dt.UTC)}, True),
        ({"expires": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)}, False),
        ({"key_id": "a_1-2"}, True),
        ({"key_id": "a_" + "1" * 63}, True),
    ],
)
def test_another_form_is_for_the_library_to_read(change: Mapping[str, object], good: bool) -> None:
    message = _by(change)
    assert recognise(message.method, message.url, message.headers) is None
    assert (_outcome(message, _BODY) is not None) is good


def test_what_the_library_signs_in_our_form_is_recognised() -> None:
    message = _by({})
    read = _by_own_form(message, _BODY)
    assert read is not None
    assert read == _by_library(message, _BODY)


_Headers = MutableMapping[str, str]


def _twice(name: str) -> Callable[[_Headers], None]:
    def twice(headers: _Headers) -> None:
        headers[name] = f"{headers[name]}, {headers[name]}"

    return twice


def _spelt_twice(name: str) -> Callable[[_Headers], None]:
    def spelt_twice(headers: _Headers) -> None:
        headers[name.upper()] = headers[name]

    return spelt_twice


def _without(name: str) -> Callable[[_Headers], None]:
    def without(headers: _Headers) -> None:
        del headers[name]

    return without


def _replaced(name: str, old: str, new: str) -> Callable[[_Headers], None]:
    def replaced(headers: _Headers) -> None:
        assert old in headers[name]
        headers[name] = headers[name].replace(old, new)

    return replaced


def _two_signatures(headers: _Headers) -> None:
    for name in ("Signature-Input", "Signature"):
        headers[name] = f"{headers[name]}, {headers[name].replace('frisket=', 'other=')}"


@pytest.mark.parametrize("name", _FIELDS)
@pytest.mark.parametrize("change", [_twice, _spelt_twice, _without])
def test_a_field_that_is_there_twice_or_not_at_all_is_refused(
    name: str, change: Callable[[str], Callable[[_Headers], None]]
) -> None:
    message = _signed()
    change(name)(message.headers)
    assert recognise(message.method, message.url, message.headers) is None
    assert _outcome(message, _BODY) is None


@pytest.mark.parametrize(
    "change",
    [
        _two_signatures,
        _replaced("Signature-Input", 'alg="ed25519"', 'alg="hmac-sha256"'),
        _replaced("Signature-Input", "created=", "created=0"),
        _replaced("Signature-Input", "created=1", "created=0"),
        _replaced("Signature-Input", "created=", "created=-"),
        _replaced("Signature-Input", ";created=", ";created=1;created="),
        _replaced("Signature-Input", ";nonce=", ";nonce=:YQ==:;nonce="),
        _replaced("Signature-Input", "frisket=", "frisket=1;frisket="),
        _replaced("Signature-Input", '"@method" ', '"@method"  '),
        _replaced("Signature-Input", "frisket=", "\r\n frisket="),
        _replaced("Signature-Input", "frisket=", "other="),
        _replaced("Signature", "==:", ":"),
        _replaced("Signature", "==:", "==:;a"),
        _replaced("Content-Digest", "=:", ":"),
        _replaced("Content-Digest", "sha-256", "sha-512"),
        _replaced("Content-Digest", "sha-256=", "md5=:YQ==:, sha-256="),
    ],
)
def test_what_is_written_otherwise_is_never_read_here(change: Callable[[_Headers], None]) -> None:
    message = _signed()
    change(message.headers)
    assert recognise(message.method, message.url, message.headers) is None
    assert _outcome(message, _BODY) == _by_library(message, _BODY)


def test_a_parameter_between_ours_is_signed_or_refused() -> None:
    message = _signed()
    _replaced("Signature-Input", ";nonce=", ";expires=9999999999;nonce=")(message.headers)
    assert recognise(message.method, message.url, message.headers) is None
    assert _outcome(message, _BODY) is None
