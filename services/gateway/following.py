"""Following a session: woken by what the bus says of it, with regular looks at the store for what nobody says."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import aclosing

from shared.model.envelope import Envelope
from shared.model.session import Session
from shared.ports.store import Store

_END_LOOK_S = 2.0  # an end is announced on the bus; this is for the case that the announcement is missed
_FRESH_S = 0.2  # followers of one session share a look that is this young


class Following:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._looks: dict[str, tuple[float, asyncio.Task[Session | None]]] = {}
        self._closed = False

    def heard(self, envelope: Envelope) -> None:
        """A listener for the events of sessions."""
        self._looks.pop(envelope.subject, None)
        for event in self._waiting.get(envelope.subject, ()):
            event.set()

    def close(self) -> None:
        """End every following: the process is about to stop."""
        self._closed = True
        for events in self._waiting.values():
            for event in events:
                event.set()

    async def looks(self, session_id: str, every: float) -> AsyncGenerator[Session | None, None]:
        """The session as it is now, and again after each event, at the latest after `every` seconds; None: gone."""
        woken = asyncio.Event()
        self._waiting[session_id].add(woken)
        try:
            while not self._closed:
                woken.clear()
                yield await self._look(session_id)
                await _at_most(woken, every)
        finally:
            self._waiting[session_id].discard(woken)
            if not self._waiting[session_id]:
                del self._waiting[session_id]
                self._looks.pop(session_id, None)

    async def end(self, session_id: str, limit: float) -> Session | None:
        """The session once it has ended; as it is after `limit` seconds; None when there is none."""
        try:
            async with asyncio.timeout(limit), aclosing(self.looks(session_id, _END_LOOK_S)) as looks:
                async for session in looks:
                    if session is None or session.terminal:
                        return session
        except TimeoutError:
            pass
        return await self._store.session(session_id)

    async def _look(self, session_id: str) -> Session | None:
        now = asyncio.get_running_loop().time()
        at, look = self._looks.get(session_id, (0.0, None))
        if look is None or now - at > _FRESH_S:
            look = asyncio.create_task(self._store.session(session_id))
            self._looks[session_id] = now, look
        return await asyncio.shield(look)  # a follower that leaves does not end the look of the others


async def _at_most(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
