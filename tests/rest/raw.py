"""HTTP over a bare socket: for clients that stop half-way, or say something else than they send."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from multidict import CIMultiDict, CIMultiDictProxy

from tests.rest.description import check
from tests.rest.forms import CONTENT_TYPE
from tests.rest.service import Answer, Service


@dataclass
class Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def cut(self) -> None:
        """As when a network cable is pulled: a reset, not a goodbye."""
        self.writer.transport.abort()

    async def answer(self) -> Answer:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = CIMultiDict(line.split(": ", 1) for line in head[1:] if line)
        body = await self.reader.readexactly(int(headers["Content-Length"]))
        status = int(head[0].split(" ")[1])
        check("POST", "/api/recordings", status, headers, body)
        return Answer(status, CIMultiDictProxy(headers), body)


@asynccontextmanager
async def upload_begun(
    service: Service, length: int | None = None, headers: Mapping[str, str] | None = None
) -> AsyncIterator[Connection]:
    """The head of an upload has been sent; without a length the body is to be sent in chunks."""
    address = urlsplit(service.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    given = {
        "Host": "localhost",
        "Authorization": f"Bearer {service.token()}",
        "Content-Type": CONTENT_TYPE,
        **({"Transfer-Encoding": "chunked"} if length is None else {"Content-Length": str(length)}),
        **(headers or {}),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    connection = Connection(reader, writer)
    try:
        await connection.send(f"POST /api/recordings HTTP/1.1\r\n{lines}\r\n".encode())
        yield connection
    finally:
        writer.transport.abort()


def chunked(pieces: Iterable[bytes]) -> bytes:
    """Pieces of a body in the chunked transfer coding, without its end."""
    return b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces)
