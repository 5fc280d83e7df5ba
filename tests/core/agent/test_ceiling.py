"""Whatever the hub says, what is scanned stays inside the ceiling."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from frisket.agent.ceiling import PRIVATE, Ceiling, load_ceiling, printable
from frisket.agent.errors import CeilingError
from frisket.agent.folder import AgentFolder
from frisket.errors import TargetError
from frisket.protocols.session import Endpoint
from frisket.scan.targets import parse_targets
from frisket.wire.documents import Desired

_OCTET = st.integers(0, 255)
_ADDRESSES = st.one_of(
    st.builds("{}.{}.{}.{}".format, _OCTET, _OCTET, _OCTET, _OCTET),
    st.builds("10.0.{}.{}".format, st.integers(0, 2), _OCTET),
    st.builds("127.0.0.{}".format, _OCTET),
)
_PORTS = st.sampled_from((1, 22, 161, 9100, 10161, 65535))
_ITEMS = st.one_of(
    _ADDRESSES,
    st.builds("{}:{}".format, _ADDRESSES, _PORTS),
    st.builds("{}/{}".format, _ADDRESSES, st.integers(0, 32)),
    st.builds("{}-{}".format, _ADDRESSES, _ADDRESSES),
    st.builds("{}-{}".format, _ADDRESSES, _OCTET),
    st.sampled_from(("@/etc/passwd", "@", "", "localhost", "localhost:22", "0.0.0.0/0", "::1", "fe80::/10", "-", "/")),
    # no dots, no letters: nothing that anybody would be asked about
    st.text("0123456789/-:@ ,\n\x00", max_size=12),
)
_DESIRED = st.builds(
    Desired,
    generation=st.integers(0, 9),
    scan_interval=st.integers(60, 604_800),
    targets=st.lists(_ITEMS, max_size=8),
    exclude=st.lists(_ITEMS, max_size=3),
)
_NETWORKS = st.builds(
    lambda address, length: ipaddress.IPv4Network(f"{address}/{length}", strict=False), _ADDRESSES, st.integers(8, 32)
)
_CEILINGS = st.builds(
    Ceiling,
    ranges=st.lists(_NETWORKS, min_size=1, max_size=3).map(tuple),
    exclude=st.lists(st.builds("10.0.0.0/{}".format, st.integers(20, 32)), max_size=1).map(tuple),
    ports=st.none() | st.frozensets(_PORTS),
    smallest_interval=st.integers(1, 90_000),
    most_addresses=st.integers(1, 1 << 20),
)


@given(_CEILINGS | st.just(Ceiling()), _DESIRED)
@example(Ceiling(), Desired(generation=1, scan_interval=60, targets=["0.0.0.0/0"]))
@example(
    Ceiling(), Desired(generation=1, scan_interval=60, targets=["a\0b", "@\0", "a" * 300], exclude=["a\0b", "@\0"])
)
@example(Ceiling(most_addresses=300), Desired(generation=1, scan_interval=60, targets=["10.0.0.0/24", "10.0.1.0/24"]))
def test_what_is_scanned_stays_inside(ceiling: Ceiling, desired: Desired) -> None:
    allowed = ceiling.apply(desired)
    assert len(allowed.targets) <= ceiling.most_addresses
    assert allowed.interval >= ceiling.smallest_interval
    excluded = [ipaddress.IPv4Network(text, strict=False) for text in ceiling.exclude]
    for span in allowed.targets.spans:
        for number in {span.first, span.last, (span.first + span.last) // 2}:
            address = ipaddress.IPv4Address(number)
            assert any(address in network for network in ceiling.ranges)
            assert not any(address in network and network.prefixlen > 30 for network in excluded)
            if ceiling.ports is not None:
                assert span.port == 161 or span.port in ceiling.ports
            else:
                assert span.port == 161 or address.is_loopback


@given(_DESIRED)
def test_every_item_is_scanned_or_reported(desired: Desired) -> None:
    allowed = Ceiling().apply(desired)
    reported = {refusal.item for refusal in allowed.refused}
    for item in desired.targets:
        if printable(item)[:200] in reported:
            continue
        for span in parse_targets([item], exclude=[text for text in desired.exclude if _is_target(text)]).spans:
            for number in (span.first, span.last):
                assert Endpoint(str(ipaddress.IPv4Address(number)), span.port) in allowed.targets


def _is_target(text: str) -> bool:
    if text.startswith("@") or not text.isprintable():
        return False
    try:
        parse_targets([text])
    except TargetError:
        return False
    return True


def test_each_item_is_taken_or_refused_by_itself() -> None:
    ceiling = Ceiling(smallest_interval=900, most_addresses=300)
    targets = ["10.0.0.0/24", "8.8.8.8", "10.0.1.0/24", "@/etc/passwd", "10.0.0.7:22", "127.0.0.1:10161", "10.9.9.9"]
    allowed = ceiling.apply(Desired(generation=1, scan_interval=60, targets=targets, exclude=["10.0.0.9", "nonsense/"]))
    assert {refusal.item for refusal in allowed.refused} == {
        "8.8.8.8", "10.0.1.0/24", "@/etc/passwd", "10.0.0.7:22", "exclude nonsense/", "scan_interval 60",
    }  # fmt: skip
    assert len(allowed.targets) == 253 + 2
    assert allowed.interval == 900


def test_an_address_is_scanned_once_however_often_it_is_named() -> None:
    desired = Desired(generation=1, scan_interval=60, targets=["10.0.0.0/30", "10.0.0.1", "10.0.0.1-10.0.0.3"])
    assert [str(endpoint.address) for endpoint in Ceiling().apply(desired).targets] == [
        "10.0.0.1", "10.0.0.2", "10.0.0.3",
    ]  # fmt: skip


def test_without_a_file_private_addresses_are_the_ceiling(folder: AgentFolder) -> None:
    assert tuple(map(str, load_ceiling(folder).ranges)) == PRIVATE


def test_a_file_says_what_is_allowed(folder: AgentFolder) -> None:
    folder.ceiling.write_text(
        'ranges = ["192.0.2.0/24"]\nexclude = ["192.0.2.1"]\nports = [161, 10161]\n'
        "smallest_interval = 900\nmost_addresses = 4096\n",
        encoding="utf-8",
    )
    ceiling = load_ceiling(folder)
    allowed = ceiling.apply(Desired(generation=1, scan_interval=900, targets=["192.0.2.0/29", "192.0.2.9:10161"]))
    assert len(allowed.targets) == 6
    assert not allowed.refused


@pytest.mark.parametrize(
    "text",
    ["ranges = 5", "rnages = []", 'ranges = ["nonsense"]', "ports = [true]", "smallest_interval = 0", "=", "\x00",
     'exclude = ["a/b"]', 'most_addresses = "many"', 'ranges = ["10.0.0.1/8"]'],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_told_and_allows_nothing(folder: AgentFolder, text: str) -> None:
    folder.ceiling.write_text(text, encoding="utf-8")
    with pytest.raises(CeilingError, match=r"ceiling\.toml.*nothing is scanned"):
        load_ceiling(folder)
