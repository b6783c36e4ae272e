"""Who is at the other end: the one place that computes a client's address, scheme and host.

Imports nothing of ours. A proxy writes down whom it speaks for (`X-Forwarded-For`, `-Proto`,
`-Host`), and so can anybody else; only what a proxy of `TRUSTED_PROXIES` wrote is believed. The
headers that each proxy appends to are read from the right: what stands left of the first address
that is no trusted proxy was sent by the client and may be made up.

The result replaces `REMOTE_ADDR`, `wsgi.url_scheme` and `HTTP_HOST` of the request, so that limits,
audit and the log of the web server all see the same. RFC 7239's `Forwarded` is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def read_networks(text: str) -> tuple[Network, ...]:
    """Read `127.0.0.1, 10.0.0.0/8`; raises `ValueError` with a remedy."""
    found: list[Network] = []
    for part in (one.strip() for one in text.split(",")):
        if not part:
            continue
        try:
            network = ip_network(part)
        except ValueError:
            raise ValueError(
                f"write addresses or networks such as 127.0.0.1 or 10.0.0.0/8, comma separated; "
                f"{part!r} is neither"
            ) from None
        if network.prefixlen == 0:
            raise ValueError(
                f"{part} are all addresses there are, so that everybody could claim to be "
                "somebody else; name the addresses of your proxies"
            )
        found.append(network)
    return tuple(found)


def read_address(text: str) -> Address | None:
    """An address as proxies write it, also with a port, or None; mapped IPv4 becomes IPv4."""
    text = text.strip().strip('"')
    if match := re.fullmatch(r"\[([^]]*)\](?::\d+)?|([0-9.]+):\d+", text):
        text = match[1] or match[2] or ""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def client(
    peer: str, forwarded: Sequence[str], trusted: Iterable[Network]
) -> tuple[Address | None, int]:
    """The client's address, and how many trusted proxies passed its request on.

    `peer` is who connected, `forwarded` the entries of X-Forwarded-For in their order. An entry
    that is no address ends the search: the proxy that took it down is the last one known.
    """
    trusted = tuple(trusted)
    found, hops, unread = read_address(peer), 0, list(forwarded)
    while found is not None and any(found in network for network in trusted):
        hops += 1
        further = read_address(unread.pop()) if unread else None
        if further is None:
            break
        found = further
    return found, hops


class BelieveProxies:
    """WSGI middleware; see the module."""

    def __init__(self, application: WSGIApplication, trusted: Iterable[Network]) -> None:
        self._application = application
        self._trusted = tuple(trusted)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Correct the request in place, as the web server's log reads the same dictionary."""
        peer = environ.get("REMOTE_ADDR", "")
        address, hops = client(peer, _entries(environ, "FOR"), self._trusted)
        environ["REMOTE_ADDR"] = str(address) if address else peer
        if hops:
            scheme = _written(environ, "PROTO", hops).lower()
            if scheme in {"http", "https"}:
                environ["wsgi.url_scheme"] = scheme
            host = _written(environ, "HOST", hops)
            if _HOST.fullmatch(host):
                environ["HTTP_HOST"] = host
        return self._application(environ, start)


def _entries(environ: WSGIEnvironment, what: str) -> list[str]:
    text = environ.get(f"HTTP_X_FORWARDED_{what}", "")
    return [part.strip() for part in text.split(",")] if text else []


def _written(environ: WSGIEnvironment, what: str, hops: int) -> str:
    """What the outermost of our `hops` proxies wrote; the further left was sent by the client."""
    entries = _entries(environ, what)
    return entries[max(0, len(entries) - hops)] if entries else ""


def counted_as(address: str) -> str:
    """The address that limits count: of IPv6 the network of 64 bits that one customer is given."""
    found = read_address(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, 64), strict=False))
    return str(found) if found else "unknown"
