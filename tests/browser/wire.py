"""A connection between browser and gateway that can be cut in the middle."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

_PIECE = 65_536


@dataclass
class Wire:
    """While it is `cutting`, a connection that brings more than `limit` bytes to the gateway is cut at that."""

    url: str = ""
    limit: int = 0
    cutting: bool = False
    cuts: int = 0


@asynccontextmanager
async def wire_to(gateway: str) -> AsyncIterator[Wire]:
    wire, target = Wire(), urlsplit(gateway)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection(target.hostname, target.port)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_towards(wire, reader, up_writer, (writer, up_writer)))
                group.create_task(_copy(up_reader, writer))
        finally:
            for each in (writer, up_writer):
                each.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    wire.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield wire
    finally:
        server.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):  # a connection that was reset cannot be told the end either
        while data := await reader.read(_PIECE):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


async def _towards(
    wire: Wire,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    both: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
) -> None:
    sent = 0
    with contextlib.suppress(OSError):
        while data := await reader.read(_PIECE):
            sent += len(data)
            if wire.cutting and sent > wire.limit:
                wire.cuts += 1
                for each in both:
                    each.transport.abort()
                return
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
