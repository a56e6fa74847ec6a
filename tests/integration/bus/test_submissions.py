"""Recordings that others put into the bucket and submit over the bus, taken in by ingest alone."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.ingest.app import add_ingest
from services.ingest.settings import IngestSettings
from shared.model.blob_keys import recording_key, submission_prefix
from shared.model.envelope import Envelope
from shared.model.events import TERMINAL_TYPES, RecordingStored, RecordingSubmit
from shared.model.ids import new_id
from shared.model.session import Session
from shared.ports.clock import SystemClock
from shared.runtime.process import Process
from tests.contract.handlers import eventually
from tests.films import three_states
from tests.integration.conftest import Place
from tests.samples import an_account


@pytest.fixture
async def process(place: Place) -> AsyncIterator[Process]:
    settings = {"bus_url": place.bus_url, "store_url": place.store_url, "blobs_url": place.blobs_url}
    more: dict[str, Any] = {**settings, "data_dir": place.data, "drain_grace": 1.0}
    async with Process(place.settings(drain_grace=1.0)) as running:
        await add_ingest(running, IngestSettings(ingest_port=0, **more))
        yield running


@pytest.fixture
async def heard(process: Process) -> list[Envelope]:
    found: list[Envelope] = []
    await process.listen("the test", TERMINAL_TYPES | {RecordingStored.TYPE}, found.append)
    return found


@pytest.fixture
async def ann(process: Process) -> str:
    account = an_account(id="usr_ann")
    await process.ports.store.insert_account(account)
    return account.id


def order(user: str, key: str, /, **data: Any) -> Envelope:
    known = {"userId": user, "key": key, "title": "Save does nothing", "seedUrl": "http://localhost:3000/"}
    return Envelope(
        id=new_id("evt"),
        source="/their-app",
        type=RecordingSubmit.TYPE,
        subject=key,
        time=SystemClock().now(),
        data={**known, **data},
    )


async def answered(process: Process, heard: list[Envelope], message: Envelope) -> Session:
    """The session that a submission became."""
    await eventually(lambda: [each for each in heard if each.requestid == message.id])
    [event] = [each for each in heard if each.requestid == message.id]
    session = await process.ports.store.session(event.subject)
    assert session is not None
    return session


async def test_a_submission_becomes_a_session_like_an_upload(
    process: Process, heard: list[Envelope], ann: str, tmp_path: Path
) -> None:
    film = three_states(tmp_path / "film.webm").read_bytes()
    key = f"submissions/{ann}/tuesday/film.webm"
    await process.ports.blobs.put(key, film)
    message = order(
        ann, key, notes="look", agentTarget="CODEX", trimStartMs=5, trimEndMs=3000, urls=["http://localhost:3000/b"]
    )
    await process.ports.bus.publish([message])
    session = await answered(process, heard, message)
    assert (session.user_id, session.title, session.notes, session.agent_target) == (
        ann, "Save does nothing", "look", "CODEX",
    )  # fmt: skip
    assert session.urls == ("http://localhost:3000/", "http://localhost:3000/b")
    assert session.recording is not None
    assert (session.recording.size, session.recording.mime_type) == (len(film), "video/webm")
    assert (session.recording.trim_start_ms, session.recording.trim_end_ms) == (5, 3000)
    assert await process.ports.blobs.get(recording_key(session.id)) == film
    assert [event.type for event in heard] == [RecordingStored.TYPE]

    async def moved() -> bool:
        return [info.key async for info in process.ports.blobs.list("submissions")] == []

    await eventually(moved)


async def test_the_same_message_twice_is_one_session(
    process: Process, heard: list[Envelope], ann: str, tmp_path: Path
) -> None:
    key = f"submissions/{ann}/film.webm"
    await process.ports.blobs.put(key, three_states(tmp_path / "film.webm").read_bytes())
    message = order(ann, key)
    await process.ports.bus.publish([message, message])
    await answered(process, heard, message)
    await process.ports.bus.publish([message])

    async def done() -> bool:
        stats = await process.ports.bus.stats("submissions")
        return (stats.ready, stats.in_flight, stats.dead) == (0, 0, 0)

    await eventually(done)
    assert len({event.subject for event in heard}) == 1


@pytest.mark.parametrize(
    "case",
    [
        (b"", {}, "empty_recording", "is empty"),
        (b"%PDF-1.7 ...", {}, "not_a_video", "a PDF document"),
        (b"\x1a\x45\xdf\xa3" + bytes(100), {"mimeType": "video/mp4"}, "not_a_video", "the content is video/webm"),
        (None, {}, "storage_failed", "Nothing lies under"),
    ],
    ids=["empty", "pdf", "wrong type", "missing"],
)
async def test_a_recording_at_fault_is_a_session_that_failed(
    process: Process, heard: list[Envelope], ann: str, case: tuple[bytes | None, dict[str, str], str, str]
) -> None:
    content, data, code, words = case
    key = f"submissions/{ann}/film"
    if content is not None:
        await process.ports.blobs.put(key, content)
    message = order(ann, key, **data)
    await process.ports.bus.publish([message])
    session = await answered(process, heard, message)
    assert session.failure is not None
    assert (session.status, session.failure.code) == ("error", code)
    assert words in session.failure.message
    assert [event.data["code"] for event in heard] == [code]
    assert [info.key async for info in process.ports.blobs.list("sessions")] == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"userId": "usr_nobody"}, "no account here"),
        ({"key": "submissions/usr_bob/film"}, "submissions/usr_ann/"),
        ({"key": "sessions/sess_1/recording"}, "submissions/usr_ann/"),
        ({"key": "submissions/usr_ann/../usr_bob/film"}, "not a blob key"),
        ({"title": "  "}, "title"),
        ({"seedUrl": "javascript:alert(1)"}, "seedUrl"),
        ({"titel": "x"}, "titel"),
        ({"durationMs": -1}, "durationMs"),
        ({"trimStartMs": 5, "trimEndMs": 5}, "trimEndMs"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_what_can_be_no_submission_is_put_aside_and_says_why(
    process: Process, ann: str, change: dict[str, Any], words: str
) -> None:
    await process.ports.bus.publish([order(ann, f"submissions/{ann}/film", **change)])

    async def put_aside() -> Any:
        return await process.ports.bus.dead_letters("submissions")

    [dead] = await eventually(put_aside)
    assert words in dead.reason
    assert await process.ports.store.sessions_with_outbox(10) == []


def test_an_id_that_can_be_no_folder_has_its_digest() -> None:
    assert submission_prefix("usr_1") == "submissions/usr_1"
    for odd in ("auth0|6f", "..", ".", "a/b", "", "ä", "x" * 300):
        folder = submission_prefix(odd).removeprefix("submissions/")
        assert len(folder) == 64
