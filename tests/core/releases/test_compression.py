"""Zstandard: there and back, with and without what the receiver has, and bounded whatever comes in."""

from __future__ import annotations

import contextlib
import random
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frisket.errors import DecodeError
from frisket.releases.compression import compress, expand

BASE = random.Random(1).randbytes(20_000)


@given(st.binary(max_size=2000))
def test_octets_come_back_as_they_were(octets: bytes) -> None:
    assert expand(compress(octets), len(octets)) == octets


@given(st.integers(0, 19_999), st.binary(max_size=100))
def test_a_patch_gives_the_new_content_and_is_small(at: int, change: bytes) -> None:
    octets = BASE[:at] + change + BASE[at:]
    patch = compress(octets, base=BASE)
    assert expand(patch, len(octets), base=BASE) == octets
    assert len(patch) < 300


def test_a_patch_on_something_else_gives_something_else_or_nothing() -> None:
    octets = BASE[:9000] + b"new" + BASE[9000:]
    other = random.Random(2).randbytes(20_000)
    with contextlib.suppress(DecodeError):
        assert expand(compress(octets, base=BASE), len(octets), base=other) != octets


def test_one_octet_more_than_allowed() -> None:
    with pytest.raises(DecodeError, match="more than 99 octets"):
        expand(compress(bytes(100)), 99)


def test_a_bomb_costs_no_more_memory_than_it_may() -> None:
    bomb = compress(bytes(200 << 20))
    tracemalloc.start()
    with pytest.raises(DecodeError, match="expands to more"):
        expand(bomb, 1 << 20)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20


def test_a_window_beyond_the_limit_is_refused() -> None:
    """A frame header that asks for 2 GiB (RFC 8878 3.1.1.1.2)."""
    header = b"\x28\xb5\x2f\xfd" + bytes([0b0000_0000, 21 << 3])
    with pytest.raises(DecodeError, match="not Zstandard"):
        expand(header + b"\x01\x00\x00", 1 << 20)


def test_what_is_cut_off_or_runs_on() -> None:
    octets = compress(BASE)
    for length in range(0, len(octets), 97):
        with pytest.raises(DecodeError):
            expand(octets[:length], len(BASE))
    with pytest.raises(DecodeError, match="follows"):
        expand(octets + b"x", len(BASE))
    with pytest.raises(DecodeError, match="follows"):
        expand(octets + octets, len(BASE))


@given(st.binary(max_size=300))
def test_noise(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        expand(octets, 1000)
    with pytest.raises(DecodeError):
        expand(b"\x28\xb5\x2f\xfd" + octets[:20] + b"\xff" * 9, 1000, base=BASE)
