"""`kill -9` in the middle of a run: the next start finishes it, with nothing lost and nothing twice."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.model.outcomes import MAX_ATTEMPTS
from shared.model.session import Session
from tests.contract.handlers import eventually
from tests.e2e.server import Server, page_at, serving
from tests.films import film, screen, three_states

SAMPLES = Path(__file__).parents[2] / "samples"

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """Without a browser: the ARIA lane then ends at once, in error, and the vision lane decides the pace."""
    async with serving(tmp_path / "data", SCOPE_BROWSER="/nowhere") as running:
        yield running


@pytest.mark.parametrize("stage", ["extracting", pytest.param("analyzing", marks=pytest.mark.slow)])
async def test_killed_in_a_stage_it_is_finished_by_the_next_start(
    server: Server, tmp_path: Path, stage: str
) -> None:
    pages = [screen([f"Page {n}", *(f"Line {n + k} of many" for k in range(8))], (800, 600)) for n in range(4)]
    accepted = await server.upload(film(tmp_path / "film.webm", pages))
    session_id = accepted.json["sessionId"]

    async def reached() -> bool:
        return await server.stage(session_id) == stage

    await eventually(reached, within=60)
    await server.kill()
    await server.start()
    session = await server.ended(session_id)
    assert session["status"] == "complete", session["lastError"]
    await assert_once(session, await server.quiet(session_id), server)


@pytest.mark.slow
async def test_killed_again_and_again_ten_recordings_complete_once_each(server: Server, tmp_path: Path) -> None:
    recording, dice = three_states(tmp_path / "film.webm"), random.Random(7)
    ids = [(await server.upload(recording, title=f"Recording {n}")).json["sessionId"] for n in range(10)]
    for _ in range(MAX_ATTEMPTS - 1):  # a step whose process dies more often is taken for its cause
        await asyncio.sleep(dice.uniform(0.1, 1.5))
        await server.kill()
        await server.start()
    for session_id in ids:
        session = await server.ended(session_id)
        assert session["status"] == "complete", session["lastError"]
        await assert_once(session, await server.quiet(session_id), server)
    listed = (await server.call("GET", "/api/sessions?limit=100")).json
    assert sorted(each["id"] for each in listed) == sorted(ids)


async def test_an_upload_that_was_accepted_survives_a_kill_at_once(server: Server, tmp_path: Path) -> None:
    accepted = await server.upload(three_states(tmp_path / "film.webm"))
    await server.kill()
    await server.start()
    assert (await server.ended(accepted.json["sessionId"]))["status"] == "complete"


async def test_an_upload_that_was_cut_off_by_a_kill_leaves_nothing(server: Server) -> None:
    async def endless() -> AsyncIterator[bytes]:
        disposition = b'Content-Disposition: form-data; name="file"; filename="a.webm"'
        yield b"--b\r\n" + disposition + b"\r\nContent-Type: video/webm\r\n\r\n\x1a\x45\xdf\xa3"
        while True:
            yield bytes(65536)
            await asyncio.sleep(0.005)

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    upload = asyncio.create_task(server.call("POST", "/api/recordings", data=endless(), headers=headers))
    await eventually(server.receiving)
    await server.kill()
    with pytest.raises(Exception, match=r"(?i)disconnect|reset|closing|broken"):
        await upload
    await server.start()
    assert server.leftovers() == []
    assert (await server.call("GET", "/api/sessions")).json == []


@pytest.mark.browser
@pytest.mark.slow
async def test_killed_while_the_browser_works_no_browser_is_left(tmp_path: Path, chromium: Path) -> None:
    async with serving(tmp_path / "data") as server, page_at(SAMPLES / "shop") as page:
        accepted = await server.upload(SAMPLES / "shop.webm", page)
        children = await eventually(lambda: browsers_of(server), within=60)
        await server.kill()
        await eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))
        await server.start()
        session = await server.ended(accepted.json["sessionId"])
        assert session["processingStatus"]["playwrightLane"]["status"] == "complete"


def browsers_of(server: Server) -> list[int]:
    """Processes below the server whose name says chrom…"""
    import psutil

    below = [each for pid in server.pids() for each in psutil.Process(pid).children(recursive=True)]
    found = []
    for process in below:
        with contextlib.suppress(psutil.NoSuchProcess):  # a child that ended just now
            if "chrom" in process.name():
                found.append(process.pid)
    return found


async def assert_once(session: dict[str, Any], stored: Session, server: Server) -> None:
    """Each effect once: frames, pictures, prompt, events; the video is gone and no message is left behind."""
    assert len({frame["timestamp"] for frame in session["frames"]}) == session["frameCount"] == len(stored.frames)
    files = server.files(session["id"])
    assert len([name for name in files if name.startswith("frames/")]) == session["frameCount"]
    assert session["prompt"].count("\nS1  00:") == 1
    assert len(stored.inbox) == len(set(stored.inbox))
    assert await server.dead_letters() == 0
