"""Moving bytes between two connections, within limits."""

import asyncio
import contextlib
import socket
import struct
import time
from dataclasses import dataclass, field

from shared.runtime.outbound.visit import Visit
from shared.runtime.outbound.wire import MalformedError

_CHUNK = 64 * 1024


class CutOffError(Exception):
    """The page had all that it may have, or nothing moved for too long."""


@dataclass
class Stream:
    """Both halves of one connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes, seconds: float = 30.0) -> None:
        """TimeoutError when the other side takes nothing for so long."""
        self.writer.write(data)
        async with asyncio.timeout(seconds):
            await self.writer.drain()

    def close(self) -> None:
        """What was sent still arrives."""
        self.writer.close()

    def drop(self) -> None:
        """At once, whatever is still on its way."""
        self.writer.transport.abort()

    def reset(self) -> None:
        """At once, and as a reset, so that half an answer is not taken for a whole one."""
        connection = self.writer.get_extra_info("socket")
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.drop()


@dataclass
class Relay:
    """Counts for one visit; `moved` is when bytes last went either way."""

    visit: Visit
    moved: float = field(default_factory=time.monotonic)

    async def both_ways(self, one: Stream, other: Stream) -> None:
        """Until both have said all they had to say."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.one_way(one, other))
            group.create_task(self.one_way(other, one))

    async def one_way(self, source: Stream, sink: Stream) -> None:
        """Until the source ends; the sink is told so."""
        while data := await self._some(source, _CHUNK):
            await sink.send(data)
        if sink.writer.can_write_eof():
            sink.writer.write_eof()

    async def exactly(self, length: int, source: Stream, sink: Stream) -> None:
        while length > 0:
            data = await self._some(source, min(length, _CHUNK))
            if not data:
                raise CutOffError
            await sink.send(data)
            length -= len(data)

    async def _some(self, source: Stream, most: int) -> bytes:
        data = await self._read(source, most)
        self.moved = time.monotonic()
        if not self.visit.count_bytes(len(data)):
            raise CutOffError
        return data

    async def _read(self, source: Stream, most: int) -> bytes:
        """A quiet side may wait as long as the other one speaks."""
        while True:
            left = self.moved + self.visit.limits.idle_seconds - time.monotonic()
            if left <= 0:
                raise CutOffError
            try:
                async with asyncio.timeout(left):
                    return await source.reader.read(most)
            except TimeoutError:
                continue


async def read_head(reader: asyncio.StreamReader, most: int, seconds: float) -> bytes:
    """Up to and with the empty line; b"" when the other side closed without a word. Needs a limited reader."""
    head = b""
    async with asyncio.timeout(seconds):
        while True:
            line = await _line(reader)
            head += line
            if len(head) > most:
                raise MalformedError("the head is too large", 431)
            if line in {b"\r\n", b"\n"}:
                return head
            if not line.endswith(b"\n"):
                if head:
                    raise MalformedError("the head breaks off")
                return head


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ValueError:  # longer than the reader's limit
        raise MalformedError("the head is too large", 431) from None
