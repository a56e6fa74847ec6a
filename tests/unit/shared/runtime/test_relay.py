"""The outbox relay: a crash between publishing and clearing repeats with the same ids and never loses."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from shared.adapters.bus_local import SCHEMA, LocalBus
from shared.adapters.sqlite_file import SqliteFile
from shared.adapters.store_sqlite import SqliteStore
from shared.model.envelope import Envelope
from shared.model.errors import Unavailable
from shared.model.events import FramesExtracted, RecordingStored
from shared.model.session import Session
from shared.model.transitions import Edited, FramesKept, WokenUp
from shared.runtime.ledger import Ledger
from shared.runtime.relay import Relay
from tests.contract.handlers import Scripted, eventually
from tests.samples import a_frame, a_session
from tests.unit.rigs import Rig


class Bus(LocalBus):
    """The real one; what it is told to publish is noted, and it can be down or be cut off after it took over."""

    def __init__(self, file: SqliteFile) -> None:
        super().__init__(file)
        self.down = self.cut = False
        self.published: list[str] = []

    async def publish(self, envelopes: Sequence[Envelope]) -> None:
        if self.down:
            raise Unavailable("the broker is down")
        await super().publish(envelopes)
        self.published += [envelope.id for envelope in envelopes]
        if self.cut:
            raise asyncio.CancelledError


@pytest.fixture
async def bus(rig: Rig) -> AsyncIterator[Bus]:
    opened = Bus(await SqliteFile.open(rig.folder / "relay.db", SCHEMA))
    yield opened
    await opened.close()


async def announced(rig: Rig) -> Session:
    session = a_session()
    event = RecordingStored(session_id=session.id, user_id=session.user_id)
    return await rig.ledger.insert(session, (event,))


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[None]:
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_what_was_published_is_cleared_and_nothing_else(rig: Rig, bus: Bus) -> None:
    session = await announced(rig)
    await Relay(bus, rig.ports.store).publish(session.id)
    after = await rig.stored(session)
    assert after.outbox == ()
    assert (after.version, after.updated_at) == (session.version + 1, session.updated_at)
    assert after.model_copy(update={"outbox": session.outbox, "version": session.version}) == session
    assert bus.published == [session.outbox[0].id]


async def test_a_crash_before_clearing_repeats_with_the_same_ids(rig: Rig, bus: Bus) -> None:
    session = await announced(rig)
    bus.cut = True
    with pytest.raises(asyncio.CancelledError):
        await Relay(bus, rig.ports.store).publish(session.id)
    assert (await rig.stored(session)).outbox == session.outbox
    bus.cut = False
    async with running(Relay(bus, rig.ports.store, interval=0.05)):  # the next process
        await eventually(lambda: _cleared(rig, session))
    assert bus.published == [session.outbox[0].id] * 2
    handler = Scripted()
    await bus.consume("frames", handler)
    await handler.called(2)
    assert handler.deliveries[0].envelope == handler.deliveries[1].envelope


async def _cleared(rig: Rig, session: Session) -> bool:
    return (await rig.stored(session)).outbox == ()


async def test_events_that_come_while_it_publishes_stay_and_are_published_next(rig: Rig, bus: Bus) -> None:
    session, store = await announced(rig), rig.ports.store
    relay, plain = Relay(bus, store, interval=60), bus.publish

    async def publish_and_be_overtaken(envelopes: Sequence[Envelope]) -> None:
        await plain(envelopes)
        if len(bus.published) == 1:
            await Ledger(store, rig.clock, relay.wake).commit(
                session.id, FramesKept((a_frame(session.id, 0.0),), 1.0)
            )

    bus.publish = publish_and_be_overtaken  # type: ignore[method-assign]
    await relay.publish(session.id)
    [left] = (await rig.stored(session)).outbox
    assert left.type == FramesExtracted.TYPE
    await relay.flush()
    assert (await rig.stored(session)).outbox == ()
    assert len(bus.published) == 2


async def test_changes_made_meanwhile_are_not_lost(rig: Rig, bus: Bus) -> None:
    session = await announced(rig)

    async def edit() -> None:
        for number in range(20):
            await rig.ledger.commit(session.id, Edited({"notes": f"{number}"}))

    await asyncio.gather(edit(), Relay(bus, rig.ports.store).publish(session.id))
    after = await rig.stored(session)
    assert (after.outbox, after.notes) == ((), "19")


async def test_who_is_woken_publishes_at_once(rig: Rig, bus: Bus) -> None:
    relay = Relay(bus, rig.ports.store, interval=60)
    async with running(relay):
        await asyncio.sleep(0.05)
        for _ in range(3):
            session = await announced(rig)
            began = asyncio.get_running_loop().time()
            relay.wake(session.id)
            await eventually(lambda session=session: _cleared(rig, session))
            assert asyncio.get_running_loop().time() - began < 5


async def test_outboxes_that_nobody_told_of_are_found(rig: Rig, bus: Bus) -> None:
    sessions = [await announced(rig) for _ in range(5)]
    async with running(Relay(bus, rig.ports.store, interval=0.05)):
        for session in sessions:
            await eventually(lambda session=session: _cleared(rig, session))
        late = await announced(rig)
        await eventually(lambda: _cleared(rig, late))


async def test_a_bus_that_is_down_is_waited_for(rig: Rig, bus: Bus) -> None:
    relay, session = Relay(bus, rig.ports.store, interval=0.02), await announced(rig)
    bus.down = True
    with pytest.raises(Unavailable):
        await relay.publish(session.id)
    async with running(relay):
        relay.wake(session.id)
        await asyncio.sleep(0.1)
        assert (await rig.stored(session)).outbox == session.outbox
        bus.down = False
        await eventually(lambda: _cleared(rig, session))


async def test_a_store_that_is_down_is_waited_for(rig: Rig, bus: Bus) -> None:
    session = await announced(rig)
    store = await SqliteStore.open(rig.folder / "scope.db")
    relay = Relay(bus, store, interval=0.02)
    file, store._file._connection = store._file._connection, None
    async with running(relay):
        await asyncio.sleep(0.1)
        store._file._connection = file
        await eventually(lambda: _cleared(rig, session))
    await store.close()


async def test_a_failed_flush_forgets_nobody(rig: Rig, bus: Bus) -> None:
    relay, sessions = Relay(bus, rig.ports.store), [await announced(rig) for _ in range(3)]
    for session in sessions:
        relay.wake(session.id)
    bus.down = True
    with pytest.raises(Unavailable):
        await relay.flush()
    bus.down = False
    await relay.flush()
    assert sorted(bus.published) == sorted(session.outbox[0].id for session in sessions)


async def test_the_same_event_twice_in_an_outbox_is_cleared_as_one(rig: Rig, bus: Bus) -> None:
    session = await announced(rig)
    await rig.ledger.commit(session.id, WokenUp())
    await Relay(bus, rig.ports.store).publish(session.id)
    assert (await rig.stored(session)).outbox == ()
    assert len(set(bus.published)) == 1


async def test_a_session_that_is_gone_or_silent_is_passed_over(rig: Rig, bus: Bus) -> None:
    relay, silent = Relay(bus, rig.ports.store), await rig.session()
    await relay.publish("sess_unknown")
    await relay.publish(silent.id)
    assert bus.published == []
    assert await rig.stored(silent) == silent
