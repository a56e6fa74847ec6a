"""Waiting for a session to end: woken by its last event, with a slow look at the store for what events miss."""

import asyncio
from collections import defaultdict

from shared.model.envelope import Envelope
from shared.model.session import Session
from shared.ports.store import Store

_LOOK_EVERY_S = 2.0


class EndOfSessions:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)

    def heard(self, envelope: Envelope) -> None:
        """A listener for the events that end a session."""
        for event in self._waiting.get(envelope.subject, ()):
            event.set()

    async def wait(self, session_id: str, limit: float) -> Session | None:
        """The session once it has ended; as it is after `limit` seconds; None when there is none."""
        loop = asyncio.get_running_loop()
        until = loop.time() + limit
        ended = asyncio.Event()
        self._waiting[session_id].add(ended)
        try:
            while True:
                ended.clear()
                session = await self._store.session(session_id)
                left = until - loop.time()
                if session is None or session.terminal or left <= 0:
                    return session
                await _at_most(ended, min(_LOOK_EVERY_S, left))
        finally:
            self._waiting[session_id].discard(ended)
            if not self._waiting[session_id]:
                del self._waiting[session_id]


async def _at_most(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
