"""What every store promises about sessions (see shared/ports/store.py). An adapter gives the class a `rig`."""

import asyncio
from datetime import date, datetime, timedelta, timezone
from typing import Any, Protocol

import pytest

from shared.model.envelope import Envelope
from shared.model.errors import Conflict, Unavailable
from shared.model.events import SessionDeleted
from shared.model.ids import new_id
from shared.model.session import Failure, Lane, Lanes, Session
from shared.model.transitions import Deleted, apply
from shared.ports.store import DayCount, SessionQuery, SessionStats, Store
from tests.samples import NOON, a_frame, a_recording, a_session, at

MS = timedelta(milliseconds=1)


class StoreRig(Protocol):
    async def open(self) -> Store:
        """A store on the data of this test, as another process would open it. The rig closes it after the test."""


def announcement(session: Session, number: int = 0) -> Envelope:
    data = {"sessionId": session.id, "number": number}
    return Envelope(id=new_id("evt"), type=SessionDeleted.TYPE, subject=session.id, time=NOON, data=data)


def tombstone(session: Session, **fields: Any) -> Session:
    return apply(session, Deleted(), fields.pop("at", NOON)).session.model_copy(update=fields)


def everything() -> Session:
    """A session with a value in every field that can have one."""
    session = a_session(title="naïve ✓ \u0000 \U0001f600 “Ünï”")
    frames = (a_frame(session.id, 0.0), a_frame(session.id, 1234.5, returns_to="frm_1", reason="transient"))
    lane = Lane(status="error", started_at=NOON, completed_at=at(1.5), error="no “page”", detail="1 of 2")
    return session.model_copy(
        update={
            "notes": "line one\nline two",
            "urls": ("http://localhost:3000/", "https://example.com/ä?b=c#d"),
            "stage": "error",
            "lanes": Lanes(vision_lane=lane, playwright_lane=lane),
            "failure": Failure(code="vision_failed", message="why"),
            "recording": a_recording(session.id, declared_duration_ms=7, trim_start_ms=3, trim_end_ms=6),
            "duration_ms": 61_499.5,
            "note": "the tail is damaged",
            "frames": frames,
            "urls_inspected": ("http://localhost:3000/",),
            "prompt": "p" * 400_000,
            "prompt_status": "error",
            "prompt_error": "no",
            "completed_at": at(9),
            "processing_ms": 2**31,
            "version": 3,
            "outbox": (announcement(session, 1), announcement(session, 2)),
            "inbox": ("vision:evt_1", "aria:evt_2"),
            "sweeps": 2,
            "request_id": "req-1",
            "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        }
    )


class StoreSuite:
    @pytest.fixture
    async def store(self, rig: StoreRig) -> Store:
        return await rig.open()

    # One document

    async def test_a_session_is_read_as_it_was_written(self, store: Store, rig: StoreRig) -> None:
        session = everything()
        await store.insert_session(session)
        assert await store.session(session.id) == session
        assert await (await rig.open()).session(session.id) == session

    async def test_there_is_no_session_under_an_unknown_id(self, store: Store) -> None:
        await store.insert_session(a_session())
        for unknown in ("sess_unknown", "", "\u0000", "x" * 5000, "' OR 1=1 --", "$ne"):
            assert await store.session(unknown) is None

    async def test_an_id_is_taken_once(self, store: Store) -> None:
        session = a_session()
        await store.insert_session(session)
        with pytest.raises(Conflict):
            await store.insert_session(session.model_copy(update={"title": "another"}))
        assert await store.session(session.id) == session

    async def test_of_20_who_insert_one_id_one_wins(self, rig: StoreRig) -> None:
        stores, session = [await rig.open(), await rig.open()], a_session()
        made = [session.model_copy(update={"title": f"{number}"}) for number in range(20)]
        inserts = (stores[n % 2].insert_session(each) for n, each in enumerate(made))
        results = await asyncio.gather(*inserts, return_exceptions=True)
        assert sum(result is None for result in results) == 1
        assert sum(isinstance(result, Conflict) for result in results) == 19
        assert await stores[0].session(session.id) == made[results.index(None)]

    async def test_replace_writes_when_the_version_is_as_expected(self, store: Store) -> None:
        session = a_session(version=7)
        await store.insert_session(session)
        after = session.model_copy(update={"version": 8, "title": "after", "updated_at": at(1)})
        assert await store.replace_session(after, 7)
        assert await store.session(session.id) == after

    async def test_replace_changes_nothing_when_it_is_not(self, store: Store) -> None:
        session = a_session(version=7)
        await store.insert_session(session)
        after = session.model_copy(update={"version": 9, "title": "after"})
        for expected in (6, 8, 0, -1):
            assert not await store.replace_session(after, expected)
        assert await store.session(session.id) == session

    async def test_replace_makes_nothing_that_is_not_there(self, store: Store) -> None:
        session = a_session()
        assert not await store.replace_session(session, 0)
        assert await store.session(session.id) is None

    async def test_of_20_writers_with_one_expectation_one_wins(self, rig: StoreRig) -> None:
        stores, session = [await rig.open(), await rig.open()], a_session()
        await stores[0].insert_session(session)
        made = [session.model_copy(update={"version": 1, "title": f"{number}"}) for number in range(20)]
        won = await asyncio.gather(*(stores[n % 2].replace_session(each, 0) for n, each in enumerate(made)))
        assert sum(won) == 1
        assert await stores[1].session(session.id) == made[won.index(True)]

    async def test_of_20_who_count_up_none_is_lost(self, rig: StoreRig) -> None:
        stores, session = [await rig.open(), await rig.open()], a_session()
        await stores[0].insert_session(session)

        async def count_up(store: Store) -> None:
            while True:
                found = await store.session(session.id)
                assert found is not None
                update = {"version": found.version + 1, "sweeps": found.sweeps + 1}
                if await store.replace_session(found.model_copy(update=update), found.version):
                    return

        await asyncio.gather(*(count_up(stores[number % 2]) for number in range(20)))
        after = await stores[0].session(session.id)
        assert after is not None
        assert (after.version, after.sweeps) == (20, 20)

    async def test_purge_removes_the_document_and_nothing_else(self, store: Store) -> None:
        session, other = a_session(), a_session()
        await store.insert_session(session)
        await store.insert_session(other)
        await store.purge_session(session.id)
        await store.purge_session(session.id)
        assert await store.session(session.id) is None
        assert await store.session(other.id) == other
        assert not await store.replace_session(session, 0)
        await store.insert_session(session)  # the id is free again

    # Tombstones

    async def test_a_tombstone_is_returned_by_session_and_by_nothing_else(self, store: Store) -> None:
        done = a_session(stage="complete", duration_ms=5000, processing_ms=10)
        in_work = a_session()
        for session in (done, in_work):
            await store.insert_session(session)
            mark = tombstone(session, version=1)
            assert await store.replace_session(mark, 0)
            assert await store.session(session.id) == mark
        assert await store.sessions(SessionQuery("usr_a", limit=100)) == []
        assert await store.session_stats("usr_a") == SessionStats(0, 0, 0, 0)
        assert await store.stalled_sessions(at(1000), 10) == []
        assert await store.sessions_with_outbox(10) == []

    async def test_tombstones_are_listed_once_they_have_nothing_left_to_say(self, store: Store) -> None:
        old, older, young, talking = (a_session() for _ in range(4))
        await store.insert_session(a_session())
        await store.insert_session(tombstone(old, at=at(5)))
        await store.insert_session(tombstone(older, at=at(1)))
        await store.insert_session(tombstone(young, at=at(10)))
        await store.insert_session(tombstone(talking, at=at(1), outbox=(announcement(talking),)))
        assert await store.tombstones(at(10), 10) == [older.id, old.id]
        assert await store.tombstones(at(10) + MS, 10) == [older.id, old.id, young.id]
        assert await store.tombstones(at(10), 1) == [older.id]
        assert await store.sessions_with_outbox(10) == [talking.id]

    # What the relay and the sweeper look for

    async def test_sessions_with_an_outbox_longest_waiting_first(self, store: Store) -> None:
        quiet, late, early = a_session(), a_session(updated_at=at(9)), a_session(updated_at=at(3), stage="complete")
        await store.insert_session(quiet)
        for session in (late, early):
            whole = session.model_copy(update={"outbox": (announcement(session),)})
            await store.insert_session(whole)
        assert await store.sessions_with_outbox(10) == [early.id, late.id]
        assert await store.sessions_with_outbox(1) == [early.id]
        assert await store.replace_session(early.model_copy(update={"version": 1}), 0)
        assert await store.sessions_with_outbox(10) == [late.id]

    async def test_stalled_are_recordings_in_work_that_nobody_touched(self, store: Store) -> None:
        late, early = a_session(updated_at=at(9)), a_session(updated_at=at(3), user_id="usr_b")
        others = [a_session(origin="manual"), a_session(stage="complete"), a_session(stage="error")]
        for session in (late, early, *others, tombstone(a_session())):
            await store.insert_session(session)
        assert await store.stalled_sessions(at(9), 10) == [early]
        assert await store.stalled_sessions(at(9) + MS, 10) == [early, late]
        assert await store.stalled_sessions(at(9) + MS, 1) == [early]

    # Stats

    async def test_stats_are_over_completed_sessions_of_one_user(self, store: Store) -> None:
        assert await store.session_stats("usr_a") == SessionStats(0, 0, 0, 0)
        await store.insert_session(a_session(duration_ms=9000, processing_ms=9))
        assert await store.session_stats("usr_a") == SessionStats(1, 0, 0, 0)
        await store.insert_session(a_session(stage="complete", duration_ms=61_600.0, processing_ms=1000))
        await store.insert_session(a_session(stage="complete", duration_ms=10_000.0, processing_ms=2001))
        await store.insert_session(a_session(stage="error", duration_ms=500_000.0, processing_ms=7))
        await store.insert_session(a_session(stage="complete", user_id="usr_b", duration_ms=1e6, processing_ms=1))
        stats = await store.session_stats("usr_a")
        assert (stats.total_sessions, stats.completed_sessions, stats.total_duration_s) == (4, 2, 72)
        assert stats.avg_processing_ms in {1500, 1501}

    async def test_sessions_without_times_count_as_none(self, store: Store) -> None:
        await store.insert_session(a_session(stage="complete", origin="manual"))
        assert await store.session_stats("usr_a") == SessionStats(1, 1, 0, 0)

    # Days

    async def test_days_count_the_sessions_that_were_made_on_them(self, store: Store) -> None:
        first, second = NOON, NOON + timedelta(days=2)
        for made, stage in ((second, "error"), (first, "complete"), (first, "analyzing"), (first, "complete")):
            await store.insert_session(a_session(created_at=made, updated_at=at(9e6), stage=stage))
        await store.insert_session(a_session(created_at=first, stage="complete", user_id="usr_b"))
        await store.insert_session(a_session(created_at=second, stage="complete", origin="manual"))
        assert await store.sessions_per_day("usr_a", NOON) == [
            DayCount(date(2026, 3, 1), 3, 2),
            DayCount(date(2026, 3, 3), 2, 1),
        ]
        assert await store.sessions_per_day("usr_b", NOON) == [DayCount(date(2026, 3, 1), 1, 1)]
        assert await store.sessions_per_day("usr_", NOON) == []

    async def test_days_begin_at_midnight_of_utc(self, store: Store) -> None:
        midnight = datetime.fromisoformat("2026-03-02T00:00:00+00:00")
        for made in (midnight - MS, midnight, midnight + timedelta(days=1) - MS, midnight + timedelta(days=1)):
            there = made.astimezone(timezone(timedelta(hours=-7)))
            await store.insert_session(a_session(created_at=there, updated_at=there))
        found = await store.sessions_per_day("usr_a", midnight - MS)
        assert [(count.day.day, count.sessions) for count in found] == [(1, 1), (2, 2), (3, 1)]

    async def test_days_begin_with_the_moment_that_is_given(self, store: Store) -> None:
        for seconds in (0, 1, 2):
            await store.insert_session(a_session(at=at(seconds)))
        elsewhere = at(1).astimezone(timezone(timedelta(hours=5, minutes=30)))
        for since, count in ((at(0), 3), (at(0) + MS, 2), (elsewhere, 2), (at(2), 1)):
            assert await store.sessions_per_day("usr_a", since) == [DayCount(date(2026, 3, 1), count, 0)]
        assert await store.sessions_per_day("usr_a", at(2) + MS) == []

    async def test_days_follow_what_becomes_of_a_session(self, store: Store) -> None:
        session = a_session()
        await store.insert_session(session)
        assert await store.sessions_per_day("usr_a", NOON) == [DayCount(date(2026, 3, 1), 1, 0)]
        later = {"version": 1, "stage": "complete", "updated_at": NOON + timedelta(days=4)}
        complete = session.model_copy(update=later)
        assert await store.replace_session(complete, 0)
        assert await store.sessions_per_day("usr_a", NOON) == [DayCount(date(2026, 3, 1), 1, 1)]
        assert await store.replace_session(tombstone(complete, version=2), 1)
        assert await store.sessions_per_day("usr_a", NOON) == []

    # Life and death

    async def test_a_store_answers_until_it_is_closed_and_then_says_so(self, store: Store) -> None:
        await store.ping()
        await store.close()
        await store.close()
        for call in (store.ping(), store.session("sess_1"), store.insert_session(a_session())):
            with pytest.raises(Unavailable):
                await call
