"""Accepting: whole or not at all, and idempotency keys through crashes, with a clock moved by hand."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.ingest.cleanup import cleanup_job
from services.ingest.settings import IngestSettings
from services.ingest.uploads import Caller, Receipt, Uploads
from shared.model.accounts import AccountSettings, AgentTarget
from shared.model.errors import Unavailable
from shared.model.events import RecordingStored, SessionCompleted, SessionDeleted
from shared.model.transitions import Deleted
from shared.runtime.problems import Problem
from shared.runtime.worker import Work
from tests.contract.handlers import eventually
from tests.rest.forms import WEBM, Part, fields, multipart, video
from tests.samples import an_account
from tests.unit.rigs import Rig
from tests.unit.services.ingest.bodies import reader_of


@pytest.fixture
def uploads(rig: Rig) -> Uploads:
    return Uploads(rig.ports, rig.ledger, IngestSettings(data_dir=rig.folder, upload_timeout=100))


async def accept(uploads: Uploads, *parts: Part, key: str | None = None, mode: Any = "async") -> Receipt:
    body = multipart(parts or [*fields(), video()])
    return await uploads.accept(await reader_of(body), Caller("usr_a", "req-1", mode, key))


async def refused(uploads: Uploads, *parts: Part, key: str = "k") -> int:
    with pytest.raises(Problem) as caught:
        await accept(uploads, *parts, key=key)
    return caught.value.status


async def keys(rig: Rig) -> list[str]:
    return [info.key async for info in rig.ports.blobs.list("")]


async def test_an_upload_is_a_video_a_session_and_an_event(rig: Rig, uploads: Uploads) -> None:
    settings = AccountSettings(default_agent=AgentTarget.RAW, max_recording_length=5, include_raw_diff=True)
    await rig.ports.store.insert_account(an_account(id="usr_a", settings=settings))
    receipt = await accept(uploads)
    session = await rig.ports.store.session(receipt.session_id)
    assert session is not None
    assert session.recording is not None
    assert await rig.ports.blobs.get(session.recording.key) == WEBM
    assert [envelope.type for envelope in session.outbox] == [RecordingStored.TYPE]
    assert (session.agent_target, session.options.include_raw_diff) == ("RAW", True)
    assert (session.recording.max_duration_ms, session.request_id) == (300_000, "req-1")
    assert rig.woken == [session.id]


async def test_a_store_that_fails_at_the_commit_leaves_no_video(rig: Rig, uploads: Uploads) -> None:
    store: Any = rig.ports.store
    connection, store._file._connection = store._file._connection, None
    with pytest.raises(Unavailable):
        await accept(uploads)
    store._file._connection = connection
    assert await keys(rig) == []


async def test_who_is_cancelled_while_sending_leaves_nothing(rig: Rig, uploads: Uploads) -> None:
    incoming = rig.folder / "blobs" / "incoming~"
    reader = await reader_of(multipart([*fields(), video(WEBM + bytes(500_000))])[:-100], more=True)
    accepting = asyncio.create_task(uploads.accept(reader, Caller("usr_a", "r", "sync", "k")))
    await eventually(lambda: [path for path in incoming.iterdir() if path.stat().st_size])
    accepting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await accepting
    assert await keys(rig) == []
    assert list(incoming.iterdir()) == []
    assert not (await accept(uploads, key="k")).replayed


async def test_the_same_again_is_a_replay(rig: Rig, uploads: Uploads) -> None:
    first = await accept(uploads, key="k")
    again = await accept(uploads, video(), *reversed(fields()), key="k")
    assert again == Receipt(first.session_id, "async", replayed=True)
    assert await refused(uploads, *fields(title="other"), video()) == 422
    assert len(await keys(rig)) == 1


async def test_a_synchronous_first_is_replayed_once_it_is_done(rig: Rig, uploads: Uploads) -> None:
    first = await accept(uploads, key="k", mode="sync")
    assert await refused(uploads) == 409
    session = await rig.ports.store.session(first.session_id)
    assert session is not None
    done = session.model_copy(update={"stage": "complete", "version": 1})
    assert await rig.ports.store.replace_session(done, 0)
    assert (await accept(uploads, key="k")).mode == "sync"


async def test_a_key_whose_upload_died_is_free_after_its_lease(rig: Rig, uploads: Uploads) -> None:
    """Killed while the video came in: the claim is there, nothing else."""
    claim = uploads._claim(Caller("usr_a", "r", "async", "k"), "k")
    await rig.ports.store.claim_idempotency(claim, rig.clock.now())
    assert await refused(uploads) == 409
    rig.clock.forward(159)
    assert await refused(uploads) == 409
    rig.clock.forward(1)
    assert not (await accept(uploads, key="k")).replayed


async def test_a_key_whose_process_died_between_its_two_writes_is_freed(
    rig: Rig,
    uploads: Uploads,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Killed after the key was tied to the session and before there was one."""

    async def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(uploads, "_commit", die)
        with pytest.raises(KeyboardInterrupt):
            await accept(uploads, key="k")
    assert await refused(uploads) == 409
    rig.clock.forward(160)
    assert await refused(uploads) == 409  # found out, and freed
    assert not (await accept(uploads, key="k")).replayed


async def test_a_claim_that_was_lost_meanwhile_makes_no_session(
    rig: Rig,
    uploads: Uploads,
) -> None:
    """So slow that the lease ran out and somebody else took the key."""
    other = uploads._claim(Caller("usr_a", "r", "async", "k"), "k")
    plain, done = rig.ports.blobs.put_stream, False

    async def put_stream(key: str, chunks: AsyncIterator[bytes]) -> int:
        nonlocal done
        size = await plain(key, chunks)
        if not done:
            done = True
            rig.clock.forward(161)
            await rig.ports.store.claim_idempotency(other, rig.clock.now())
        return size

    rig.ports.blobs.put_stream = put_stream  # type: ignore[method-assign]
    assert await refused(uploads) == 409
    assert await keys(rig) == []


async def test_a_key_is_forgotten_after_its_time(rig: Rig, uploads: Uploads) -> None:
    first = await accept(uploads, key="k")
    rig.clock.forward(24 * 3600 - 1)
    assert (await accept(uploads, key="k")).session_id == first.session_id
    rig.clock.forward(1)
    assert (await accept(uploads, key="k")).session_id != first.session_id


async def test_cleanup_removes_the_video_at_the_end_and_everything_after_deletion(
    rig: Rig,
    uploads: Uploads,
) -> None:
    receipt = await accept(uploads, key="k")
    session = await rig.ports.store.session(receipt.session_id)
    assert session is not None
    await rig.ports.blobs.put(f"sessions/{session.id}/frames/a.png", b"x")
    clean = cleanup_job(rig.ports).handle

    async def told(kind: Any, **more: Any) -> None:
        async def progress(words: str) -> None:
            raise AssertionError(words)

        assert await clean(Work(session, rig.event(session, kind, **more), progress)) is None

    await told(SessionCompleted, frame_count=1)
    assert await keys(rig) == [f"sessions/{session.id}/frames/a.png"]
    await told(SessionCompleted, frame_count=1)
    await rig.ledger.commit(session.id, Deleted())
    await told(SessionDeleted)
    await told(SessionDeleted)
    assert await keys(rig) == []
    assert not (await accept(uploads, key="k")).replayed
