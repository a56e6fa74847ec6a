"""Small servers and clients on loopback, spoken to byte by byte."""

import asyncio
import base64
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from shared.runtime.outbound.visit import Visit

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Place:
    port: int
    heads: list[bytes] = field(default_factory=list)  # of the requests that came


@asynccontextmanager
async def listening(talk: Talk, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Place]:
    place = Place(port)
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.add(asyncio.current_task())
        try:
            place.heads.append(await reader.readuntil(b"\r\n\r\n"))
            await talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, host, port)
    place.port = server.sockets[0].getsockname()[1]
    try:
        yield place
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def saying(answer: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    return talk


def page(body: bytes = b"hello", status: bytes = b"200 OK", more: bytes = b"") -> Talk:
    head = b"HTTP/1.1 " + status + b"\r\nContent-Type: text/html\r\nContent-Length: %d\r\n" % len(body)
    return saying(head + more + b"\r\n" + body)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1024):
        writer.write(data)
        await writer.drain()


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def exchange(port: int, request: bytes) -> bytes:
    """All that comes back until the connection ends; a reset ends it too."""
    async with connected(port) as (reader, writer):
        writer.write(request)
        answer = b""
        try:
            async with asyncio.timeout(10):
                while data := await reader.read(65536):
                    answer += data
        except ConnectionError:
            pass
        return answer


def credential(visit: Visit) -> bytes:
    return b"Proxy-Authorization: Basic " + base64.b64encode(f"{visit.user}:{visit.password}".encode())


def asking(url: str, visit: Visit, method: str = "GET", more: bytes = b"", body: bytes = b"") -> bytes:
    head = f"{method} {url} HTTP/1.1\r\nHost: x\r\n".encode() + credential(visit) + b"\r\n"
    return head + more + b"\r\n" + body


class Names:
    """A resolver with a list of answers per name; the last one stays."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self._answers = {name.replace("_", "."): given for name, given in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
        self.asked.append(host)
        given = self._answers.get(host)
        if given is None:
            raise OSError(f"no such name: {host}")
        texts = given.pop(0) if len(given) > 1 else given[0]
        return [ipaddress.ip_address(text) for text in texts]
