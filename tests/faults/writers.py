"""Programs that write until they are killed, and say after every write what has been committed."""

import asyncio
import sys
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

from shared.adapters.blobs_files import FileBlobs
from shared.adapters.bus_local import LocalBus
from shared.adapters.store_sqlite import SqliteStore
from shared.model.events import RecordingStored
from shared.ports.clock import SystemClock
from shared.runtime.ledger import Ledger
from tests.contract.bus_suite import message
from tests.samples import a_session


async def store(folder: Path) -> None:
    """One session after the other; each is counted up a few times."""
    opened = await SqliteStore.open(folder / "scope.db")
    for number in count():
        session = a_session(id=f"sess_{number}", prompt="p" * 20_000)
        await opened.insert_session(session)
        print(f"{session.id} 0", flush=True)
        for version in (1, 2, 3):
            after = session.model_copy(update={"version": version})
            assert await opened.replace_session(after, version - 1)
            print(f"{session.id} {version}", flush=True)


async def ledger(folder: Path) -> None:
    """Sessions with their first event, as ingest makes them."""
    opened = await SqliteStore.open(folder / "scope.db")
    made = Ledger(opened, SystemClock(), lambda _: None)
    for number in count():
        session = a_session(id=f"sess_{number}")
        event = RecordingStored(session_id=session.id, user_id=session.user_id)
        await made.insert(session, (event,))
        print(session.id, flush=True)


async def bus(folder: Path) -> None:
    opened = await LocalBus.open(folder / "bus.db")
    while True:
        sent = message(text="x" * 20_000)
        await opened.publish([sent])
        print(sent.id, flush=True)


async def blobs(folder: Path) -> None:
    """Large ones in small pieces, so that most kills come in the middle of one."""
    opened = FileBlobs(folder / "blobs")

    async def pieces(number: int) -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"%04d" % number * 4096
            await asyncio.sleep(0)

    for number in count():
        await opened.put_stream(f"s/{number:04d}/recording", pieces(number))
        print(f"{number:04d}", flush=True)


if __name__ == "__main__":
    asyncio.run({"store": store, "ledger": ledger, "bus": bus, "blobs": blobs}[sys.argv[1]](Path(sys.argv[2])))
