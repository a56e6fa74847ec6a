"""A disk that is full, or cannot be written: said in words, nothing half done, and all well again with room."""

from pathlib import Path

import pytest

from shared.adapters.blobs_files import INCOMING, FileBlobs
from shared.adapters.bus_local import LocalBus
from shared.adapters.store_sqlite import SqliteStore
from shared.model.envelope import Envelope
from shared.model.errors import Unavailable
from shared.model.session import Session
from shared.ports.blobs import BlobMissing
from shared.ports.store import Store
from tests.contract.blobs_suite import keys, stream
from tests.contract.bus_suite import QUEUE, message
from tests.contract.handlers import stats_become
from tests.faults.conftest import Disk
from tests.samples import a_session, at


async def insert_until_full(store: Store, kept: list[Session]) -> None:
    for session in (a_session(prompt="p" * 20_000) for _ in range(1000)):
        await store.insert_session(session)
        kept.append(session)


async def test_a_full_disk_takes_no_blob_and_keeps_the_others(disk: Disk) -> None:
    blobs = FileBlobs(disk.place / "blobs")
    await blobs.put("a/before", b"x" * 1000)
    with pytest.raises(Unavailable, match=r"is full\. Free some space"):
        await blobs.put("a/large", b"x" * 2_000_000)
    with pytest.raises(Unavailable, match="is full"):
        await blobs.put_stream("a/stream", stream(*[b"x" * 65536] * 30))
    assert list((disk.place / "blobs" / INCOMING).iterdir()) == []
    assert await keys(blobs) == ["a/before"]
    await blobs.put("a/after", b"x" * 1000)  # the space of the broken ones is free again
    assert await blobs.get("a/before") == b"x" * 1000


async def test_a_replacement_that_does_not_fit_leaves_what_was_there(disk: Disk) -> None:
    blobs = FileBlobs(disk.place / "blobs")
    await blobs.put("a", b"first")
    with pytest.raises(Unavailable):
        await blobs.put("a", b"x" * 2_000_000)
    assert await blobs.get("a") == b"first"


async def test_a_full_disk_fails_the_ping_and_room_heals_it(disk: Disk) -> None:
    blobs = FileBlobs(disk.place / "blobs")
    ballast = disk.fill()
    with pytest.raises(Unavailable, match="is full"):
        await blobs.ping()
    ballast.unlink()
    await blobs.ping()


async def test_fetch_to_a_full_disk_is_said_and_leaves_no_half(disk: Disk, tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path / "blobs")  # on another disk than the copy
    await blobs.put("a", b"x" * 3_000_000)
    with pytest.raises(Unavailable, match=r"disk that holds .*disk is full"):
        await blobs.fetch("a", disk.place / "copy")
    assert not (disk.place / "copy").exists()
    assert len(await blobs.get("a")) == 3_000_000


async def test_fetch_copies_to_another_disk(disk: Disk, tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path / "blobs")
    await blobs.put("a", b"x" * 100_000)
    await blobs.fetch("a", disk.place / "copy")
    assert (disk.place / "copy").read_bytes() == b"x" * 100_000
    with pytest.raises(BlobMissing):
        await blobs.fetch("b", disk.place / "copy2")


async def test_a_full_disk_commits_nothing_and_what_was_committed_stays(disk: Disk) -> None:
    store = await SqliteStore.open(disk.place / "scope.db")
    kept: list[Session] = []
    with pytest.raises(Unavailable, match="Free some space"):
        await insert_until_full(store, kept)
    assert kept
    for session in kept:
        assert await store.session(session.id) == session
    await store.close()
    again = await SqliteStore.open(disk.place / "scope.db")
    assert {s.id for s in await again.stalled_sessions(at(1), 2000)} == {s.id for s in kept}
    await again.close()


async def test_a_store_on_a_full_disk_works_again_with_room(disk: Disk) -> None:
    store = await SqliteStore.open(disk.place / "scope.db")
    session = a_session()
    await store.insert_session(session)
    ballast = disk.fill()
    with pytest.raises(Unavailable):
        await insert_until_full(store, [])  # what is left of the log is used up first
    assert await store.session(session.id) == session
    ballast.unlink()
    after = session.model_copy(update={"version": 1})
    assert await store.replace_session(after, 0)
    await store.close()


async def test_a_bus_on_a_full_disk_takes_nothing_and_loses_nothing(disk: Disk) -> None:
    bus, sent = await LocalBus.open(disk.place / "bus.db"), list[Envelope]()

    async def publish_until_full() -> None:
        for each in (message(text="x" * 20_000) for _ in range(1000)):
            await bus.publish([each])
            sent.append(each)

    with pytest.raises(Unavailable, match="Free some space"):
        await publish_until_full()
    assert sent
    await stats_become(bus, QUEUE, len(sent), 0, 0)
    await bus.close()


async def test_a_read_only_disk_is_said_and_can_be_read(disk: Disk) -> None:
    blobs, store = FileBlobs(disk.place / "blobs"), await SqliteStore.open(disk.place / "scope.db")
    session = a_session()
    await blobs.put("a", b"x")
    await store.insert_session(session)
    await store.close()
    disk.read_only()
    with pytest.raises(Unavailable, match="Read-only"):
        await blobs.put("b", b"x")
    with pytest.raises(Unavailable):
        await blobs.delete("a")
    with pytest.raises(Unavailable):
        await blobs.ping()
    assert await blobs.get("a") == b"x"
    assert await keys(blobs) == ["a"]
    with pytest.raises(Unavailable, match=r"scope\.db does not work"):
        await SqliteStore.open(disk.place / "scope.db")
    with pytest.raises(Unavailable):
        FileBlobs(disk.place / "new")
    disk.read_only(False)
    await blobs.put("b", b"x")
    healed = await SqliteStore.open(disk.place / "scope.db")
    assert await healed.session(session.id) == session
    await healed.close()


async def test_a_folder_that_is_a_file_is_said_to_be_unusable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable, match=r"cannot be made: .* Check who owns it"):
        await SqliteStore.open(tmp_path / "file" / "scope.db")
    with pytest.raises(Unavailable, match="cannot be used"):
        FileBlobs(tmp_path / "file")
    with pytest.raises(Unavailable, match="cannot be opened"):
        await SqliteStore.open(tmp_path)


async def test_a_blob_folder_that_vanishes_is_said_and_comes_back(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path / "blobs")
    (tmp_path / "blobs" / INCOMING).rmdir()
    for call in (blobs.ping(), blobs.put("a", b"x")):
        with pytest.raises(Unavailable, match="No such file"):
            await call
    await FileBlobs(tmp_path / "blobs").put("a", b"x")
    assert await blobs.get("a") == b"x"
