"""The sweeper: wakes up, gives up, removes what nobody needs, and nothing else."""

import asyncio
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.store_sqlite import SqliteStore
from shared.model.events import RecordingStored, SessionFailed
from shared.model.session import Lane, Lanes
from shared.model.transitions import Deleted
from shared.ports.store import IdempotencyRecord
from shared.runtime.settings import RuntimeSettings
from shared.runtime.sweeper import Sweeper, current_lane
from tests.contract.handlers import eventually
from tests.samples import a_session, at
from tests.unit.rigs import Rig

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0


def sweeper(rig: Rig, **settings: Any) -> Sweeper:
    return Sweeper(rig.ports, rig.ledger, RuntimeSettings(data_dir=rig.folder, **settings))


async def put(rig: Rig, key: str, modified: datetime) -> None:
    await rig.ports.blobs.put(key, b"x")
    os.utime(Path(rig.folder) / "blobs" / key, (modified.timestamp(),) * 2)


async def keys(rig: Rig) -> list[str]:
    return [info.key async for info in rig.ports.blobs.list("")]


async def test_a_session_that_stands_still_is_announced_again(rig: Rig) -> None:
    session, moving = await rig.session(), await rig.session(updated_at=at(9 * MINUTE))
    rig.clock.forward(10 * MINUTE + 1)
    await sweeper(rig).sweep()
    after = await rig.stored(session)
    assert ([envelope.type for envelope in after.outbox], after.sweeps) == ([RecordingStored.TYPE], 1)
    assert await rig.stored(moving) == moving
    await sweeper(rig).sweep()  # it has only just been woken up
    assert await rig.stored(session) == after


async def test_a_session_that_never_moves_is_given_up(rig: Rig) -> None:
    lanes = Lanes(frame_extraction=Lane(status="complete"), playwright_lane=Lane(status="error"))
    session = await rig.session(lanes=lanes)
    for _ in range(6):
        rig.clock.forward(10 * MINUTE + 1)
        await sweeper(rig).sweep()
    after = await rig.stored(session)
    assert (after.status, after.sweeps) == ("error", 5)
    assert after.failure is not None
    assert "upload it once more" in after.failure.message
    assert after.lanes.vision_lane.status == "error"
    assert after.outbox[-1].type == SessionFailed.TYPE
    rig.clock.forward(HOUR)
    await sweeper(rig).sweep()
    assert await rig.stored(session) == after


async def test_hand_made_and_ended_sessions_are_left_alone(rig: Rig) -> None:
    made = [
        await rig.session(origin="manual"),
        await rig.session(stage="complete"),
        await rig.session(stage="error"),
    ]
    rig.clock.forward(DAY)
    await sweeper(rig).sweep()
    assert [await rig.stored(session) for session in made] == made


async def test_a_tombstone_that_has_served_goes_with_what_is_left(rig: Rig) -> None:
    session, talking = await rig.session(), await rig.session()
    for each in (session, talking):
        await rig.ledger.commit(each.id, Deleted())
    told = await rig.stored(session)
    await rig.ports.store.replace_session(told.model_copy(update={"outbox": (), "version": 2}), 1)
    await put(rig, f"sessions/{session.id}/late.png", at(DAY * 2))
    rig.clock.forward(DAY - 1)
    await sweeper(rig).sweep()
    assert await rig.ports.store.session(session.id) is not None
    rig.clock.forward(2)
    await sweeper(rig).sweep()
    assert await rig.ports.store.session(session.id) is None
    assert await rig.ports.store.session(talking.id) is not None  # its deletion is not yet known to all
    assert await keys(rig) == []


async def test_orphans_are_removed_once_they_are_old(rig: Rig) -> None:
    done, in_work, deleted = (
        await rig.session(stage="complete"),
        await rig.session(),
        await rig.session(deleted=True),
    )
    old, young = at(-HOUR), at(HOUR)
    keep = [
        f"sessions/{done.id}/frames/a.png", f"sessions/{done.id}/analysis.json", f"sessions/{in_work.id}/recording",
        f"sessions/{in_work.id}/vision.json",
    ]  # fmt: skip
    go = [
        f"sessions/{done.id}/recording", f"sessions/{deleted.id}/recording", f"sessions/{deleted.id}/frames/a.png",
        "sessions/sess_unknown/recording", "sessions/sess_unknown/x/y",
    ]  # fmt: skip
    for key in (*keep, *go):
        await put(rig, key, old)
    others = ["sessions/sess_young/recording", "other/thing", "sessions/loose"]
    for key in others:
        await put(rig, key, young if "young" in key else old)
    rig.clock.forward(HOUR)
    await sweeper(rig).sweep()
    assert await keys(rig) == sorted([*keep, *others])


async def test_expired_keys_are_forgotten(rig: Rig) -> None:
    store, record = rig.ports.store, IdempotencyRecord("usr_a", "k", "clm", at(1), at(DAY), "f", "sess_1")
    await store.claim_idempotency(record, at(0))
    rig.clock.forward(DAY)
    await sweeper(rig).sweep()
    assert not await store.update_idempotency(record)


async def test_any_number_may_sweep_at_once(rig: Rig) -> None:
    sessions = [await rig.session() for _ in range(10)]
    rig.clock.forward(HOUR)
    await asyncio.gather(*(sweeper(rig).sweep() for _ in range(4)))
    for session in sessions:
        after = await rig.stored(session)
        assert 1 <= after.sweeps <= 4
        assert {envelope.type for envelope in after.outbox} == {RecordingStored.TYPE}


async def test_a_store_that_is_down_is_tried_again(rig: Rig) -> None:
    store, session = rig.ports.store, await rig.session()
    assert isinstance(store, SqliteStore)
    connection, store._file._connection = store._file._connection, None
    rig.clock.forward(HOUR)
    sweeping = asyncio.create_task(sweeper(rig, sweep_interval=0.02).run())
    await asyncio.sleep(0.1)
    assert not sweeping.done()
    store._file._connection = connection

    async def woken() -> bool:
        return (await rig.stored(session)).sweeps == 1

    await eventually(woken)
    sweeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sweeping


def test_the_current_lane_is_the_first_that_has_not_ended() -> None:
    done = Lane(status="complete")

    def lane_of(**lanes: Lane) -> str:
        return current_lane(a_session(lanes=Lanes(**lanes)))

    assert lane_of() == "frame_extraction"
    assert lane_of(frame_extraction=done) == "vision_lane"
    assert lane_of(frame_extraction=done, vision_lane=done) == "playwright_lane"
    assert lane_of(frame_extraction=done, vision_lane=done, playwright_lane=done) == "synthesis"
