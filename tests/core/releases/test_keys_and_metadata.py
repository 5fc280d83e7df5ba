"""Keys and metadata as files: what is written is read again, and nothing else is."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from hypothesis import given
from hypothesis import strategies as st
from tests.core.releases.repository import Repository, now, small_bundle

from frisket.errors import TrustError
from frisket.releases import metadata
from frisket.releases.keys import KeyFileError, PublicKey, SigningKey, is_locked
from frisket.releases.metadata import Target
from frisket.releases.roles import RELEASE, ROOT, SNAPSHOT, TARGETS, TIMESTAMP, vendor_role

KEY = SigningKey.make()

# --- keys ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("password", [None, b"a long password"])
def test_a_key_comes_back_from_its_file(password: bytes | None) -> None:
    pem = KEY.to_pem(password)
    assert is_locked(pem) == (password is not None)
    assert SigningKey.from_pem(pem, name="a.pem", password=password).public.id == KEY.public.id
    assert PublicKey.from_text(KEY.public.to_text().encode(), name="a.pub").id == KEY.public.id


@pytest.mark.parametrize(
    ("pem", "password", "words"),
    [
        (KEY.to_pem(b"right"), b"wrong", "cannot be read as a key"),
        (KEY.to_pem(b"right"), None, "is locked"),
        (KEY.to_pem(), b"needless", "is not locked"),
        (b"noise", None, "cannot be read as a key"),
        (KEY.public.to_text().encode(), None, "cannot be read as a key"),
    ],
)
def test_what_is_no_key_or_not_opened(pem: bytes, password: bytes | None, words: str) -> None:
    with pytest.raises(KeyFileError, match=words) as caught:
        SigningKey.from_pem(pem, name="a.pem", password=password)
    assert "a.pem" in str(caught.value)
    assert "needless" not in str(caught.value)


def test_a_key_of_another_kind() -> None:
    pem = generate_private_key(SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(KeyFileError, match="no Ed25519 key"):
        SigningKey.from_pem(pem, name="a.pem")


_PUBLIC: dict[str, Any] = json.loads(KEY.public.to_text())


@pytest.mark.parametrize(
    "change",
    [
        {"keyid": "0" * 64},
        {"keyid": None},
        {"keyid": ["x"]},
        {"keytype": "rsa"},
        {"keyval": {}},
        {"keyval": []},
        {"keyval": {"public": "xyz"}},
        {"keyval": {"public": "00"}},
        {"keyval": {"public": ["00"]}},
        {"keyval": {"public": SigningKey.make().public.inner.keyval["public"]}},
        {"scheme": None},
    ],
)
def test_what_is_no_public_key(change: dict[str, Any]) -> None:
    with pytest.raises(KeyFileError, match=r"a\.pub"):
        PublicKey.from_text(json.dumps({**_PUBLIC, **change}).encode(), name="a.pub")


@given(st.one_of(st.binary(max_size=100), st.integers(0, 200).map(lambda at: KEY.public.to_text().encode()[:at])))
def test_noise_is_no_public_key(octets: bytes) -> None:
    with pytest.raises(KeyFileError):
        PublicKey.from_text(octets, name="a.pub")


# --- metadata ------------------------------------------------------------------------------------


def test_the_roles_of_a_repository_say_what_was_put_in() -> None:
    repository = Repository.of("hp")
    repository.publish({"hp": small_bundle("hp")})
    current = repository.current
    roots = metadata.keys_of_root(current[ROOT])
    assert [roots[role].threshold for role in (ROOT, TARGETS, SNAPSHOT, TIMESTAMP)] == [2, 2, 1, 1]
    assert {key.id for key in roots[ROOT].keys} == {key.public.id for key in repository.people}
    assert set(metadata.delegations_of(current[TARGETS])) == {"vendor-hp", RELEASE}
    assert metadata.versions_in(current[SNAPSHOT]) == {TARGETS: 1, RELEASE: 1, "vendor-hp": 1}
    assert set(metadata.targets_of(current[RELEASE])) == {"releases/1.json"}
    life = metadata.describe(current[TIMESTAMP]).expires - now()
    assert dt.timedelta(hours=47) < life <= dt.timedelta(days=2)


@given(st.dictionaries(st.integers(1, 99), st.binary(min_size=1, max_size=9), max_size=5))
def test_targets_come_back_as_they_were(files: dict[int, bytes]) -> None:
    targets = [Target.of(f"profiles/hp/bundle@{version}.tar", octets) for version, octets in files.items()]
    signed = metadata.sign(metadata.new_role("vendor-hp", targets, version=3, now=now()), KEY)
    assert metadata.targets_of(signed) == {target.path: target for target in targets}
    assert metadata.describe(signed).signed_by == (KEY.public.id,)


def test_a_second_signature_of_one_key_takes_the_place_of_the_first() -> None:
    octets = metadata.sign(metadata.sign(metadata.new_role("vendor-hp", [], version=1, now=now()), KEY), KEY)
    assert metadata.describe(octets).signed_by == (KEY.public.id,)


def test_keys_that_could_never_sign_together_make_no_role() -> None:
    one, other = KEY.public, SigningKey.make().public
    keys = {ROOT: [one, other], TARGETS: [one, other], SNAPSHOT: [one], TIMESTAMP: [one]}
    metadata.new_root(keys, version=1, now=now())
    changes: tuple[dict[str, list[PublicKey]], ...] = (
        {ROOT: [one]},
        {TARGETS: [one, one]},
        {SNAPSHOT: []},
        {ROOT: [one, other, other]},
    )
    for change in changes:
        with pytest.raises(TrustError, match="different keys"):
            metadata.new_root({**keys, **change}, version=1, now=now())
    with pytest.raises(TrustError, match="vendor-hp"):
        metadata.new_targets({vendor_role("hp"): []}, version=1, now=now())


def test_who_signed_is_proved_and_not_believed() -> None:
    repository = Repository.of("hp", "ricoh")
    repository.add_bundle("hp", small_bundle("hp"))
    targets, signed = repository.current[TARGETS], repository.current["vendor-hp"]
    assert metadata.signers(signed, above=targets, role="vendor-hp") == (
        frozenset({repository.vendors["hp"].public.id}),
        1,
    )
    forged = json.loads(signed)
    forged["signed"]["version"] = 2
    with pytest.raises(TrustError, match="0 of 1"):
        metadata.require_signed(json.dumps(forged).encode(), above=targets, role="vendor-hp")
    with pytest.raises(TrustError, match="0 of 1"):
        metadata.require_signed(signed, above=targets, role="vendor-ricoh")
    for above, role in ((targets, "vendor-canon"), (repository.bootstrap, "vendor-hp"), (signed, "vendor-hp")):
        with pytest.raises(TrustError):
            metadata.require_signed(signed, above=above, role=role)


def hostile() -> list[bytes]:
    octets = metadata.sign(metadata.new_role("vendor-hp", [], version=1, now=now()), KEY)
    plain = json.loads(octets)

    def with_(**changes: Any) -> bytes:
        return json.dumps({**plain, "signed": {**plain["signed"], **changes}}).encode()

    return [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        octets[:-1],
        json.dumps({**plain, "signatures": plain["signatures"] * 2}).encode(),
        json.dumps({**plain, "signatures": "x"}).encode(),
        json.dumps({**plain, "signatures": [{"keyid": 1, "sig": 2}]}).encode(),
        with_(version=0),
        with_(version="1"),
        with_(version=metadata.MAX_VERSION + 1),
        with_(version=10**4000),
        with_(expires="never"),
        with_(expires=5),
        with_(spec_version="9.0"),
        with_(_type="mirrors"),
        with_(targets={"a": 5}),
        with_(targets={"a": {"length": -1, "hashes": {"sha256": "0"}}}),
        with_(targets={"a": {"length": 1, "hashes": {}}}),
        with_(delegations={"keys": {}, "roles": [{"name": "root", "keyids": [], "threshold": 1, "paths": ["*"]}]}),
        b" " * metadata.MAX_BYTES + octets,
    ]


@pytest.mark.parametrize("octets", hostile(), ids=lambda octets: repr(octets[:20]))
def test_texts_that_are_no_metadata(octets: bytes) -> None:
    for read in (metadata.describe, metadata.targets_of, metadata.delegations_of):
        with pytest.raises(TrustError) as caught:
            read(octets)
        assert caught.value.detail.isprintable()


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["signed", "signatures", "_type", "version", "keys", "roles", "meta", "targets", "expires"]
                ),
                inner,
            )
        ),
    )
)
def test_json_that_is_no_metadata(value: object) -> None:
    with pytest.raises(TrustError):
        metadata.describe(json.dumps(value).encode())
