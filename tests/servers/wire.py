"""A wire between a client and a server on loopback that can be cut, stalled and mended."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit


@dataclass
class Wire:
    host: str
    port: int
    mine: int = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _flowing: asyncio.Event = field(default_factory=asyncio.Event)
    _pumps: set["asyncio.Task[None]"] = field(default_factory=set)
    _server: asyncio.Server | None = None
    _whole: bool = True

    @classmethod
    async def to(cls, url: str) -> Self:
        """A wire to the server that a URL names."""
        parts = urlsplit(url)
        wire = cls(parts.hostname or "127.0.0.1", parts.port or 0)
        wire._flowing.set()
        wire._server = await asyncio.start_server(wire._accept, "127.0.0.1", 0)
        wire.mine = wire._server.sockets[0].getsockname()[1]
        return wire

    def through(self, url: str) -> str:
        """The same URL, but over the wire."""
        return url.replace(f":{self.port}/", f":{self.mine}/", 1)

    def cut(self) -> None:
        """Every connection is reset, new ones too, until `mend`."""
        self._whole = False
        self.reset()

    def reset(self) -> None:
        """Every connection is reset; new ones get through."""
        for writer in tuple(self._open):
            writer.transport.abort()

    def stall(self) -> None:
        """Connections stay, and nothing moves, until `mend`."""
        self._flowing.clear()

    def mend(self) -> None:
        self._whole = True
        self._flowing.set()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()
        for pump in tuple(self._pumps):
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(self.host, self.port)
        except OSError:
            writer.transport.abort()
            return
        for source, target in ((reader, far_writer), (far_reader, writer)):
            self._open.add(target)
            pump = asyncio.create_task(self._pump(source, target))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort() if not self._whole else writer.close()
        self._open.discard(writer)
