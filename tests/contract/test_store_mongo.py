"""MongoDB keeps the promises of the port."""

from collections.abc import AsyncIterator

import pytest

from shared.adapters import store_mongo
from shared.adapters.store_mongo import MongoStore
from shared.model.ids import new_id
from shared.ports.store import Store
from tests.contract.store_credentials_suite import CredentialsSuite
from tests.contract.store_keys_suite import StoreKeysSuite
from tests.contract.store_list_suite import StoreListSuite
from tests.contract.store_suite import StoreSuite
from tests.servers import remove
from tests.servers.find import server


class MongoRig:
    """A database of its own for every test."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opened: list[MongoStore] = []

    async def open(self) -> Store:
        store = await MongoStore.open(self.url)
        self.opened.append(store)
        return store

    async def close(self) -> None:
        for store in self.opened:
            await store.close()
        await remove.database(self.url)


@pytest.fixture
async def rig() -> AsyncIterator[MongoRig]:
    rig = MongoRig(f"{server('mongodb').rstrip('/')}/{new_id('test')}")
    await store_mongo.prepare(rig.url)
    yield rig
    await rig.close()


class TestMongoStore(StoreSuite):
    """Sessions: one document, one conditional write."""


class TestMongoStoreLists(StoreListSuite):
    """Order, pages, filters."""


class TestMongoStoreKeys(StoreKeysSuite):
    """Accounts, idempotency keys, token buckets."""


class TestMongoStoreCredentials(CredentialsSuite):
    """Keys of accounts for models of their own."""
