"""Waiting for the end of a session: woken by its event, and by a look at the store for what events miss."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.gateway import following
from services.gateway.following import Following
from shared.adapters.store_sqlite import SqliteStore
from shared.model.envelope import Envelope
from shared.model.events import SessionCompleted
from shared.model.session import Session
from tests.samples import NOON, a_session


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(tmp_path / "scope.db")
    yield opened
    await opened.close()


async def ended(store: SqliteStore, session: Session) -> Session:
    after = session.model_copy(update={"stage": "complete", "version": session.version + 1})
    assert await store.replace_session(after, session.version)
    return after


def told(session: Session) -> Envelope:
    return Envelope(id="evt_1", type=SessionCompleted.TYPE, subject=session.id, time=NOON, data={})


async def test_the_event_wakes_everybody_who_waits(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_END_LOOK_S", 60)
    ends, session = Following(store), a_session()
    await store.insert_session(session)
    waits = [asyncio.create_task(ends.end(session.id, 30)) for _ in range(3)]
    await asyncio.sleep(0.05)
    ends.heard(told(session))  # too early: it looks, and waits on
    await asyncio.sleep(0.05)
    assert not any(wait.done() for wait in waits)
    after = await ended(store, session)
    ends.heard(told(a_session()))
    ends.heard(told(session))
    assert await asyncio.wait_for(asyncio.gather(*waits), 5) == [after] * 3
    assert not ends._waiting


async def test_an_event_that_is_missed_costs_a_moment(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_END_LOOK_S", 0.05)
    ends, session = Following(store), a_session()
    await store.insert_session(session)
    wait = asyncio.create_task(ends.end(session.id, 30))
    await asyncio.sleep(0.02)
    after = await ended(store, session)
    assert await asyncio.wait_for(wait, 5) == after


async def test_after_the_limit_it_is_as_it_is(store: SqliteStore) -> None:
    ends, session = Following(store), a_session()
    await store.insert_session(session)
    assert await asyncio.wait_for(ends.end(session.id, 0.05), 5) == session
    assert await ends.end(session.id, 0) == session
    assert await ends.end("sess_unknown", 30) is None
    done = await ended(store, session)
    assert await ends.end(session.id, 30) == done


async def test_who_gives_up_is_forgotten(store: SqliteStore) -> None:
    ends, session = Following(store), a_session()
    await store.insert_session(session)
    wait = asyncio.create_task(ends.end(session.id, 30))
    await asyncio.sleep(0.05)
    wait.cancel()
    with pytest.raises(asyncio.CancelledError):
        await wait
    assert not ends._waiting
