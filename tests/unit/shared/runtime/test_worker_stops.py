"""The loop around a job: what stops it, and two of them at once."""

import asyncio

import pytest

from shared.model.envelope import Envelope
from shared.model.events import AnalysisCompleted, SessionDeleted
from shared.model.outcomes import Done
from shared.model.transitions import Deleted
from shared.runtime.ledger import Decision
from shared.runtime.worker import Work
from tests.contract.handlers import eventually
from tests.unit.rigs import Rig
from tests.unit.shared.runtime.jobs import delivery, keep, kept, worker


async def test_work_for_a_session_that_is_gone_leaves_nothing(rig: Rig) -> None:
    session = await rig.session(deleted=True)
    other = await rig.session()
    for each in (session, other):
        await rig.ports.blobs.put(f"sessions/{each.id}/frames/x.png", b"late")
    unknown = delivery(rig, session)
    await rig.ports.store.purge_session(session.id)
    assert await worker(rig, keep)(unknown) == Done("session is gone")
    left = [info.key async for info in rig.ports.blobs.list("")]
    assert left == [f"sessions/{other.id}/frames/x.png"]


async def test_a_session_deleted_in_flight_stops_the_work(rig: Rig) -> None:
    session, started = await rig.session(), asyncio.Event()

    async def slow(work: Work) -> Decision:
        started.set()
        await rig.ports.blobs.put(f"sessions/{session.id}/frames/x.png", b"half")
        await asyncio.sleep(60)
        return kept(session)

    work = worker(rig, slow)
    running = asyncio.create_task(work(delivery(rig, session)))
    await started.wait()
    await rig.ledger.commit(session.id, Deleted())
    work.heard(rig.event(await rig.session(), SessionDeleted))  # another session's end stops nobody
    await asyncio.sleep(0.05)
    assert not running.done()
    work.heard(rig.event(session, SessionDeleted))
    assert await asyncio.wait_for(running, 5) == Done("session is gone")
    assert [info async for info in rig.ports.blobs.list("")] == []


async def test_a_session_deleted_unheard_is_found_at_the_commit(rig: Rig) -> None:
    session = await rig.session()

    async def handle(work: Work) -> Decision:
        await rig.ports.blobs.put(f"sessions/{session.id}/frames/x.png", b"whole")
        await rig.ledger.commit(session.id, Deleted())
        return kept(session)

    assert await worker(rig, handle)(delivery(rig, session)) == Done("session is gone")
    assert [info async for info in rig.ports.blobs.list("")] == []


async def test_two_jobs_of_one_session_are_both_stopped(rig: Rig) -> None:
    session, running = await rig.session(), 0

    async def slow(work: Work) -> Decision:
        nonlocal running
        running += 1
        await asyncio.sleep(60)
        return kept(session)

    work = worker(rig, slow)
    both = [
        asyncio.create_task(work(delivery(rig, session))),
        asyncio.create_task(work(delivery(rig, session, kind=AnalysisCompleted))),
    ]
    await eventually(lambda: running == 2)
    work.heard(rig.event(session, SessionDeleted))
    assert await asyncio.wait_for(asyncio.gather(*both), 5) == [Done("session is gone")] * 2


async def test_what_a_deletion_asks_for_is_not_stopped_by_it(rig: Rig) -> None:
    session, go_on = await rig.session(deleted=True), asyncio.Event()
    seen = list[Envelope]()

    async def clean(work: Work) -> None:
        seen.append(work.envelope)
        await go_on.wait()

    work = worker(rig, clean, lane=None, on_failure=None)
    given = delivery(rig, session, kind=SessionDeleted)
    running = asyncio.create_task(work(given))
    await eventually(lambda: seen)
    work.heard(given.envelope)  # a listener may hear of it later than the queue
    go_on.set()
    assert await asyncio.wait_for(running, 5) == Done()


async def test_a_worker_that_is_cancelled_cancels_its_job_and_says_so(rig: Rig) -> None:
    """Draining: the bus hands the message back."""
    session, started, cancelled = await rig.session(), asyncio.Event(), asyncio.Event()

    async def slow(work: Work) -> Decision:
        started.set()
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()
        return kept(session)

    running = asyncio.create_task(worker(rig, slow)(delivery(rig, session)))
    await started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert cancelled.is_set()
    assert (await rig.stored(session)).lanes.frame_extraction.status == "running"


async def test_two_deliveries_at_once_have_one_effect(rig: Rig) -> None:
    session = await rig.session()
    work, given = worker(rig, keep), delivery(rig, session)
    outcomes = await asyncio.gather(work(given), work(given))
    notes = sorted(outcome.note for outcome in outcomes if isinstance(outcome, Done))
    assert notes in (["committed", "duplicate"], ["committed", "stale"])
    after = await rig.stored(session)
    assert len(after.outbox) == 1
