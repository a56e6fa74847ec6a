"""The whole service without its analysis workers, in this process, and a client that checks every answer."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientTimeout
from multidict import CIMultiDictProxy

from services.gateway.app import add_gateway
from services.gateway.identity.local_issuer import LocalIssuer
from services.gateway.identity.tokens import WELCOME
from services.gateway.settings import GatewaySettings
from services.ingest.app import add_ingest
from services.ingest.settings import IngestSettings
from services.prompter.app import add_prompter
from services.prompter.settings import PrompterSettings
from shared.model.session import Session
from shared.runtime.process import Process
from shared.runtime.settings import RuntimeSettings
from shared.runtime.wiring import Ports
from tests.rest.description import check

_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """`json` is None when the body is none."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body) if "json" in self.headers.get("Content-Type", "") else None

    @property
    def message(self) -> str:
        return str(self.json["message"])

    @property
    def fields(self) -> list[str]:
        """The fields that a refusal names."""
        return [error["field"] for error in self.json.get("errors", [])]


@dataclass
class Service:
    process: Process
    url: str
    http: ClientSession
    issuer: LocalIssuer
    folder: Path

    @property
    def ports(self) -> Ports:
        return self.process.ports

    def token(self, user: str = "usr_ann", ttl: float = 3600, **claims: str) -> str:
        return self.issuer.mint(user, ttl, **claims)

    def welcome(self, user: str = "usr_ann") -> str:
        """A token that may open the page, as `scope up` prints it."""
        return self.issuer.mint(user, 3600, token_id=WELCOME)

    async def call(
        self,
        method: str,
        path: str,
        *,
        user: str | None = "usr_ann",
        headers: Mapping[str, str] | None = None,
        **request: Any,
    ) -> Answer:
        """Call as this user (None: without a token). Every answer must be as `openapi.json` says."""
        given = {"Authorization": f"Bearer {self.token(user)}"} if user else {}
        address = path if path.startswith("http") else self.url + path
        async with self.http.request(method, address, headers={**given, **(headers or {})}, **request) as response:
            answer = Answer(response.status, response.headers.copy(), await response.read())
        check(method, path, answer.status, answer.headers, answer.body)
        return answer

    async def get(self, path: str, **request: Any) -> Answer:
        return await self.call("GET", path, **request)

    async def post(self, path: str, body: Any = None, **request: Any) -> Answer:
        return await self.call("POST", path, **({"json": body} if body is not None else {}), **request)

    async def patch(self, path: str, body: Any, **request: Any) -> Answer:
        return await self.call("PATCH", path, json=body, **request)

    async def delete(self, path: str, **request: Any) -> Answer:
        return await self.call("DELETE", path, **request)

    async def stored(self, session_id: str) -> Session:
        session = await self.ports.store.session(session_id)
        assert session is not None
        return session

    async def blob_keys(self) -> list[str]:
        return [info.key async for info in self.ports.blobs.list("")]


@asynccontextmanager
async def started(folder: Path, *, gateway: Mapping[str, Any] | None = None, **more: Any) -> AsyncIterator[Service]:
    """Ingest, prompter and gateway on embedded adapters in the folder.

    `more` are further settings of all of them, `gateway` of that one alone.
    """
    common: dict[str, Any] = {"data_dir": folder, "drain_grace": 1.0, "rate_burst": 10_000, **more}
    async with Process(RuntimeSettings(**common)) as process:
        ingest = await add_ingest(process, IngestSettings(ingest_host=_LOOPBACK, ingest_port=0, **common))
        settings = PrompterSettings(prompter_host=_LOOPBACK, prompter_port=0, **common)
        inside = {"ingest_url": ingest, "prompter_url": await add_prompter(process, settings), **common}
        url = await add_gateway(
            process, GatewaySettings(**{"host": _LOOPBACK, "port": 0, **inside, **(gateway or {})})
        )
        async with ClientSession(timeout=ClientTimeout(total=30)) as http:
            issuer = LocalIssuer.load(folder, {**common, **(gateway or {})}.get("internal_key", ""))
            yield Service(process, url, http, issuer, folder)
