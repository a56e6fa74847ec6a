"""The loop around a job: every way in which a delivery can go."""

import asyncio

import pytest

from shared.adapters.store_sqlite import SqliteStore
from shared.model.errors import PermanentFailure, Unavailable
from shared.model.events import SessionFailed
from shared.model.outcomes import MAX_ATTEMPTS, RETRY_LADDER_S, DeadLetter, Done, Retry
from shared.model.session import Session
from shared.model.transitions import Change
from shared.runtime.ledger import Decision, inbox_key
from shared.runtime.worker import Work
from tests.unit.rigs import Rig
from tests.unit.shared.runtime.jobs import delivery, keep, kept, message_of, worker


async def test_a_job_that_is_done_commits_its_change_once(rig: Rig) -> None:
    session, calls = await rig.session(), list[Work]()

    async def handle(work: Work) -> Decision:
        calls.append(work)
        return kept(work.session)

    given = delivery(rig, session)
    work = worker(rig, handle)
    assert await work(given) == Done("committed")
    after = await rig.stored(session)
    assert after.stage == "analyzing"
    assert after.lanes.frame_extraction.started_at is not None
    assert after.inbox == (inbox_key("frames", given.envelope.id),)
    assert await work(given) == Done("duplicate")
    assert (await work(delivery(rig, session, attempt=9))).note == "duplicate"
    assert len(calls) == 1
    assert calls[0].session == session
    assert calls[0].envelope == given.envelope


async def test_a_lane_is_shown_as_running_while_it_is(rig: Rig) -> None:
    session, seen = await rig.session(), list[str]()

    async def handle(work: Work) -> Decision:
        await work.progress("half")
        await work.progress("too soon for another word")
        lane = (await rig.stored(session)).lanes.frame_extraction
        seen.extend([lane.status, lane.detail or ""])
        return kept(session)

    await worker(rig, handle)(delivery(rig, session))
    assert seen == ["running", "half"]


async def test_a_job_without_a_change_is_done(rig: Rig) -> None:
    async def nothing(work: Work) -> None:
        await work.progress("is not shown: the job has no lane")

    session = await rig.session()
    assert await worker(rig, nothing, lane=None)(delivery(rig, session)) == Done()
    assert await rig.stored(session) == session


async def test_what_comes_too_late_is_done(rig: Rig) -> None:
    session = await rig.session(stage="complete")
    assert await worker(rig, keep)(delivery(rig, session)) == Done("stale")


@pytest.mark.parametrize("attempt", range(1, MAX_ATTEMPTS))
async def test_a_failure_is_tried_again_along_the_ladder(rig: Rig, attempt: int) -> None:
    async def fail(work: Work) -> Decision:
        raise RuntimeError("boom")

    session = await rig.session()
    outcome = await worker(rig, fail)(delivery(rig, session, attempt))
    assert outcome == Retry(RETRY_LADDER_S[attempt - 1], "boom")
    assert not (await rig.stored(session)).terminal


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (RuntimeError("boom"), "internal", "boom"),
        (KeyError(), "internal", "KeyError"),
        (Unavailable("the store is full"), "storage_failed", "the store is full"),
        (TimeoutError("the model did not answer"), "internal", "the model did not answer"),
    ],
)
async def test_attempts_that_are_used_up_fail_the_session_and_bury_the_message(
    rig: Rig, error: Exception, code: str, words: str
) -> None:
    async def fail(work: Work) -> Decision:
        raise error

    session = await rig.session()
    outcome = await worker(rig, fail)(delivery(rig, session, MAX_ATTEMPTS))
    after = await rig.stored(session)
    assert isinstance(outcome, DeadLetter)
    assert words in outcome.reason
    assert after.failure is not None
    assert (after.status, after.failure.code) == ("error", code)
    assert after.failure.message == outcome.reason
    assert "The step “frames” failed 5 times." in after.failure.message
    assert [envelope.type for envelope in after.outbox] == [SessionFailed.TYPE]


