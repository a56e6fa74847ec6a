"""The one write of the nothing-lost core: state, outbox and inbox of a session in a single compare-and-set.

Whoever changes a session does it here. Outgoing events are part of the document until the relay has published
them; the key of the delivery that caused a change is part of it too, so that a second delivery finds itself done.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

import structlog

from shared.model.envelope import Envelope
from shared.model.errors import Unavailable
from shared.model.events import Event, LaneCompleted, PromptRequested
from shared.model.ids import derived_id, new_id
from shared.model.session import INBOX_SIZE, Session
from shared.model.transitions import Applied, Change, apply
from shared.ports.clock import Clock
from shared.ports.store import Store
from shared.runtime import metrics

Result = Literal["committed", "duplicate", "stale", "missing"]
Decision = Change | Callable[[Session], Awaitable[Change]]

_TRIES = 50  # lost races in a row before we say that the store is overloaded
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Committed:
    """`session` is the document after the write, or as found when nothing was written; None when missing."""

    result: Result
    session: Session | None


class Ledger:
    def __init__(self, store: Store, clock: Clock, wake: Callable[[str], None]) -> None:
        """`wake` is told the id of every session that has new events in its outbox."""
        self._store, self._clock, self._wake = store, clock, wake

    async def commit(self, session_id: str, decision: Decision, *, key: str | None = None) -> Committed:
        """Apply one change. A decision that is a function is asked anew after every lost race.

        `key` names the delivery that caused it (`inbox_key`). Raises Unavailable when the store does not answer.
        """
        for attempt in range(_TRIES):
            session = await self._store.session(session_id)
            if session is None:
                return _count(Committed("missing", None))
            if key is not None and key in session.inbox:
                return _count(Committed("duplicate", session))
            change = await decision(session) if callable(decision) else decision
            applied = apply(session, change, self._clock.now())
            if applied.stale and applied.session is session:
                return _count(Committed("stale", session))
            after = self.sealed(applied, session, key)
            if await self._store.replace_session(after, session.version):
                return self._done(session, after)
            await asyncio.sleep(random.uniform(0, 0.005 * min(attempt + 1, 10)))  # noqa: S311  only spreads load
        raise Unavailable(f"Session {session_id} is written by too many at once.")

    async def insert(self, session: Session, events: tuple[Event, ...] = ()) -> Session:
        """A new session with its first events, in one write. Raises Conflict when the id is taken."""
        whole = session.model_copy(update={"outbox": tuple(envelope(e, session, self._clock) for e in events)})
        await self._store.insert_session(whole)
        if whole.outbox:
            self._wake(whole.id)
        return whole

    def sealed(self, applied: Applied, before: Session, key: str | None) -> Session:
        """The document to write: next version, events in the outbox, the delivery in the inbox."""
        now = self._clock.now()
        outgoing = tuple(envelope(event, applied.session, self._clock) for event in applied.events)
        inbox = (*applied.session.inbox, key)[-INBOX_SIZE:] if key else applied.session.inbox
        update = {
            "version": before.version + 1,
            "updated_at": max(now, before.updated_at),
            "outbox": (*before.outbox, *outgoing),
            "inbox": inbox,
        }
        return applied.session.model_copy(update=update)

    def _done(self, before: Session, after: Session) -> Committed:
        if after.outbox:
            self._wake(after.id)
        if after.terminal and not before.terminal:
            metrics.SESSIONS_ENDED.labels("deleted" if after.deleted else after.status).inc()
            _log.info("session ended", session_id=after.id, status=after.status, deleted=after.deleted)
        return _count(Committed("committed", after))


def inbox_key(queue: str, event_id: str) -> str:
    """One event goes to several queues; each of them handles it once."""
    return f"{queue}:{event_id}"


def envelope(event: Event, session: Session, clock: Clock) -> Envelope:
    """The event with an id that is the same whenever the same step of the same session is announced."""
    return Envelope(
        id=event_id(event),
        type=event.TYPE,
        subject=event.session_id,
        time=clock.now(),
        requestid=session.request_id,
        traceparent=session.traceparent,
        data=event.model_dump(mode="json", by_alias=True, exclude_none=True),
    )


def event_id(event: Event) -> str:
    if isinstance(event, PromptRequested):  # may be asked for many times
        return new_id("evt")
    part = event.lane if isinstance(event, LaneCompleted) else ""
    return derived_id("evt", event.session_id, event.TYPE, part)


def _count(committed: Committed) -> Committed:
    metrics.COMMITS.labels(committed.result).inc()
    return committed
