"""From a host to its addresses, and from an address to a connection."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

from shared.runtime.outbound.hosts import Address, Authority

Resolver = Callable[[str, int], Awaitable[Sequence[Address]]]  # host, port → addresses; OSError: there are none

_LOOPBACK = (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))


async def system_resolver(host: str, port: int) -> Sequence[Address]:
    """The machine's own resolver; localhost and everything below it is loopback without asking (RFC 6761)."""
    if host == "localhost" or host.endswith(".localhost"):
        return _LOOPBACK
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # A scope (fe80::1%eth0) is not part of the address that policy judges and we connect to.
    texts = dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found)
    return [ipaddress.ip_address(text) for text in texts]


async def addresses_of(authority: Authority, resolve: Resolver, timeout: float) -> Sequence[Address]:
    """Resolved once per connection. OSError or TimeoutError when there is no answer."""
    if authority.address is not None:
        return [authority.address]
    async with asyncio.timeout(timeout):
        found = await resolve(authority.host, authority.port)
    if not found:
        raise socket.gaierror(socket.EAI_NONAME, "no address")
    return found


async def connect(
    addresses: Sequence[Address], port: int, timeout: float, limit: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """To the first of these very addresses that answers; nothing is resolved again."""
    failure: OSError = OSError("no address")
    async with asyncio.timeout(timeout):
        for address in addresses:
            try:
                return await asyncio.open_connection(str(address), port, limit=limit)
            except OSError as error:
                failure = error
    raise failure
