"""A database that is damaged, held by somebody else, or misused: said in words that tell what to do."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from shared.adapters.bus_local import LocalBus
from shared.adapters.sqlite_file import SqliteFile
from shared.adapters.store_sqlite import SCHEMA, SqliteStore
from shared.model.errors import Conflict, Unavailable
from tests.contract.bus_suite import message
from tests.samples import a_session, at

_HOLDER = """
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.readline()
db.execute("ROLLBACK")
print("let go", flush=True)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "scope.db"


async def filled(file: Path) -> list[str]:
    store = await SqliteStore.open(file)
    made = [a_session(prompt="p" * 5000) for _ in range(50)]
    for session in made:
        await store.insert_session(session)
    await store.close()
    return [session.id for session in made]


async def read_all(file: Path) -> None:
    store = await SqliteStore.open(file)
    try:
        await store.stalled_sessions(at(1000), 100)
    finally:
        await store.close()


@pytest.mark.parametrize("open_it", [SqliteStore.open, LocalBus.open])
async def test_what_is_no_database_is_said_to_be_damaged(file: Path, open_it) -> None:
    file.write_bytes(b"this is no database, however long it may be" * 500)
    with pytest.raises(Unavailable, match="The file is damaged"):
        await open_it(file)
    assert file.read_bytes().startswith(b"this is no database")


async def test_damage_in_the_middle_is_said_when_it_is_met(file: Path) -> None:
    await filled(file)
    with file.open("r+b") as raw:
        raw.seek(8192)
        raw.write(b"\xff" * (file.stat().st_size - 3 * 4096 - 8192))
    with pytest.raises(Unavailable, match="damaged"):
        await read_all(file)


async def test_a_file_cut_short_is_said_to_be_damaged(file: Path) -> None:
    await filled(file)
    with file.open("r+b") as raw:
        raw.truncate(20_000)
    with pytest.raises(Unavailable, match="damaged"):
        await read_all(file)


async def test_a_file_that_another_process_holds_is_waited_for_and_then_said(file: Path) -> None:
    [first, *_] = await filled(file)
    with subprocess.Popen(  # noqa: ASYNC220  answers at once
        [sys.executable, "-c", _HOLDER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        began = time.monotonic()
        store = SqliteStore(await SqliteFile.open(file, "", lock_timeout=0.3))
        with pytest.raises(Unavailable, match="Another process holds it"):
            await store.insert_session(a_session())
        assert 0.25 < time.monotonic() - began < 5
        patient = await SqliteStore.open(file)  # waits ten seconds
        waiting = asyncio.create_task(patient.insert_session(a_session()))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        holder.communicate("let go\n", timeout=10)
        await waiting
    assert await patient.session(first) is not None
    await store.insert_session(a_session())
    await store.close()
    await patient.close()


async def test_the_event_loop_goes_on_while_a_write_waits(file: Path) -> None:
    await filled(file)
    store = SqliteStore(await SqliteFile.open(file, SCHEMA, lock_timeout=5))
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(store.insert_session(a_session()))
        ticks = 0
        for _ in range(20):
            await asyncio.sleep(0.01)
            ticks += 1
        assert (ticks, writing.done()) == (20, False)
        other.execute("ROLLBACK")
        await writing
    await store.close()


async def test_many_writers_at_once_do_not_get_into_each_others_way(file: Path) -> None:
    """A cursor let go of in the event loop's thread once reset the statement that another write was using."""
    bus = await LocalBus.open(file)
    for _ in range(40):
        await asyncio.gather(*(bus.publish([message() for _ in range(50)]) for _ in range(8)))
    assert (await bus.stats("vision")).ready == 40 * 8 * 50
    await bus.close()


async def test_a_failed_transaction_leaves_nothing_and_the_next_works(file: Path) -> None:
    database = await SqliteFile.open(file, "CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY)")

    def half(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO t VALUES (1)")
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        await database.run(half)
    with pytest.raises(Unavailable):
        await database.run(lambda db: db.execute("SELECT * FROM no_such_table"))
    await database.run(lambda db: db.execute("INSERT INTO t VALUES (2)"))
    assert await database.run(lambda db: [tuple(row) for row in db.execute("SELECT a FROM t")]) == [(2,)]
    await database.close()


async def test_an_insert_whose_caller_was_cancelled_is_whole_or_not_there(file: Path) -> None:
    store = await SqliteStore.open(file)
    for pause in (0.0, 0.0001, 0.001, 0.01):
        session = a_session(prompt="p" * 200_000)
        writing = asyncio.create_task(store.insert_session(session))
        await asyncio.sleep(pause)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        found = await store.session(session.id)
        assert found is None or found == session
    session = a_session()
    await store.insert_session(session)
    with pytest.raises(Conflict):
        await store.insert_session(session)
    await store.close()
