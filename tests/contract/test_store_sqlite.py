"""The SQLite store keeps the promises of the port."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.adapters.store_sqlite import PER_DAY, SqliteStore
from shared.ports.store import Store
from tests.contract.store_credentials_suite import CredentialsSuite
from tests.contract.store_keys_suite import StoreKeysSuite
from tests.contract.store_list_suite import StoreListSuite
from tests.contract.store_suite import StoreSuite


class SqliteRig:
    def __init__(self, folder: Path) -> None:
        self._file = folder / "scope.db"
        self.opened: list[SqliteStore] = []

    async def open(self) -> Store:
        store = await SqliteStore.open(self._file)
        self.opened.append(store)
        return store


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[SqliteRig]:
    rig = SqliteRig(tmp_path)
    yield rig
    for store in rig.opened:
        await store.close()


class TestSqliteStore(StoreSuite):
    """Sessions: one document, one conditional write."""

    async def test_days_are_counted_from_an_index(self, rig: SqliteRig) -> None:
        await rig.open()
        rows = await rig.opened[0]._select(f"EXPLAIN QUERY PLAN {PER_DAY}", ["usr_a", "2026-03-01"])
        assert "INDEX sessions_by_day (user_id=? AND created_at>?)" in rows[0]["detail"]


class TestSqliteStoreLists(StoreListSuite):
    """Order, pages, filters."""


class TestSqliteStoreKeys(StoreKeysSuite):
    """Accounts, idempotency keys, token buckets."""


class TestSqliteStoreCredentials(CredentialsSuite):
    """Keys of accounts for models of their own."""
