"""The one write: state, outbox and inbox together; lost races and duplicates."""

import asyncio

import pytest

from shared.model.errors import Conflict, Unavailable
from shared.model.events import AnalysisCompleted, LaneCompleted, PromptRequested, RecordingStored, SessionDeleted
from shared.model.session import INBOX_SIZE, Session
from shared.model.transitions import Change, Deleted, Edited, Failed, FramesKept, LaneEnded, LaneStarted, WokenUp
from shared.runtime.ledger import event_id, inbox_key
from tests.samples import a_frame, a_session
from tests.unit.rigs import Rig


def types(session: Session) -> list[str]:
    return [envelope.type for envelope in session.outbox]


async def analysing(rig: Rig) -> Session:
    session = await rig.session()
    await rig.ledger.commit(session.id, FramesKept((a_frame(session.id, 0.0),), 100.0))
    return await rig.stored(session)


async def test_a_session_and_its_first_event_are_one_write(rig: Rig) -> None:
    session = a_session(request_id="req-1", traceparent="00-1-2-01")
    event = RecordingStored(session_id=session.id, user_id=session.user_id)
    whole = await rig.ledger.insert(session, (event,))
    assert await rig.stored(session) == whole
    [envelope] = whole.outbox
    assert (envelope.type, envelope.subject) == (RecordingStored.TYPE, session.id)
    assert (envelope.requestid, envelope.traceparent, envelope.time) == ("req-1", "00-1-2-01", rig.clock.now())
    assert envelope.data == {"sessionId": session.id, "userId": "usr_a"}
    assert rig.woken == [session.id]
    with pytest.raises(Conflict):
        await rig.ledger.insert(session, (event,))


async def test_without_events_nobody_is_woken(rig: Rig) -> None:
    session = await rig.ledger.insert(a_session())
    await rig.ledger.commit(session.id, Edited({"title": "new"}))
    assert rig.woken == []


async def test_a_commit_sets_state_outbox_inbox_and_version(rig: Rig) -> None:
    session = await rig.session()
    rig.clock.forward(5)
    change = FramesKept((a_frame(session.id, 0.0),), 100.0)
    committed = await rig.ledger.commit(session.id, change, key="frames:evt_1")
    after = await rig.stored(session)
    assert (committed.result, committed.session) == ("committed", after)
    assert (after.stage, after.version, after.updated_at) == ("analyzing", 1, rig.clock.now())
    assert (types(after), after.inbox) == (["scope.frames.extracted.v1"], ("frames:evt_1",))
    assert rig.woken == [session.id]


async def test_a_second_delivery_finds_itself_done(rig: Rig) -> None:
    session = await rig.session()
    for _ in range(3):
        committed = await rig.ledger.commit(session.id, WokenUp(), key="k")
    assert committed.result == "duplicate"
    assert (await rig.stored(session)).sweeps == 1


async def test_what_is_stale_writes_nothing(rig: Rig) -> None:
    session = await rig.session(stage="complete")
    committed = await rig.ledger.commit(session.id, LaneStarted("vision_lane"), key="k")
    assert (committed.result, committed.session) == ("stale", session)
    assert await rig.stored(session) == session


async def test_a_missing_session_is_said_to_be(rig: Rig) -> None:
    committed = await rig.ledger.commit("sess_x", WokenUp())
    assert (committed.result, committed.session) == ("missing", None)


async def test_a_lost_race_is_run_again_on_what_is_there_now(rig: Rig) -> None:
    session, asked = await rig.session(title="before"), list[str]()

    async def decide(latest: Session) -> Change:
        asked.append(latest.title)
        if len(asked) <= 3:  # somebody else writes in between
            await rig.ledger.commit(session.id, Edited({"title": f"other {len(asked)}"}))
        return Edited({"notes": latest.title})

    committed = await rig.ledger.commit(session.id, decide)
    assert asked == ["before", "other 1", "other 2", "other 3"]
    assert committed.session is not None
    assert (committed.session.title, committed.session.notes) == ("other 3", "other 3")
    assert committed.session.version == 4


