"""A process per kind on shared servers: a recording goes through, and no process that is killed loses anything."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.cluster import Cluster
from tests.e2e.server import serving
from tests.e2e.test_killed import assert_once
from tests.films import three_states

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

TEN = 10


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    """Without a browser: the ARIA lane then ends at once, in error."""
    async with serving(tmp_path / "data", deployment="six", SCOPE_BROWSER="/nowhere") as running:
        assert isinstance(running, Cluster)
        yield running


async def test_a_recording_goes_through_six_processes(cluster: Cluster, tmp_path: Path) -> None:
    answer = await cluster.upload(three_states(tmp_path / "film.webm"), wait=True)
    assert (answer.status, answer.json["status"], answer.json["frameCount"]) == (200, "complete", 3)
    assert len(set(cluster.pids())) == 6
    stored = await cluster.quiet(answer.json["sessionId"])
    session = (await cluster.call("GET", f"/api/sessions/{stored.id}")).json
    await assert_once(session, stored, cluster)


@pytest.mark.slow
async def test_each_worker_is_killed_in_turn_and_ten_recordings_complete_once_each(
    cluster: Cluster, tmp_path: Path
) -> None:
    recording = three_states(tmp_path / "film.webm")
    uploads = (cluster.upload(recording, title=f"Recording {number}") for number in range(TEN))
    ids = [answer.json["sessionId"] for answer in await asyncio.gather(*uploads)]
    for kind in ("frames", "vision", "aria", "prompter", "ingest"):
        await asyncio.sleep(0.5)
        [command] = cluster.commands[kind]
        await command.end(signal.SIGKILL)
        await command.start()  # as whatever supervises processes does
    for session_id in ids:
        session = await cluster.ended(session_id)
        assert session["status"] == "complete", session["lastError"]
        await assert_once(session, await cluster.quiet(session_id), cluster)
    listed = (await cluster.call("GET", "/api/sessions?limit=100")).json
    assert sorted(each["id"] for each in listed) == sorted(ids)


@pytest.mark.slow
async def test_a_gateway_that_is_killed_loses_no_recording(cluster: Cluster, tmp_path: Path) -> None:
    """The client that waited is cut off; the work goes on."""
    waiting = asyncio.create_task(cluster.upload(three_states(tmp_path / "film.webm"), wait=True))
    await asyncio.sleep(0.5)
    [gateway] = cluster.commands["gateway"]
    await gateway.end(signal.SIGKILL)
    with pytest.raises(Exception, match=r"(?i)disconnect|reset|refused|connect"):
        await waiting
    cluster.urls = [(await gateway.start()).split(" at ")[1].split()[0]]
    [session] = (await cluster.call("GET", "/api/sessions")).json
    assert (await cluster.ended(session["id"]))["status"] == "complete"
