"""The local bus keeps the promises of the port."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from shared.adapters.bus_local import LocalBus
from shared.ports.bus import Bus
from tests.contract.bus_letters_suite import BusLettersSuite
from tests.contract.bus_stop_suite import BusStopSuite
from tests.contract.bus_suite import BusSuite


class LocalRig:
    def __init__(self, folder: Path) -> None:
        self._folder, self._crashes = folder, 0
        self.opened: list[LocalBus] = []

    @property
    def file(self) -> Path:
        return self._folder / f"bus-{self._crashes}.db"

    async def open(self) -> Bus:
        bus = await LocalBus.open(self.file)
        self.opened.append(bus)
        return bus

    async def crash(self, bus: Bus) -> None:
        """The next one finds the file as it is at this moment; the dead one's last words go to the old file."""
        before, self._crashes = self.file, self._crashes + 1
        with closing(sqlite3.connect(before)) as source, closing(sqlite3.connect(self.file)) as copy:
            source.backup(copy)
        await bus.close()

    async def smuggle(self, queue: str, body: bytes) -> None:
        with closing(sqlite3.connect(self.file, isolation_level=None)) as db:
            db.execute("INSERT INTO messages (queue, envelope, ready_at) VALUES (?, ?, 0)", [queue, body])


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[LocalRig]:
    rig = LocalRig(tmp_path)
    yield rig
    for bus in rig.opened:
        await bus.close()


class TestLocalBus(BusSuite):
    """Delivery and retries."""


class TestLocalBusLetters(BusLettersSuite):
    """Dead letters and listeners."""


class TestLocalBusStops(BusStopSuite):
    """Stopping and closing."""
