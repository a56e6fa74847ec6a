"""A document store that goes away, hangs or refuses: it is said, and all goes on when the store is back."""

from collections.abc import AsyncIterator

import pytest
from pymongo.errors import OperationFailure

from shared.adapters import store_mongo
from shared.adapters.store_mongo import MongoStore
from shared.model.errors import Misconfigured, Unavailable
from shared.model.ids import new_id
from tests.contract.handlers import eventually
from tests.samples import a_session
from tests.servers import remove
from tests.servers.find import server
from tests.servers.run import free_port
from tests.servers.wire import Wire


@pytest.fixture
async def url() -> AsyncIterator[str]:
    url = f"{server('mongodb').rstrip('/')}/{new_id('faults')}"
    await store_mongo.prepare(url)
    yield url
    await remove.database(url)


@pytest.fixture
async def wire(url: str) -> AsyncIterator[Wire]:
    wire = await Wire.to(url)
    yield wire
    await wire.close()


async def test_a_store_that_was_cut_off_says_so_and_works_again(
    url: str, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_mongo, "LIMIT_S", 2.0)
    store = await MongoStore.open(f"{wire.through(url)}?directConnection=true")
    session = a_session()
    await store.insert_session(session)
    wire.cut()
    for call in (store.session(session.id), store.replace_session(session, 0), store.ping()):
        with pytest.raises(Unavailable, match="MongoDB does not answer"):
            await call
    wire.mend()

    async def back() -> bool:
        try:
            return await store.session(session.id) == session
        except Unavailable:
            return False

    await eventually(back)
    await store.close()


async def test_a_store_that_hangs_is_given_up_in_time(
    url: str, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_mongo, "LIMIT_S", 1.0)
    store = await MongoStore.open(f"{wire.through(url)}?directConnection=true")
    wire.stall()
    with pytest.raises(Unavailable):
        await store.insert_session(a_session())
    wire.mend()
    await store.close()


async def test_nobody_there_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_mongo, "LIMIT_S", 1.0)
    with pytest.raises(Unavailable, match=r"MongoDB does not answer: 127\.0\.0\.1") as caught:
        await MongoStore.open(f"mongodb://127.0.0.1:{free_port()}/scope")
    assert "Topology" not in caught.value.message


@pytest.mark.parametrize("url", ["mongodb://", "mongodb://h:notaport/x"])
async def test_what_is_no_address_is_a_mistake_in_the_settings(url: str) -> None:
    with pytest.raises(Misconfigured, match="SCOPE_STORE_URL"):
        await MongoStore.open(url)


async def test_a_server_that_is_too_old_is_named(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_mongo, "_OLDEST_WIRE", 999)
    with pytest.raises(Misconfigured, match=r"MongoDB 4\.4 or newer is needed"):
        await MongoStore.open(url)


async def test_a_user_that_is_refused_is_a_mistake_in_the_settings(url: str) -> None:
    """The server of these tests knows users only when it is started for them, so its own refusal of one is used."""
    with pytest.raises(Misconfigured, match="refuses the user or password"):
        await MongoStore.open(url.replace("mongodb://", "mongodb://nobody:secret@"))


@pytest.mark.parametrize("code", [13, 18, 8000])
def test_every_refusal_that_servers_know_is_a_mistake_in_the_settings(code: int) -> None:
    with pytest.raises(Misconfigured), store_mongo._answered():
        raise OperationFailure("no", code)
