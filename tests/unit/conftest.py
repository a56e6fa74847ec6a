"""Embedded adapters for the tests that need some."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.adapters.blobs_files import FileBlobs
from shared.adapters.bus_local import LocalBus
from shared.adapters.store_sqlite import SqliteStore
from shared.runtime.wiring import Ports
from tests.samples import FakeClock
from tests.unit.rigs import Rig


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    clock = FakeClock()
    store = await SqliteStore.open(tmp_path / "scope.db")
    bus = await LocalBus.open(tmp_path / "scope.db")
    yield Rig(Ports(bus, store, FileBlobs(tmp_path / "blobs"), clock), clock, tmp_path)
    await bus.close()
    await store.close()
