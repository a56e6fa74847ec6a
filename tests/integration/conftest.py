"""Queues, a database and a bucket of a test's own, on the run's servers."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.adapters import blobs_s3, store_mongo
from shared.model.ids import new_id
from shared.runtime.settings import RuntimeSettings
from tests.servers import remove
from tests.servers.find import server


@dataclass(frozen=True)
class Place:
    """Where a test's processes meet."""

    bus_url: str
    store_url: str
    blobs_url: str
    data: Path

    @property
    def variables(self) -> dict[str, str]:
        return {
            "SCOPE_BUS_URL": self.bus_url,
            "SCOPE_STORE_URL": self.store_url,
            "SCOPE_BLOBS_URL": self.blobs_url,
            "SCOPE_INTERNAL_KEY": "a key of the tests",
            "SCOPE_DATA_DIR": str(self.data),
            "SCOPE_START_PATIENCE": "0",
        }

    def settings(self, **more: object) -> RuntimeSettings:
        urls = {"bus_url": self.bus_url, "store_url": self.store_url, "blobs_url": self.blobs_url}
        return RuntimeSettings(**{**urls, "data_dir": self.data, "internal_key": "k", **more})


@pytest.fixture
async def place(tmp_path: Path, broker: str) -> AsyncIterator[Place]:
    """Prepared as `scope topology` does."""
    name = new_id("it").replace("_", "-")
    await remove.messages(broker)
    found = Place(
        broker,
        f"{server('mongodb').rstrip('/')}/{name}",
        f"{server('s3').rstrip('/')}/{name}",
        tmp_path / "data",
    )
    await store_mongo.prepare(found.store_url)
    await blobs_s3.prepare(found.blobs_url)
    yield found
    await remove.database(found.store_url)
    await remove.bucket(found.blobs_url)
