"""The worker loop around a job: load, check, run, commit once, say what becomes of the delivery."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

import structlog

from shared.model.blob_keys import session_prefix
from shared.model.envelope import Envelope
from shared.model.errors import FailureCode, PermanentFailure, Unavailable
from shared.model.events import SessionDeleted
from shared.model.ids import is_session_id
from shared.model.outcomes import MAX_ATTEMPTS, DeadLetter, Done, Outcome, Retry, retry_or_give_up
from shared.model.session import LaneName, Session
from shared.model.transitions import Change, Failed, LaneProgressed, LaneStarted
from shared.ports.bus import Delivery
from shared.runtime import metrics
from shared.runtime.ledger import Committed, Decision, Ledger, inbox_key
from shared.runtime.wiring import Ports

_PROGRESS_EVERY_S = 1.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Work:
    """What a handler gets: the session as the delivery found it, the event, a way to tell how far it is."""

    session: Session
    envelope: Envelope
    progress: Callable[[str], Coroutine[Any, Any, None]]


Handler = Callable[[Work], Awaitable[Decision | None]]


def session_fails(lane: LaneName) -> Callable[[FailureCode, str], Decision]:
    """For steps that nothing can go on without."""

    def change(code: FailureCode, message: str) -> Change:
        return Failed(lane, code, message)

    return change


@dataclass(frozen=True)
class Job:
    """One row of a service's table: the queue, what is done with a message, and what a failure of it means.

    `handle` does its work without touching the session and returns the change to commit (None: nothing).
    """

    queue: str
    handle: Handler
    lane: LaneName | None = None  # shown as running while the job is in work
    on_failure: Callable[[FailureCode, str], Decision] | None = None  # None: it is retried and then dead-lettered
    timeout: float = 300.0  # seconds
    prefetch: int = 1


class Worker:
    def __init__(self, job: Job, ports: Ports, ledger: Ledger) -> None:
        self._job, self._ports, self._ledger = job, ports, ledger
        self._running: dict[asyncio.Task[Decision | None], str] = {}  # and the session that it works on
        self._stopped: set[asyncio.Task[Decision | None]] = set()

    def heard(self, envelope: Envelope) -> None:
        """A listener for `session.deleted`: work on it stops at once."""
        for task in [task for task, session_id in self._running.items() if session_id == envelope.subject]:
            self._stopped.add(task)
            task.cancel()

    async def __call__(self, delivery: Delivery) -> Outcome:
        event = delivery.envelope
        with structlog.contextvars.bound_contextvars(
            session_id=event.subject, request_id=event.requestid, queue=self._job.queue
        ):
            with metrics.RUNNING.labels(self._job.queue).track_inprogress(), _timed(self._job.queue):
                outcome = await self._handle(delivery)
            metrics.DELIVERIES.labels(self._job.queue, type(outcome).__name__.lower()).inc()
            if not isinstance(outcome, Done):
                _log.warning("not done", attempt=delivery.attempt, outcome=outcome)
            return outcome

    async def _handle(self, delivery: Delivery) -> Outcome:
        key = inbox_key(delivery.queue, delivery.envelope.id)
        session = await self._ports.store.session(delivery.envelope.subject)
        if session is None and not is_session_id(delivery.envelope.subject):
            return DeadLetter(f"foreign message: its subject {delivery.envelope.subject[:80]!r} is no session")
        if session is None or (session.deleted and delivery.envelope.type != SessionDeleted.TYPE):
            return await self._gone(delivery.envelope.subject)
        if key in session.inbox:
            return Done("duplicate")
        if delivery.attempt > MAX_ATTEMPTS:  # its process died every time
            reason = "The worker stopped in the middle of it, every time."
            return await self._give_up(delivery, key, "internal", reason)
        try:
            decision = await self._run(session, delivery.envelope)
            return await self._commit(session.id, decision, key)
        except PermanentFailure as failure:
            return await self._fail(delivery, key, failure.code, failure.message)
        except _SessionDeletedError:
            return await self._gone(session.id)
        except Exception as error:
            _log.exception("job failed", attempt=delivery.attempt)
            return await self._retry(delivery, key, error)

    async def _run(self, session: Session, envelope: Envelope) -> Decision | None:
        if self._job.lane is not None:
            await self._ledger.commit(session.id, LaneStarted(self._job.lane))
        task = asyncio.ensure_future(self._job.handle(Work(session, envelope, self._progress(session.id))))
        if envelope.type != SessionDeleted.TYPE:  # what a deletion asks for is not stopped by it
            self._running[task] = session.id
        limit = asyncio.timeout(self._job.timeout)
        try:
            async with limit:
                return await task
        except TimeoutError as error:
            if limit.expired():
                raise TimeoutError(f"It took longer than the {self._job.timeout:g} s that it may take.") from error
            raise
        except asyncio.CancelledError:
            if task in self._stopped:
                raise _SessionDeletedError from None
            raise
        finally:
            self._running.pop(task, None)
            self._stopped.discard(task)
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _commit(self, session_id: str, decision: Decision | None, key: str) -> Outcome:
        if decision is None:
            return Done()
        committed = await self._ledger.commit(session_id, decision, key=key)
        if _is_gone(committed):
            return await self._gone(session_id)
        return Done(committed.result)

    async def _retry(self, delivery: Delivery, key: str, error: Exception) -> Outcome:
        reason = str(error) or type(error).__name__
        outcome = retry_or_give_up(delivery.attempt, reason)
        if isinstance(outcome, Retry):
            return outcome
        code: FailureCode = "storage_failed" if isinstance(error, Unavailable) else "internal"
        return await self._give_up(delivery, key, code, reason)

    async def _give_up(self, delivery: Delivery, key: str, code: FailureCode, reason: str) -> Outcome:
        """The session says so before the message is put aside."""
        message = f"The step “{self._job.queue}” failed {delivery.attempt} times. {reason}"
        try:
            await self._fail(delivery, key, code, message)
        except Unavailable:
            raise
        except Exception:  # what the failure of this lane sets off, such as the merge, cannot be done either
            _log.exception("failure could not be told", attempt=delivery.attempt)
            await self._commit(delivery.envelope.subject, Failed(self._job.lane or "synthesis", code, message), key)
        return DeadLetter(message)

    async def _fail(self, delivery: Delivery, key: str, code: FailureCode, message: str) -> Outcome:
        if self._job.on_failure is None:
            return DeadLetter(message)
        return await self._commit(delivery.envelope.subject, self._job.on_failure(code, message), key)

    async def _gone(self, session_id: str) -> Outcome:
        """Whatever was written for a session that exists no more goes too."""
        await self._ports.blobs.delete_prefix(session_prefix(session_id))
        return Done("session is gone")

    def _progress(self, session_id: str) -> Callable[[str], Coroutine[Any, Any, None]]:
        """Tell how far the job is, at most once a second: each word is a write."""
        lane, last = self._job.lane, 0.0

        async def tell(detail: str) -> None:
            nonlocal last
            if lane is not None and time.monotonic() - last >= _PROGRESS_EVERY_S:
                last = time.monotonic()
                await self._ledger.commit(session_id, LaneProgressed(lane, detail))

        return tell


class _SessionDeletedError(Exception):
    """Its owner deleted the session while we worked on it."""


def _is_gone(committed: Committed) -> bool:
    return committed.session is None or committed.session.deleted


@contextlib.contextmanager
def _timed(queue: str) -> Iterator[None]:
    began = time.perf_counter()
    try:
        yield
    finally:
        metrics.JOB_SECONDS.labels(queue).observe(time.perf_counter() - began)
