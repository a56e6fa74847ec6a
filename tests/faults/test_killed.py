"""A process killed in the middle of its writes: whatever it was told is committed is there, and whole."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from shared.adapters.blobs_files import INCOMING, FileBlobs
from shared.adapters.bus_local import LocalBus
from shared.adapters.store_sqlite import SqliteStore
from shared.model.events import RecordingStored
from tests.contract.blobs_suite import keys
from tests.contract.bus_suite import QUEUE
from tests.contract.handlers import Scripted, eventually

_ROOT = Path(__file__).parents[2]


def killed(what: str, folder: Path, after: float) -> list[str]:
    """Let the writer work for so many seconds, kill it (SIGKILL); what it had said by then, line by line."""
    command = [sys.executable, "-m", "tests.faults.writers", what, str(folder)]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        first = [writer.stdout.readline() for _ in range(5)]
        time.sleep(after)
        writer.kill()
        said = [*first, *writer.stdout.read().splitlines(keepends=True)]
    assert writer.returncode == -9
    lines = [line.rstrip("\n") for line in said if line.endswith("\n")]  # the last one may be cut off
    assert len(lines) >= 5
    return lines


@pytest.mark.parametrize("after", [0.05, 0.3, 0.6])
async def test_committed_sessions_are_there(tmp_path: Path, after: float) -> None:
    said = [line.split() for line in killed("store", tmp_path, after)]
    versions = {session_id: int(version) for session_id, version in said}
    store = await SqliteStore.open(tmp_path / "scope.db")
    for session_id, version in versions.items():
        session = await store.session(session_id)
        assert session is not None
        assert session.version in {version, version + 1}  # it was killed before it could say so
        assert session.prompt == "p" * 20_000
    await store.close()


async def test_a_session_and_its_first_event_are_there_together(tmp_path: Path) -> None:
    said = killed("ledger", tmp_path, 0.4)
    store = await SqliteStore.open(tmp_path / "scope.db")
    waiting = set(await store.sessions_with_outbox(100_000))
    assert set(said) <= waiting
    for session_id in waiting:
        session = await store.session(session_id)
        assert session is not None
        assert [envelope.type for envelope in session.outbox] == [RecordingStored.TYPE]
    await store.close()


async def test_what_a_bus_took_over_is_delivered(tmp_path: Path) -> None:
    said = killed("bus", tmp_path, 0.4)
    bus, handler = await LocalBus.open(tmp_path / "bus.db"), Scripted()
    await bus.consume(QUEUE, handler, prefetch=8)
    await eventually(lambda: set(said) <= set(handler.ids))
    assert set(handler.attempts) == {1}
    await bus.close()


@pytest.mark.parametrize("after", [0.05, 0.3])
async def test_blobs_are_whole_or_not_there(tmp_path: Path, after: float) -> None:
    said = killed("blobs", tmp_path, after)
    blobs = FileBlobs(tmp_path / "blobs")
    found = await keys(blobs, "s")
    assert {f"s/{number}/recording" for number in said} <= set(found)
    for key in found:
        assert await blobs.get(key) == key.split("/")[1].encode() * 4096 * 40
    assert list((tmp_path / "blobs" / INCOMING).iterdir()) == []
