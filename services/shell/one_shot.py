"""`scope prompt`: the whole system for one recording, started and stopped around it, used over its own REST API."""

import asyncio
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, FormData

from services.gateway.identity.local_issuer import LocalIssuer
from services.ingest.sniff import HEAD, container_of
from services.shell.all_in_one import LOCAL_USER, all_in_one
from shared.model.errors import ScopeError
from shared.model.part import WHOLE, Part

_MIME = {"matroska": "video/webm", "mp4": "video/mp4"}
_POLL_S = 0.2

Progress = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Order:
    file: Path
    seed_url: str
    title: str
    notes: str | None = None
    agent: str = "CLAUDE_CODE"
    urls: tuple[str, ...] = ()
    part: Part = WHOLE


async def run(order: Order, progress: Progress, data_dir: Path | None = None) -> dict[str, Any]:
    """The finished session with its frames. Raise ScopeError with the reason when it failed.

    `progress` gets each `processingStatus`. Without `data_dir` nothing stays behind.
    """
    with tempfile.TemporaryDirectory(prefix="scope-") as temporary:
        folder = data_dir or Path(temporary)
        async with all_in_one("127.0.0.1", 0, folder, drain_grace=0.0) as running:
            token = LocalIssuer.load(folder).mint(LOCAL_USER, 3600)
            async with ClientSession(running.url, headers={"Authorization": f"Bearer {token}"}) as http:
                return await _process(http, order, progress)


async def _process(http: ClientSession, order: Order, progress: Progress) -> dict[str, Any]:
    with order.file.open("rb") as file:
        container = container_of(file.read(HEAD)) or "matroska"  # ingest says what is wrong with anything else
        file.seek(0)
        form = FormData({"title": order.title, "seedUrl": order.seed_url, "agentTarget": order.agent})
        for name, value in _optional(order):
            if value:
                form.add_field(name, value)
        form.add_field("file", file, filename=order.file.name, content_type=_MIME[container])
        async with http.post("/api/recordings", data=form, headers={"Prefer": "respond-async"}) as response:
            accepted = await response.json(content_type=None)
    if response.status != 202:
        raise ScopeError(accepted["message"])
    return await _followed(http, accepted["sessionId"], progress)


def _optional(order: Order) -> list[tuple[str, str | None]]:
    """Form fields that need not be there."""
    part = [("trimStartMs", order.part.start_ms or None), ("trimEndMs", order.part.end_ms)]
    urls = [("urls", url) for url in order.urls]
    return [("notes", order.notes), *urls, *((name, str(ms) if ms else None) for name, ms in part)]


async def _followed(http: ClientSession, session_id: str, progress: Progress) -> dict[str, Any]:
    while True:
        async with http.get(f"/api/sessions/{session_id}/status") as response:
            status = await response.json()
        progress(status["processingStatus"])
        if status["sessionStatus"] == "error":
            raise ScopeError(status["lastError"] or "The recording could not be processed.")
        if status["sessionStatus"] == "complete":
            break
        await asyncio.sleep(_POLL_S)
    async with http.get(f"/api/sessions/{session_id}") as response:
        session: dict[str, Any] = json.loads(await response.read())
    return session
