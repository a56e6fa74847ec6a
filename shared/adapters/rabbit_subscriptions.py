"""Who takes from RabbitMQ: consumers that work a queue off, and listeners. Both come back after every loss."""

import asyncio
import itertools
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from shared.adapters import rabbit_messages as messages
from shared.adapters.deliveries import for_queue, outcome_of, to_its_end
from shared.adapters.rabbit_link import Link, answered
from shared.adapters.rabbit_topology import Names
from shared.model.envelope import envelope_of
from shared.model.errors import ScopeError, Unavailable
from shared.model.outcomes import Done, Outcome, Retry
from shared.ports.bus import Delivery, Handler, Listener

Put = Callable[[str, Any], Awaitable[None]]  # a message into a queue, confirmed

_ON_ITS_WAY_S = 0.3  # how long after an acknowledgement the next delivery may take to reach us
_COME_BACK_S = (0.1, 0.5, 1.0, 2.0, 5.0)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Wires:
    """How a subscription reaches the broker: where it takes from, how it puts back, what things are called."""

    link: Link
    put: Put
    names: Names


class Lasting(ABC):
    """A subscription that lives on channel after channel until it is stopped."""

    def __init__(self, link: Link, what: str, prefetch: int = 0) -> None:
        self._link, self._what, self._prefetch = link, what, prefetch
        self._channel: AbstractChannel | None = None
        self._lost = asyncio.Event()
        self._stopping = asyncio.Event()
        self._grace = 0.0
        self._runner: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return once the broker delivers to us. Raise what stands in the way."""
        await self._begin()
        self._runner = asyncio.create_task(self._run(), name=self._what)

    async def check(self) -> None:
        """Ask the broker on the very channel that it delivers on: it must answer, and know a consumer."""
        channel = self._channel
        if self._runner is None or self._runner.done() or channel is None or channel.is_closed:
            raise Unavailable(f"Nothing is delivered to the {self._what} now.")
        async with answered(3.0):
            underlay = await channel.get_underlay_channel()
            counted = await underlay.queue_declare(self._queue_name(), passive=True)
        if not getattr(underlay, "consumers", None) or not counted.consumer_count:
            raise Unavailable(f"The broker has taken the {self._what} from its list.")

    async def wait(self) -> None:
        if self._runner is not None:
            await asyncio.wait({self._runner})
            self._runner.result()

    async def stop(self, grace: float = 0.0) -> None:
        self._grace = grace
        self._stopping.set()
        if self._runner is not None:
            await to_its_end(asyncio.ensure_future(asyncio.wait({self._runner})))

    async def _begin(self) -> None:
        channel = await self._link.channel(prefetch=self._prefetch)
        lost = self._lost = asyncio.Event()  # of this channel: what the one before it still says is old news
        channel.close_callbacks.add(lambda *_: lost.set())
        underlay = await channel.get_underlay_channel()
        underlay.on_consumer_cancel_callbacks.add(lambda *_: lost.set())
        try:
            async with answered():
                await self._subscribe(channel)
        except BaseException:
            await _left(channel)
            raise
        self._channel = channel

    async def _run(self) -> None:
        while not self._stopping.is_set():
            await _first_of(self._lost.wait(), self._stopping.wait())
            if not self._stopping.is_set():
                self._drop()
                await self._come_back()
        await self._end()

    async def _come_back(self) -> None:
        """Until we are subscribed again or stopped, however long that takes: readiness says so meanwhile."""
        if self._channel is not None:
            await _left(self._channel)
        _log.warning("delivery was interrupted", subscription=self._what)
        for number in itertools.count():
            try:
                await self._begin()
            except ScopeError as error:
                _log.warning("not yet subscribed again", subscription=self._what, reason=error.message)
                pause = _COME_BACK_S[min(number, len(_COME_BACK_S) - 1)]
                await _first_of(self._stopping.wait(), asyncio.sleep(pause))
                if self._stopping.is_set():
                    return
            else:
                _log.info("subscribed again", subscription=self._what)
                return

    async def _end(self) -> None:
        if self._channel is not None:
            await _left(self._channel)

    @abstractmethod
    def _queue_name(self) -> str: ...

    @abstractmethod
    async def _subscribe(self, channel: AbstractChannel) -> None: ...

    def _drop(self) -> None:  # noqa: B027  nothing to do for those that hold nothing
        """Forget what came over the lost channel."""


class Consumer(Lasting):
    """Each delivery is a task: handled, then settled, or handed back when we are stopped."""

    def __init__(self, wires: Wires, queue: str, handler: Handler, prefetch: int) -> None:
        super().__init__(wires.link, f"consumer of {queue}", prefetch)
        self.queue = queue
        self._put, self._names, self._handler = wires.put, wires.names, handler
        self._running: set[asyncio.Task[None]] = set()
        self._orphans: set[asyncio.Task[None]] = set()  # of a lost channel: their messages are the broker's again
        self._tag = ""
        self._held = 0  # delivered over this channel and not acknowledged
        self._acknowledged = 0.0  # when the last one was
        self._may_acknowledge = asyncio.Event()
        self._may_acknowledge.set()

    def _queue_name(self) -> str:
        return self._names.work(self.queue)

    async def _subscribe(self, channel: AbstractChannel) -> None:
        queue = await channel.get_queue(self._queue_name())
        self._held = 0
        self._tag = str(await queue.consume(self._deliver))

    async def _deliver(self, message: AbstractIncomingMessage) -> None:
        self._held += 1
        task = asyncio.create_task(self._work_off(message), name=f"{self._what}: {message.message_id}")
        self._running.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._orphans.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("a delivery could not be settled", subscription=self._what, exc_info=task.exception())

    @property
    def in_flight(self) -> int:
        return len(self._running)

    def _drop(self) -> None:
        self._orphans |= self._running
        for task in self._running:
            task.cancel()

    async def _end(self) -> None:
        """Nothing new, the grace for what runs, the rest handed back, then the channel."""
        channel = self._channel
        if channel is not None and not channel.is_closed:
            with suppress(ScopeError):
                async with answered(3.0):
                    await self._cancel(channel)
        if self._running and self._grace:
            await asyncio.wait(self._running, timeout=self._grace)
        while self._running:
            for task in self._running:
                task.cancel()
            await asyncio.wait(self._running)
        await super()._end()

    async def _cancel(self, channel: AbstractChannel) -> None:
        """Cancel while nothing can be on its way to us.

        What a quorum queue has assigned to a consumer that is cancelled meanwhile is never delivered, and counts as
        tried. It assigns when we acknowledge: so acknowledging waits until the cancellation is confirmed.
        """
        self._may_acknowledge.clear()
        try:
            while self._held < self._prefetch and time.monotonic() - self._acknowledged < _ON_ITS_WAY_S:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            await (await channel.get_underlay_channel()).basic_cancel(self._tag)
        finally:
            self._may_acknowledge.set()

    async def _work_off(self, message: AbstractIncomingMessage) -> None:
        attempt = messages.attempt_of(message)
        envelope = for_queue(self.queue, message.body)
        if isinstance(envelope, str):
            _log.warning("foreign message put aside", queue=self.queue, reason=envelope)
            await self._settled(message, self._bury(message, f"foreign message: {envelope}", attempt))
            return
        if self._stopping.is_set():
            await self._hand_back(message, attempt)
            return
        try:
            outcome = await outcome_of(self._handler, Delivery(self.queue, envelope, attempt))
        except asyncio.CancelledError:
            await self._hand_back(message, attempt)
            raise
        await self._settled(message, self._move(message, outcome, attempt))

    async def _hand_back(self, message: AbstractIncomingMessage, attempt: int) -> None:
        """A copy that does not count this attempt; the messages of a lost channel have gone back by themselves."""
        if asyncio.current_task() not in self._orphans:
            await self._settled(message, self._put(self._queue_name(), messages.again(message, attempt - 1)))

    def _move(self, message: AbstractIncomingMessage, outcome: Outcome, attempt: int) -> Awaitable[None] | None:
        """Where a message goes before its delivery is acknowledged; None: nowhere."""
        if isinstance(outcome, Done):
            return None
        if isinstance(outcome, Retry):
            target = self._names.delay(self.queue, outcome.after) if outcome.after > 0 else self._queue_name()
            return self._put(target, messages.again(message, attempt))
        return self._bury(message, outcome.reason, attempt)

    def _bury(self, message: AbstractIncomingMessage, reason: str, attempt: int) -> Awaitable[None]:
        return self._put(self._names.dead(self.queue), messages.buried(message, reason, attempt))

    async def _settled(self, message: AbstractIncomingMessage, move: Awaitable[None] | None) -> None:
        """Moved, then acknowledged, whoever cancels us. When it cannot be, the broker delivers it again."""
        await to_its_end(asyncio.ensure_future(self._moved_and_acknowledged(message, move)))

    async def _moved_and_acknowledged(self, message: AbstractIncomingMessage, move: Awaitable[None] | None) -> None:
        try:
            if move is not None:
                await move
            await self._may_acknowledge.wait()
            self._held -= 1
            self._acknowledged = time.monotonic()
            async with answered():
                await message.ack()
        except ScopeError as error:
            _log.warning("not settled, so it will be delivered again", reason=error.message)
            with suppress(ScopeError):
                async with answered(3.0):
                    await message.reject(requeue=True)


class Listening(Lasting):
    """A queue of our own that goes with its channel: what is said while we are away is not heard."""

    def __init__(self, wires: Wires, types: frozenset[str], listener: Listener) -> None:
        super().__init__(wires.link, f"listener for {', '.join(sorted(types))}")
        self._names, self._types, self._listener, self._name = wires.names, types, listener, ""

    def _queue_name(self) -> str:
        return self._name

    async def _subscribe(self, channel: AbstractChannel) -> None:
        queue = await channel.declare_queue("", exclusive=True, auto_delete=True)
        self._name = queue.name
        for event_type in self._types:
            await queue.bind(self._names.exchange, routing_key=event_type)
        await queue.consume(self._hear, no_ack=True)

    async def _hear(self, message: AbstractIncomingMessage) -> None:
        envelope = envelope_of(message.body)
        if envelope is None or envelope.type not in self._types or self._stopping.is_set():
            return
        try:
            self._listener(envelope)
        except Exception:
            _log.exception("listener failed", event_type=envelope.type)


async def _left(channel: AbstractChannel) -> None:
    with suppress(ScopeError):
        async with answered(3.0):
            await channel.close()


async def _first_of(*waits: Coroutine[Any, Any, Any]) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
