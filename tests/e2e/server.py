"""`scope up` as a process of its own, and a client that checks every answer against `openapi.json`."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientTimeout, FormData, web

from services.gateway.identity.local_issuer import LocalIssuer
from tests.rest.description import check
from tests.rest.service import Answer

SCOPE = Path(sys.executable).with_name("scope")
MIME = {".webm": "video/webm", ".mp4": "video/mp4", ".mkv": "video/x-matroska"}
PATIENCE_S = 100.0
_PLENTY = {"SCOPE_RATE_BURST": "10000", "SCOPE_RATE_PER_SECOND": "1000"}


@dataclass
class Server:
    """One data folder; the process on it can be started, stopped and killed again and again."""

    data: Path
    http: ClientSession
    environment: dict[str, str] = field(default_factory=dict)
    url: str = ""
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with (self.data.parent / "server.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                str(SCOPE), "up", "--port", "0", "--data", str(self.data),
                stdout=asyncio.subprocess.PIPE, stderr=log,
                env={**os.environ, **_PLENTY, **self.environment},
            )  # fmt: skip
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            line = (await self.process.stdout.readline()).decode()
        assert " is up at " in line, f"{line!r}; see {self.data.parent / 'server.log'}"
        self.url = line.split(" is up at ")[1].split()[0]

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        if self.process is None:
            return 0
        process, self.process = self.process, None
        if process.returncode is None:
            process.send_signal(number)
        async with asyncio.timeout(PATIENCE_S):
            return await process.wait()

    async def call(
        self,
        method: str,
        path: str,
        *,
        user: str = "usr_ann",
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Answer:
        token = LocalIssuer.load(self.data).mint(user, 3600)
        given = {"Authorization": f"Bearer {token}", **(headers or {})}
        async with self.http.request(method, self.url + path, headers=given, **more) as response:
            answer = Answer(response.status, response.headers.copy(), await response.read())
        check(method, path, answer.status, answer.headers, answer.body)
        return answer

    async def upload(
        self,
        film: Path,
        page: str = "http://127.0.0.1:9/",
        *,
        wait: bool = False,
        user: str = "usr_ann",
        **fields: str,
    ) -> Answer:
        """POST /recordings; `wait`: answered when it is done."""
        form = FormData({"title": "Save does nothing", "seedUrl": page, **fields})
        form.add_field("file", film.read_bytes(), filename=film.name, content_type=MIME[film.suffix])
        headers = {} if wait else {"Prefer": "respond-async"}
        return await self.call("POST", "/api/recordings", data=form, headers=headers, user=user)

    async def ended(self, session_id: str, within: float = PATIENCE_S) -> dict[str, Any]:
        """The session once it has ended, well or not."""
        async with asyncio.timeout(within):
            while True:
                status = (await self.call("GET", f"/api/sessions/{session_id}/status")).json
                if status["sessionStatus"] != "processing":
                    break
                await asyncio.sleep(0.1)
        session: dict[str, Any] = (await self.call("GET", f"/api/sessions/{session_id}")).json
        return session

    async def stage(self, session_id: str) -> str:
        status = (await self.call("GET", f"/api/sessions/{session_id}/status")).json
        return str(status["processingStatus"]["overallStage"])

    def files(self, session_id: str) -> set[str]:
        """What lies in the object store for a session, relative to it."""
        folder = self.data / "blobs" / "sessions" / session_id
        return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@asynccontextmanager
async def serving(data: Path, **environment: str) -> AsyncIterator[Server]:
    """A server that is up, and gone afterwards."""
    data.parent.mkdir(parents=True, exist_ok=True)
    async with ClientSession(timeout=ClientTimeout(total=PATIENCE_S)) as http:
        server = Server(data, http, environment)
        try:
            await server.start()
            yield server
        finally:
            if await server.stop() != 0:
                await server.kill()


@asynccontextmanager
async def page_at(folder: Path) -> AsyncIterator[str]:
    """The address of a folder's index.html on loopback."""

    async def index(request: web.Request) -> web.FileResponse:
        return web.FileResponse(folder / "index.html")

    app = web.Application()
    app.router.add_get("/", index)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()
