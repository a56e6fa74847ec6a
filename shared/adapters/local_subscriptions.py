"""Who takes from the local bus: consumers that work a queue off, and listeners."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from shared.adapters.deliveries import outcome_of, to_its_end
from shared.model.envelope import Envelope
from shared.model.errors import Unavailable
from shared.model.outcomes import Outcome
from shared.ports.bus import Delivery, Handler, Listener

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Taken:
    id: int
    delivery: Delivery


class Source(Protocol):
    """What a consumer needs of the queues. Each call is one transaction."""

    async def take(self, queue: str) -> Taken | None: ...

    async def settle(self, taken: Taken, outcome: Outcome) -> None: ...

    async def hand_back(self, taken: Taken) -> None: ...

    async def wait_for_work(self, queue: str) -> None: ...


@dataclass(eq=False)
class Listening:
    types: frozenset[str]
    listener: Listener
    all_of_them: list["Listening"]
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, envelope: Envelope) -> None:
        """What a listener makes of it is no concern of the publisher's."""
        if envelope.type not in self.types or self._stopped.is_set():
            return
        try:
            self.listener(envelope)
        except Exception:
            _log.exception("listener failed", event_type=envelope.type)

    async def check(self) -> None:
        """What lives in this process needs no proof."""

    async def wait(self) -> None:
        await self._stopped.wait()

    async def stop(self, grace: float = 0.0) -> None:
        if not self._stopped.is_set():
            self._stopped.set()
            self.all_of_them.remove(self)


class Consumer:
    """`prefetch` loops, each taking, handling and settling one message after the other.

    Whatever moves a message runs to its end even when the loop is cancelled: a message is never left half taken.
    """

    def __init__(self, source: Source, queue: str, handler: Handler, prefetch: int) -> None:
        self._source, self._queue, self._handler = source, queue, handler
        self._draining = asyncio.Event()
        self._loops = [asyncio.create_task(self._loop(), name=f"{queue}-{n}") for n in range(prefetch)]

    def takes_from(self, queue: str) -> bool:
        return queue == self._queue and not self._draining.is_set()

    async def check(self) -> None:
        if self._draining.is_set() or any(loop.done() for loop in self._loops):
            raise Unavailable(f"Nobody takes from the queue {self._queue} here any more.")

    async def wait(self) -> None:
        await asyncio.wait(self._loops, return_when=asyncio.FIRST_EXCEPTION)
        for loop in self._loops:
            if loop.done() and not loop.cancelled():
                loop.result()

    async def stop(self, grace: float = 0.0) -> None:
        self._draining.set()
        if grace:
            await asyncio.wait(self._loops, timeout=grace)
        for task in self._loops:
            task.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)

    async def _loop(self) -> None:
        while not self._draining.is_set():
            taken = await self._take()
            if taken is None:
                await self._idle()
            else:
                await self._work_off(taken)

    async def _take(self) -> Taken | None:
        """A message that came while we were being stopped goes back at once."""
        taking = asyncio.ensure_future(self._source.take(self._queue))
        try:
            taken = await to_its_end(taking)
        except asyncio.CancelledError:
            await self._hand_back(taking.result())
            raise
        if self._draining.is_set():
            await self._hand_back(taken)
            return None
        return taken

    async def _work_off(self, taken: Taken) -> None:
        try:
            outcome = await outcome_of(self._handler, taken.delivery)
        except asyncio.CancelledError:
            await self._hand_back(taken)
            raise
        await to_its_end(asyncio.ensure_future(self._source.settle(taken, outcome)))

    async def _hand_back(self, taken: Taken | None) -> None:
        if taken is not None:
            with contextlib.suppress(Unavailable):  # the next start makes it ready anyway
                await to_its_end(asyncio.ensure_future(self._source.hand_back(taken)))

    async def _idle(self) -> None:
        waiting = asyncio.create_task(self._source.wait_for_work(self._queue))
        draining = asyncio.create_task(self._draining.wait())
        try:
            await asyncio.wait({waiting, draining}, return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                waiting.result()
        finally:
            waiting.cancel()
            draining.cancel()
            await asyncio.gather(waiting, draining, return_exceptions=True)
