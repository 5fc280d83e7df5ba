"""What an agent may be told to scan."""

from __future__ import annotations

import pytest

from frisket_hub.fleet.targets import check_targets


@pytest.mark.parametrize(
    "target",
    [
        "192.0.2.10",
        "192.0.2.0/24",
        "192.0.2.1/24",
        "192.0.2.10-20",
        "192.0.2.10-192.0.3.20",
        "127.0.0.1:10161",
        "10.0.0.0/12",
    ],
)
def test_addresses_networks_and_ranges_are_targets(target: str) -> None:
    assert check_targets([f" {target} ", "", target]) == [target]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("@/etc/passwd", "CIDR"),
        ("@hosts", "neither"),
        ("printer.example", "neither"),
        ("192.0.2.256", "neither"),
        ("192.0.2.0/33", "CIDR"),
        ("192.0.2.20-10", "ends before"),
        ("192.0.2.1:0", "port"),
        ("192.0.2.1:99999999", "port"),
        ("2001:db8::1", "IPv6"),
        ("2001:db8::/120", "IPv6"),
        ("192.0.2.1-", "neither"),
        ("١٩٢.0.2.1", "neither"),
        ("0.0.0.0/0", "narrow"),
    ],
)
def test_anything_else_is_refused_by_name(target: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_targets([target])


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ValueError, match=r"(?s)one: .*two: "):
        check_targets(["one", "192.0.2.1", "two"])


def test_many_addresses_together_are_too_many() -> None:
    with pytest.raises(ValueError, match="narrow"):
        check_targets(["10.0.0.0/12", "192.0.2.1"])


def test_there_are_only_so_many_lines() -> None:
    with pytest.raises(ValueError, match="one range"):
        check_targets([f"10.0.{line // 250}.{line % 250 + 1}" for line in range(1001)])
