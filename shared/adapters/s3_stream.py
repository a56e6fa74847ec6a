"""From an async stream to the blocking reads of a thread, with a bounded amount in between."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator


class Broken(Exception):
    """The stream ended in the middle; its own exception is raised where it was fed."""


class Pipe:
    """One feeder in the event loop, one reader in a thread. `held` bytes at the most wait in between.

    `read(n)` gives exactly n bytes until the stream ends: minio-py would copy its part for every shorter one.
    """

    def __init__(self, held: int) -> None:
        self._held = held
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._ended = self._broken = self._left = False
        self._changed = threading.Condition()
        self._loop = asyncio.get_running_loop()
        self._room = asyncio.Event()
        self._room.set()

    async def feed(self, chunks: AsyncIterator[bytes]) -> int:
        """Pass the stream on; return its size. Whatever it raises is raised here, and the reader gets Broken."""
        total = 0
        try:
            async for chunk in chunks:
                total += len(chunk)
                await self._room.wait()
                if self._left:
                    return total
                if chunk:  # to the reader an empty one would be the end
                    self._put(chunk)
        except BaseException:
            self._end(broken=True)
            raise
        self._end(broken=False)
        return total

    def leave(self) -> None:
        """The reader is gone: nothing is held for it any more. Called from its thread."""
        with self._changed:
            self._left = True
            self._chunks.clear()
        self._loop.call_soon_threadsafe(self._room.set)

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes, or what is left before the end."""
        parts: list[bytes] = []
        missing = size
        while missing:
            part = self._take(missing)
            if not part:
                break
            parts.append(part)
            missing -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _put(self, chunk: bytes) -> None:
        with self._changed:
            self._chunks.append(chunk)
            self._size += len(chunk)
            if self._size >= self._held:
                self._room.clear()
            self._changed.notify()

    def _end(self, *, broken: bool) -> None:
        with self._changed:
            self._ended, self._broken = True, broken
            self._changed.notify()

    def _take(self, most: int) -> bytes:
        with self._changed:
            while not self._chunks and not self._ended:
                self._changed.wait()
            if self._broken:
                raise Broken
            if not self._chunks:
                return b""
            chunk = self._chunks.popleft()
            if len(chunk) > most:
                self._chunks.appendleft(chunk[most:])
                chunk = chunk[:most]
            self._size -= len(chunk)
            if self._size < self._held and not self._room.is_set():
                self._loop.call_soon_threadsafe(self._room.set)
            return chunk