async def test_a_duplicate_that_wins_the_race_is_found(rig: Rig) -> None:
    session = await rig.session()

    async def decide(latest: Session) -> Change:
        await rig.ledger.commit(session.id, WokenUp(), key="k")
        return WokenUp()

    assert (await rig.ledger.commit(session.id, decide, key="k")).result == "duplicate"
    assert (await rig.stored(session)).sweeps == 1


async def test_a_race_that_is_always_lost_ends(rig: Rig) -> None:
    session = await rig.session()

    async def decide(latest: Session) -> Change:
        await rig.ledger.commit(session.id, WokenUp())
        return WokenUp()

    with pytest.raises(Unavailable, match="written by too many at once"):
        await rig.ledger.commit(session.id, decide)


async def test_of_two_lanes_that_end_at_once_one_announces_the_analysis(rig: Rig) -> None:
    for _ in range(20):
        session = await analysing(rig)
        lanes = LaneEnded("vision_lane"), LaneEnded("playwright_lane")
        await asyncio.gather(*(rig.ledger.commit(session.id, lane) for lane in lanes))
        after = await rig.stored(session)
        assert after.stage == "synthesizing"
        assert types(after).count(AnalysisCompleted.TYPE) == 1
        assert types(after).count(LaneCompleted.TYPE) == 2


async def test_20_changes_at_once_are_all_kept(rig: Rig) -> None:
    session = await rig.session()
    keys = [f"k{number}" for number in range(20)]
    committed = await asyncio.gather(*(rig.ledger.commit(session.id, WokenUp(), key=key) for key in keys))
    after = await rig.stored(session)
    assert {each.result for each in committed} == {"committed"}
    assert (after.sweeps, after.version, sorted(after.inbox)) == (20, 20, sorted(keys))


async def test_events_not_yet_published_are_kept_by_later_changes_and_by_deletion(rig: Rig) -> None:
    session = await analysing(rig)
    await rig.ledger.commit(session.id, Failed("vision_lane", "internal", "no"))
    await rig.ledger.commit(session.id, Deleted())
    after = await rig.stored(session)
    assert types(after) == ["scope.frames.extracted.v1", "scope.session.failed.v1", SessionDeleted.TYPE]


async def test_the_inbox_remembers_the_last_ones(rig: Rig) -> None:
    session = await rig.session(inbox=tuple(f"k{number}" for number in range(INBOX_SIZE)))
    committed = await rig.ledger.commit(session.id, WokenUp(), key="new")
    assert committed.session is not None
    assert len(committed.session.inbox) == INBOX_SIZE
    assert committed.session.inbox[-2:] == (f"k{INBOX_SIZE - 1}", "new")


async def test_time_does_not_run_backwards(rig: Rig) -> None:
    session = await rig.session()
    rig.clock.forward(-60)
    committed = await rig.ledger.commit(session.id, WokenUp())
    assert committed.session is not None
    assert committed.session.updated_at == session.updated_at


def test_the_same_step_has_the_same_event_id() -> None:
    about = {"session_id": "sess_1", "user_id": "usr_1"}
    stored = RecordingStored(**about)
    assert event_id(stored) == event_id(RecordingStored(**about))
    lanes = {event_id(LaneCompleted(**about, lane=lane)) for lane in ("vision", "aria")}
    different = {event_id(stored), event_id(SessionDeleted(**about)), *lanes}
    assert len(different) == 4
    assert event_id(PromptRequested(**about)) != event_id(PromptRequested(**about))
    assert inbox_key("frames", "evt_1") != inbox_key("aria", "evt_1")


async def test_a_decision_that_raises_writes_nothing(rig: Rig) -> None:
    session = await rig.session()

    async def decide(latest: Session) -> Change:
        raise ValueError("cannot")

    with pytest.raises(ValueError, match="cannot"):
        await rig.ledger.commit(session.id, decide)
    assert await rig.stored(session) == session
