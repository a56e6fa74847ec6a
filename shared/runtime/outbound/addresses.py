"""Which IP addresses do not belong to the public internet, and why. Pure."""

import ipaddress
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_network

from shared.runtime.outbound.hosts import Address

# (network, what an address in it is). The first that fits names it.
_V4 = tuple(
    (ip_network(network), words)
    for network, words in (
        ("169.254.169.254/32", "a cloud metadata address"),
        ("168.63.129.16/32", "a cloud metadata address"),  # public by number, but it is every Azure machine's host
        ("100.100.100.200/32", "a cloud metadata address"),
        ("192.0.0.192/32", "a cloud metadata address"),
        ("0.0.0.0/8", "an unspecified address"),
        ("127.0.0.0/8", "a loopback address"),
        ("10.0.0.0/8", "a private address"),
        ("172.16.0.0/12", "a private address"),
        ("192.168.0.0/16", "a private address"),
        ("169.254.0.0/16", "a link-local address"),
        ("100.64.0.0/10", "an address behind a carrier's NAT"),
        ("192.0.0.0/24", "a reserved address"),
        ("192.0.2.0/24", "a reserved address"),
        ("192.88.99.0/24", "a reserved address"),
        ("198.18.0.0/15", "a reserved address"),
        ("198.51.100.0/24", "a reserved address"),
        ("203.0.113.0/24", "a reserved address"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
    )
)
_V6 = tuple(
    (ip_network(network), words)
    for network, words in (
        ("fd00:ec2::254/128", "a cloud metadata address"),
        ("fd20:ce::254/128", "a cloud metadata address"),
        ("::/128", "an unspecified address"),
        ("::1/128", "a loopback address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a site-local address"),
        ("fc00::/7", "a private address"),
        ("ff00::/8", "a multicast address"),
        ("64:ff9b:1::/48", "an address behind a local NAT64"),  # what it embeds depends on the local prefix
    )
)
_GLOBAL = ip_network("2000::/3")
_RESERVED_GLOBAL = tuple(
    map(ip_network, ("2001:2::/48", "2001:10::/28", "2001:20::/28", "2001:db8::/32", "3fff::/20"))
)
_TEREDO, _6TO4 = ip_network("2001::/32"), ip_network("2002::/16")
_V4_IN_LAST_BITS = tuple(map(ip_network, ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")))
_ISATAP = 0x5EFE  # the middle of an interface identifier that ends in an IPv4 address


def why_not_public(address: Address) -> str | None:
    """Words such as "a loopback address", or None for an address of the public internet."""
    if isinstance(address, IPv4Address):
        return next((words for network, words in _V4 if address in network), None)
    named = next((words for network, words in _V6 if address in network), None)
    if named is not None:
        return named
    inside = [why_not_public(v4) for v4 in _embedded(address)]
    refused = next((words for words in inside if words), None)
    if refused is not None:
        return f"{refused} inside an IPv6 address"
    return None if inside else _reserved(address)


def _reserved(address: IPv6Address) -> str | None:
    public = address in _GLOBAL and not any(address in network for network in _RESERVED_GLOBAL)
    return None if public else "a reserved address"


def _embedded(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that packets to this address may end at."""
    number = int(address)
    if any(address in network for network in _V4_IN_LAST_BITS):
        yield _v4(number)
    if address in _6TO4:
        yield _v4(number >> 80)
    if address in _TEREDO:
        yield _v4(number >> 64)  # the server
        yield _v4(~number)  # the client, its bits turned round
    if (number >> 32) & 0xFCFFFFFF == _ISATAP and address in _GLOBAL:
        yield _v4(number)


def _v4(number: int) -> IPv4Address:
    return ipaddress.IPv4Address(number & 0xFFFFFFFF)
