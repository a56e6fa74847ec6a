"""Following a session by server-sent events."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, ClientTimeout

from services.gateway.api import events
from shared.model.ids import new_id
from shared.model.transitions import LaneProgressed, LaneStarted
from tests.rest.pipeline import a_recorded_session, end_lanes, keep_frames
from tests.rest.service import Service, started
from tests.samples import a_recording, a_session


async def in_work(service: Service) -> str:
    session_id = new_id("sess")
    session = a_session(id=session_id, user_id="usr_ann", recording=a_recording(session_id))
    await service.process.ledger.insert(session)
    return session.id


@asynccontextmanager
async def stream(service: Service, session_id: str, last: str = "") -> AsyncIterator[ClientResponse]:
    headers = {"Authorization": f"Bearer {service.token()}", **({"Last-Event-ID": last} if last else {})}
    async with service.http.get(f"{service.url}/api/sessions/{session_id}/events", headers=headers) as response:
        yield response


async def next_block(response: ClientResponse) -> dict[str, str]:
    """The fields of the next event, or of the next comment as `comment`."""
    found: dict[str, str] = {}
    async with asyncio.timeout(10):
        while (line := (await response.content.readline()).decode()) != "\n":
            if not line:
                return found
            name, _, text = line.rstrip("\n").partition(":")
            found[name or "comment"] = text.removeprefix(" ")
    return found


async def next_status(response: ClientResponse) -> tuple[str, dict[str, Any]]:
    while (block := await next_block(response)).get("event") != "status":
        assert block, "the stream ended"
    return block["id"], json.loads(block["data"])


async def test_each_change_is_told_until_the_end(service: Service) -> None:
    session_id = await in_work(service)
    commit = service.process.ledger.commit
    async with stream(service, session_id) as response:
        assert response.headers["Content-Type"] == "text/event-stream"
        assert response.headers["X-Accel-Buffering"] == "no"
        _, first = await next_status(response)
        assert first["sessionStatus"] == "processing"
        await commit(session_id, LaneStarted("frame_extraction"))
        await commit(session_id, LaneProgressed("frame_extraction", "3 s of video looked at"))
        while (await next_status(response))[1]["processingStatus"]["frameExtraction"].get("detail") is None:
            pass
        await keep_frames(service, session_id)
        await end_lanes(service, session_id)
        last = {}
        while last.get("sessionStatus") != "complete":
            event_id, last = await next_status(response)
        assert await next_block(response) == {}
    assert last == (await service.get(f"/api/sessions/{session_id}/status")).json
    async with stream(service, session_id, event_id) as response:
        assert response.status == 204


async def test_who_comes_back_hears_only_what_is_new(service: Service) -> None:
    session_id = await in_work(service)
    async with stream(service, session_id) as response:
        event_id, _ = await next_status(response)
    async with stream(service, session_id, event_id) as response:
        await next_block(response)  # how long to wait before coming back
        told = asyncio.create_task(next_status(response))
        await asyncio.sleep(0.7)
        assert not told.done()
        await service.process.ledger.commit(session_id, LaneStarted("playwright_lane"))
        assert (await told)[1]["processingStatus"]["playwrightLane"]["status"] == "running"


async def test_silence_is_filled_with_heartbeats(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_HEARTBEAT_S", 0.1)
    monkeypatch.setattr(events, "_LOOK_S", 0.05)
    async with stream(service, await in_work(service)) as response:
        await next_status(response)
        assert "comment" in await next_block(response)


async def test_a_stream_lasts_no_longer_than_tokens_do(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_LONGEST_S", 0.3)
    async with stream(service, await in_work(service)) as response:
        await next_status(response)
        assert await next_block(response) == {}


async def test_many_may_listen(service: Service) -> None:
    session_id = await in_work(service)

    async def listen() -> str:
        async with stream(service, session_id) as response:
            while (told := (await next_status(response))[1])["sessionStatus"] == "processing":
                pass
            return str(told["sessionStatus"])

    listening = [asyncio.create_task(listen()) for _ in range(40)]
    await asyncio.sleep(0.3)
    await keep_frames(service, session_id)
    await end_lanes(service, session_id)
    assert await asyncio.gather(*listening) == ["complete"] * 40


async def test_deleting_ends_it_and_says_so(service: Service) -> None:
    session_id = await in_work(service)
    async with stream(service, session_id) as response:
        await next_status(response)
        assert (await service.delete(f"/api/sessions/{session_id}")).status == 204
        block = await next_block(response)
        assert block["event"] == "deleted"
        assert await next_block(response) == {}


async def test_it_is_its_owners(service: Service) -> None:
    session = await a_recorded_session(service)
    assert (await service.get(f"/api/sessions/{session.id}/events", user="usr_eve")).status == 404
    assert (await service.get(f"/api/sessions/{session.id}/events")).status == 200


async def test_a_server_that_stops_does_not_wait_for_listeners(tmp_path: Path) -> None:
    async with ClientSession(timeout=ClientTimeout(total=20)) as browser:
        async with started(tmp_path / "data", drain_grace=30.0) as service:
            place = f"{service.url}/api/sessions/{await in_work(service)}/events"
            headers = {"Authorization": f"Bearer {service.token()}"}
            response = await browser.get(place, headers=headers)
            await next_status(response)
            began = time.monotonic()
        assert time.monotonic() - began < 15
        assert await response.read() == b""