async def test_a_process_that_died_every_time_is_a_failure_without_another_try(rig: Rig) -> None:
    called = list[Work]()

    async def handle(work: Work) -> Decision:
        called.append(work)
        return kept(work.session)

    session = await rig.session()
    outcome = await worker(rig, handle)(delivery(rig, session, MAX_ATTEMPTS + 1))
    assert isinstance(outcome, DeadLetter)
    assert called == []
    assert "stopped in the middle of it" in await message_of(rig, session)


async def test_a_job_whose_failure_means_nothing_is_buried(rig: Rig) -> None:
    async def fail(work: Work) -> None:
        raise RuntimeError("boom")

    session = await rig.session()
    outcome = await worker(rig, fail, lane=None, on_failure=None)(delivery(rig, session, MAX_ATTEMPTS))
    assert isinstance(outcome, DeadLetter)
    assert await rig.stored(session) == session


async def test_a_permanent_failure_goes_straight_to_the_end(rig: Rig) -> None:
    async def fail(work: Work) -> Decision:
        raise PermanentFailure("not_a_video", "It is a picture.")

    session = await rig.session()
    assert await worker(rig, fail)(delivery(rig, session)) == Done("committed")
    after = await rig.stored(session)
    assert after.failure is not None
    assert (after.failure.code, after.failure.message) == ("not_a_video", "It is a picture.")


async def test_a_job_that_takes_too_long_is_cancelled_and_tried_again(rig: Rig) -> None:
    cancelled = asyncio.Event()

    async def slow(work: Work) -> Decision:
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()
        return kept(work.session)

    session = await rig.session()
    outcome = await worker(rig, slow, timeout=0.1)(delivery(rig, session))
    assert outcome == Retry(1.0, "It took longer than the 0.1 s that it may take.")
    assert cancelled.is_set()


async def test_a_timeout_inside_a_job_is_not_taken_for_its_own(rig: Rig) -> None:
    async def fail(work: Work) -> Decision:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(5)
        return kept(work.session)

    outcome = await worker(rig, fail)(delivery(rig, await rig.session()))
    assert outcome == Retry(1.0, "TimeoutError")


async def test_a_decision_that_fails_is_a_failure_of_the_job(rig: Rig) -> None:
    """Decisions do work of their own, such as merging or rendering."""

    async def decide(latest: Session) -> Change:
        raise ValueError("cannot merge")

    async def handle(work: Work) -> Decision:
        return decide

    session = await rig.session()
    assert await worker(rig, handle)(delivery(rig, session)) == Retry(1.0, "cannot merge")
    outcome = await worker(rig, handle)(delivery(rig, session, MAX_ATTEMPTS))
    assert isinstance(outcome, DeadLetter)
    assert "cannot merge" in await message_of(rig, session)


async def test_a_failure_that_cannot_be_told_in_its_own_way_still_ends_the_session(rig: Rig) -> None:
    """The end of a lane merges; when that is what fails, the lane cannot end at all."""

    async def merge(latest: Session) -> Change:
        raise ValueError("damaged report")

    async def handle(work: Work) -> Decision:
        return merge

    def told(code: str, message: str) -> Decision:
        return merge

    session = await rig.session()
    work = worker(rig, handle, lane="playwright_lane", on_failure=told)
    outcome = await work(delivery(rig, session, MAX_ATTEMPTS))
    after = await rig.stored(session)
    assert isinstance(outcome, DeadLetter)
    assert (after.status, after.lanes.playwright_lane.status) == ("error", "error")
    assert "damaged report" in await message_of(rig, session)


async def test_a_store_that_is_down_is_no_reason_to_give_a_session_up(rig: Rig) -> None:
    session, store = await rig.session(), rig.ports.store
    assert isinstance(store, SqliteStore)

    async def handle(work: Work) -> Decision:
        store._file._connection = None
        return kept(work.session)

    connection = store._file._connection
    with pytest.raises(Unavailable):  # the bus keeps the message, or its dead letter
        await worker(rig, handle)(delivery(rig, session, MAX_ATTEMPTS))
    store._file._connection = connection
    assert not (await rig.stored(session)).terminal
