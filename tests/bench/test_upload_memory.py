"""Memory stays flat whatever the size of an upload: measured on the process that holds gateway and ingest."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.server import Server, serving

MB = 1024 * 1024
LIMIT = 100 * MB
ALLOWED = 48 * MB
AT_REST_S = 5

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]


async def test_100_mb_raise_the_resident_memory_by_less_than_48_mb(tmp_path: Path) -> None:
    async with serving(tmp_path / "data", SCOPE_BROWSER="/nowhere") as server:
        await upload(server, 2 * MB)  # what every first request loads
        before = await memory_at_rest(server)
        watching = asyncio.create_task(peak_of(server))
        status, sent = await upload(server, LIMIT)
        watching.cancel()
        peak = await watching
        grown = (peak - before) / MB
        print(f"\n100 MB upload: {before / MB:.0f} MB before, {peak / MB:.0f} MB at most (+{grown:.1f} MB)")
        assert (status, sent) == (202, LIMIT)
        assert peak - before < ALLOWED


async def test_101_mb_are_refused_as_soon_as_the_limit_is_passed(tmp_path: Path) -> None:
    async with serving(tmp_path / "data", SCOPE_BROWSER="/nowhere") as server:
        status, sent = await upload(server, 300 * MB)
        print(f"\n300 MB upload: refused with {status} after {sent / MB:.1f} MB had been sent")
        assert status == 400
        assert sent < LIMIT + 16 * MB  # what was on its way
        assert not [path for path in (server.data / "blobs").rglob("*") if path.is_file()]


async def upload(server: Server, size: int) -> tuple[int, int]:
    """Send a file of this size in chunks, without Content-Length; status and how many bytes of it were sent."""
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        fields = b"".join(
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in (("title", "Large"), ("seedUrl", "http://127.0.0.1:9/"))
        )
        yield fields + b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.webm"\r\n'
        yield b"Content-Type: video/webm\r\n\r\n"
        block = os.urandom(256 * 1024)
        while sent < size:
            chunk = (b"\x1a\x45\xdf\xa3" + block if sent == 0 else block)[: size - sent]
            yield chunk
            sent += len(chunk)
        yield b"\r\n--b--\r\n"

    headers = {
        "Authorization": f"Bearer {server.issuer.mint('usr_ann', 3600)}",
        "Content-Type": "multipart/form-data; boundary=b",
        "Prefer": "respond-async",
    }
    async with server.http.post(f"{server.url}/api/recordings", data=body(), headers=headers) as response:
        await response.read()
    return response.status, sent


def memory(server: Server) -> int:
    return int(psutil.Process(server.pids()[0]).memory_info().rss)


async def memory_at_rest(server: Server) -> int:
    """Once the models of the vision lane, which are loaded beside the start, are in memory."""
    seen = [memory(server)]
    while len(seen) < AT_REST_S or max(seen[-AT_REST_S:]) - min(seen[-AT_REST_S:]) > MB:
        await asyncio.sleep(1)
        seen.append(memory(server))
    return seen[-1]


async def peak_of(server: Server) -> int:
    """Looks every 20 ms until cancelled."""
    peak = 0
    try:
        while True:
            peak = max(peak, memory(server))
            await asyncio.sleep(0.02)
    except asyncio.CancelledError:
        return peak
