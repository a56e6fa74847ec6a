"""A running system and a client that checks every answer against `openapi.json`, whatever the deployment."""

import asyncio
import os
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientTimeout, FormData, web

from services.gateway.identity.local_issuer import LocalIssuer
from shared.model.session import Session
from tests.contract.handlers import eventually
from tests.e2e.processes import PATIENCE_S
from tests.rest.description import check
from tests.rest.service import Answer

MIME = {".webm": "video/webm", ".mp4": "video/mp4", ".mkv": "video/x-matroska"}

# all-in-one: `scope up`. six: a process per kind on RabbitMQ, a MongoDB-wire server and S3. doubled: two of each.
# containers: six, in the images of deploy/Dockerfile.
DEPLOYMENT = os.environ.get("SCOPE_TEST_DEPLOYMENT", "all-in-one")


@dataclass
class Server(ABC):
    """One set of data; what runs on it can be started, stopped and killed again and again."""

    data: Path
    http: ClientSession
    environment: dict[str, str] = field(default_factory=dict)
    urls: list[str] = field(default_factory=list)  # of the gateways
    _calls: int = 0

    @property
    def url(self) -> str:
        """The gateways take turns, as behind a balancer."""
        self._calls += 1
        return self.urls[self._calls % len(self.urls)]

    @property
    @abstractmethod
    def issuer(self) -> LocalIssuer: ...

    @abstractmethod
    async def start(self) -> None: ...

    @abstractmethod
    async def kill(self) -> None:
        """kill -9 for everything that runs."""

    @abstractmethod
    async def stop(self) -> int:
        """SIGTERM; 0 when all ended well."""

    async def remove(self) -> None:  # noqa: B027  a folder of pytest's goes by itself
        """Take what is left on shared servers away."""

    @abstractmethod
    def pids(self) -> list[int]: ...

    @abstractmethod
    def files(self, session_id: str) -> set[str]:
        """What lies in the object store for a session, relative to it."""

    @abstractmethod
    def receiving(self) -> bool:
        """Whether more than a few bytes of an unfinished upload have come so far."""

    @abstractmethod
    def leftovers(self) -> list[str]:
        """What is in the object store, whole or not, that will not go by itself."""

    @abstractmethod
    async def stored(self, session_id: str) -> Session | None:
        """The session as it lies in the document store."""

    @abstractmethod
    async def dead_letters(self) -> int: ...

    async def quiet(self, session_id: str) -> Session:
        """The session as it is stored, once its outbox is empty."""

        async def looked() -> Session | None:
            session = await self.stored(session_id)
            return session if session is not None and not session.outbox else None

        found: Session = await eventually(looked)
        return found

    async def call(
        self,
        method: str,
        path: str,
        *,
        user: str = "usr_ann",
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Answer:
        token = self.issuer.mint(user, 3600)
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


@asynccontextmanager
async def serving(data: Path, *, deployment: str = DEPLOYMENT, **environment: str) -> AsyncIterator[Server]:
    """A system that is up, and gone afterwards."""
    from tests.e2e import containers
    from tests.e2e.all_in_one import AllInOne
    from tests.e2e.cluster import Cluster

    data.parent.mkdir(parents=True, exist_ok=True)
    async with ClientSession(timeout=ClientTimeout(total=PATIENCE_S)) as http:
        server: Server
        if deployment == "all-in-one":
            server = AllInOne(data, http, environment)
        elif deployment == "containers":
            containers.available()
            server = containers.Containers(data, http, environment)
        else:
            server = Cluster(data, http, environment, copies={"six": 1, "doubled": 2}[deployment])
        try:
            await server.start()
            yield server
        finally:
            if await server.stop() != 0:
                await server.kill()
            await server.remove()


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
