"""The outbox relay: publishes what sessions have to say, then clears it. A crash repeats, never loses."""

import asyncio

import structlog

from shared.model.errors import Unavailable
from shared.ports.bus import Bus
from shared.ports.store import Store
from shared.runtime import metrics

_BATCH = 100
_log = structlog.get_logger(__name__)


class Relay:
    def __init__(self, bus: Bus, store: Store, interval: float = 1.0) -> None:
        """`interval` in seconds: how often outboxes are looked for that nobody told us about."""
        self._bus, self._store, self._interval = bus, store, interval
        self._told: set[str] = set()
        self._wake = asyncio.Event()

    def wake(self, session_id: str) -> None:
        """Publish this session's outbox as soon as possible."""
        self._told.add(session_id)
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled. A bus or store that is down is waited for."""
        look = 0.0
        clock = asyncio.get_running_loop().time
        while True:
            try:
                if clock() >= look:
                    waiting = await self._store.sessions_with_outbox(_BATCH)
                    metrics.OUTBOXES.set(len(waiting))
                    self._told.update(waiting)
                    look = clock() + self._interval
                await self.flush()
            except Unavailable as error:
                _log.warning("outbox waits", reason=error.message)
                await asyncio.sleep(self._interval)
            await self._rest(look - clock())

    async def flush(self) -> None:
        """Publish everything that we were told about."""
        while self._told:
            session_id = self._told.pop()
            try:
                await self.publish(session_id)
            except BaseException:
                self._told.add(session_id)
                raise

    async def publish(self, session_id: str) -> None:
        """Publish one session's outbox and take from it exactly what was published."""
        session = await self._store.session(session_id)
        if session is None or not session.outbox:
            return
        await self._bus.publish(session.outbox)
        for envelope in session.outbox:
            metrics.PUBLISHED.labels(envelope.type).inc()
        sent = {envelope.id for envelope in session.outbox}
        while session is not None:
            rest = tuple(envelope for envelope in session.outbox if envelope.id not in sent)
            update = {"outbox": rest, "version": session.version + 1}
            if await self._store.replace_session(session.model_copy(update=update), session.version):
                if rest:
                    self.wake(session_id)
                return
            session = await self._store.session(session_id)

    async def _rest(self, seconds: float) -> None:
        if seconds > 0:
            try:
                await asyncio.wait_for(self._wake.wait(), seconds)
            except TimeoutError:
                return
        self._wake.clear()
