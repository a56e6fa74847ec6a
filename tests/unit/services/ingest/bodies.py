"""A multipart body as ingest reads it: fed in pieces of any size, cut off anywhere."""

import asyncio
from collections.abc import AsyncIterator, Iterable

from aiohttp import MultipartReader
from aiohttp.base_protocol import BaseProtocol
from aiohttp.client_exceptions import ClientPayloadError
from aiohttp.streams import StreamReader

from services.ingest.multipart import Upload, read_upload
from tests.rest.forms import CONTENT_TYPE, Part, multipart


def pieces(body: bytes, size: int) -> Iterable[bytes]:
    return (body[start : start + size] for start in range(0, len(body), size))


async def reader_of(body: bytes, size: int = 65536, *, cut: bool = False, more: bool = False) -> MultipartReader:
    """`cut`: the connection broke after the body; `more`: the rest is still to come."""
    loop = asyncio.get_running_loop()
    protocol = BaseProtocol(loop)
    protocol.connection_made(asyncio.Transport())
    stream = StreamReader(protocol, 2**30, loop=loop)
    for piece in pieces(body, size):
        stream.feed_data(piece)
    if cut:
        stream.set_exception(ClientPayloadError("gone"))
    elif not more:
        stream.feed_eof()
    return MultipartReader({"Content-Type": CONTENT_TYPE}, stream)


class Sink:
    """Takes the file; what it took, or nothing when the stream broke."""

    def __init__(self) -> None:
        self.data: bytes | None = None
        self.chunks = list[int]()

    async def __call__(self, chunks: AsyncIterator[bytes]) -> int:
        taken = b""
        async for chunk in chunks:
            taken += chunk
            self.chunks.append(len(chunk))
        self.data = taken
        return len(taken)


async def read(parts: Iterable[Part], size: int = 65536) -> tuple[Upload, Sink]:
    sink = Sink()
    return await read_upload(await reader_of(multipart(parts), size), sink), sink
