"""What proxies write is believed from the right, as far as they are ours, and no further."""

from __future__ import annotations

import pytest

from webapp.proxies import client, counted_as, read_address, read_networks

OURS = read_networks("127.0.0.1, 10.0.0.0/8, 2001:db8::/32")


@pytest.mark.parametrize(
    ("peer", "forwarded", "address", "hops"),
    [
        ("198.51.100.7", "", "198.51.100.7", 0),
        ("198.51.100.7", "192.0.2.1", "198.51.100.7", 0),  # no proxy of ours: made up
        ("127.0.0.1", "192.0.2.1", "192.0.2.1", 1),
        ("127.0.0.1", "6.6.6.6, 192.0.2.1", "192.0.2.1", 1),  # left of the client: made up
        ("127.0.0.1", "127.0.0.1, 192.0.2.1", "192.0.2.1", 1),
        ("127.0.0.1", "192.0.2.1, 10.1.2.3", "192.0.2.1", 2),
        ("127.0.0.1", "6.6.6.6, 192.0.2.1, 10.1.2.3, 10.4.5.6", "192.0.2.1", 3),
        ("127.0.0.1", "192.0.2.1, 203.0.113.9, 10.1.2.3", "203.0.113.9", 2),  # not ours: the end
        ("127.0.0.1", "", "127.0.0.1", 1),
        ("127.0.0.1", "unknown, 10.1.2.3", "10.1.2.3", 2),
        ("127.0.0.1", "192.0.2.1, <script>", "127.0.0.1", 1),
        ("127.0.0.1", "192.0.2.1,", "127.0.0.1", 1),
        ("::ffff:10.0.0.1", "192.0.2.1:4711", "192.0.2.1", 1),
        ("2001:db8::5", "[2001:dead::1]:443", "2001:dead::1", 1),
        ("", "192.0.2.1", None, 0),
    ],
)
def test_the_client(peer: str, forwarded: str, address: str | None, hops: int) -> None:
    entries = forwarded.split(",") if forwarded else []
    assert client(peer, entries, OURS) == (address and read_address(address), hops)


def test_without_trusted_proxies_nothing_is_believed() -> None:
    assert client("127.0.0.1", ["192.0.2.1"], ()) == (read_address("127.0.0.1"), 0)


def test_limits_count_one_customer_of_ipv6_as_one() -> None:
    assert counted_as("2001:dead:1:2:aaaa::1") == counted_as("2001:dead:1:2:bbbb::2")
    assert counted_as("2001:dead:1:2::1") != counted_as("2001:dead:1:3::1")
    assert counted_as("192.0.2.1") == "192.0.2.1"
    assert counted_as("::ffff:192.0.2.1") == "192.0.2.1"
    assert counted_as("") == "unknown"
