"""The bus on RabbitMQ: quorum queues, confirmed publishing, our own count of attempts."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aio_pika import Message
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from yarl import URL

from shared.adapters import rabbit_messages as messages
from shared.adapters import rabbit_topology as topology
from shared.adapters.rabbit_link import Link, answered
from shared.adapters.rabbit_subscriptions import Consumer, Lasting, Listening, Wires
from shared.model.envelope import Envelope
from shared.model.errors import Misconfigured, Unavailable
from shared.model.events import QUEUES, queues_for
from shared.ports.bus import DeadMessage, Handler, Listener, QueueStats

_AS_IN = "As in amqp://user:password@host:5672/"
_TAKING_BACK = 5.0  # seconds


class RabbitBus:
    """Two connections: a broker that is short of something stops publishers, and must not stop consumers."""

    def __init__(self, url: URL, names: topology.Names) -> None:
        self._names = names
        self._publishing = Link(url, "publishing")
        self._consuming = Link(url, "consuming")
        self._wires = Wires(self._consuming, self.put, names)
        self._channel: AbstractChannel | None = None
        self._opening = asyncio.Lock()
        self._subscriptions: list[Lasting] = []

    @classmethod
    async def open(cls, url: str) -> "RabbitBus":
        """Connect and find everything declared. Raise Unavailable, or Misconfigured."""
        bus = cls(*parsed(url))
        try:
            await bus.ping()
        except BaseException:
            await bus.close()
            raise
        return bus

    async def publish(self, envelopes: Sequence[Envelope]) -> None:
        puts = (
            self._put(self._names.exchange, each.type, messages.first(each), mandatory=bool(queues_for(each.type)))
            for each in envelopes
        )
        for failure in await asyncio.gather(*puts, return_exceptions=True):
            if failure is not None:
                raise failure

    async def put(self, queue: str, message: Message) -> None:
        """Into a queue of this name, confirmed."""
        await self._put("", queue, message, mandatory=True)

    async def _put(self, exchange: str, key: str, message: Message, *, mandatory: bool) -> None:
        channel = await self._confirming()
        async with answered():
            target = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
            await target.publish(message, key, mandatory=mandatory)

    async def _confirming(self) -> AbstractChannel:
        """The channel that we publish on. One for all: confirms are told apart by number."""
        async with self._opening:
            if self._channel is None or self._channel.is_closed:
                self._channel = await self._publishing.channel()
            return self._channel

    async def consume(self, queue: str, handler: Handler, *, prefetch: int = 1) -> Consumer:
        consumer = Consumer(self._wires, queue, handler, prefetch)
        await self._begun(consumer)
        return consumer

    async def listen(self, types: frozenset[str], listener: Listener) -> Listening:
        listening = Listening(self._wires, types, listener)
        await self._begun(listening)
        return listening

    async def _begun(self, subscription: Lasting) -> None:
        await subscription.start()
        self._subscriptions.append(subscription)

    async def stats(self, queue: str) -> QueueStats:
        async with self._looking() as channel:
            found = [await _look(channel, name) for name in self._names.all(queue)]
        mine = (each for each in self._subscriptions if isinstance(each, Consumer) and each.queue == queue)
        counts = [count for count, _ in found]
        return QueueStats(sum(counts[:-1]), sum(each.in_flight for each in mine), counts[-1], found[0][1])

    async def dead_letters(self, queue: str, limit: int = 100) -> list[DeadMessage]:
        async with self._looking() as channel:
            found = [messages.dead_message(each) async for each in self._dead(channel, queue, limit)]
        await self._returned(queue, len(found))
        return found

    async def replay(self, queue: str, ids: Sequence[str]) -> int:
        return await self._take_out(queue, ids, back=True)

    async def drop(self, queue: str, ids: Sequence[str]) -> int:
        return await self._take_out(queue, ids, back=False)

    async def _take_out(self, queue: str, ids: Sequence[str], *, back: bool) -> int:
        """What is not asked for goes back when the channel closes, in its order."""
        wanted, held, found = set(ids), 0, 0
        if not wanted:
            return 0
        async with self._looking() as channel:
            async for message in self._dead(channel, queue, None):
                if message.message_id not in wanted:
                    held += 1
                    continue
                wanted.discard(message.message_id)
                if back:
                    await self.put(self._names.work(queue), messages.again(message, 0))
                async with answered():
                    await message.ack()
                found += 1
                if not wanted:
                    break
        await self._returned(queue, held)
        return found

    async def _returned(self, queue: str, held: int) -> None:
        """Wait until dead letters that a closed channel held lie ready again, for a queue takes its time for that.

        Not for ever, for another operator may have them by now.
        """
        deadline = asyncio.get_running_loop().time() + _TAKING_BACK
        async with self._looking() as channel:
            while (await _look(channel, self._names.dead(queue)))[0] < held:
                if asyncio.get_running_loop().time() > deadline:
                    return
                await asyncio.sleep(0.01)

    async def _dead(
        self, channel: AbstractChannel, queue: str, limit: int | None
    ) -> AsyncIterator[AbstractIncomingMessage]:
        """Dead letters as they lie, each held until the channel closes; what arrives meanwhile is left alone."""
        name = self._names.dead(queue)
        count, _ = await _look(channel, name)
        async with answered():
            dead = await channel.get_queue(name, ensure=False)
        for _ in range(count if limit is None else min(count, limit)):
            async with answered():
                message = await dead.get(fail=False)
            if message is None:
                return
            yield message

    async def ping(self) -> None:
        """Everything that we publish to or take from must be there."""
        async with self._looking() as channel, answered():
            await channel.get_exchange(self._names.exchange)
            for queue in QUEUES:
                await channel.get_queue(self._names.work(queue))

    @asynccontextmanager
    async def _looking(self) -> AsyncIterator[AbstractChannel]:
        """A channel for once: the broker closes it when something that we ask for is missing."""
        channel = await self._publishing.channel(confirms=False)
        try:
            yield channel
        finally:
            if not channel.is_closed:
                async with answered():
                    await channel.close()

    async def close(self) -> None:
        for subscription in self._subscriptions:
            await subscription.stop()
        await self._consuming.close()
        await self._publishing.close()


async def prepare(url: str) -> None:
    """Declare exchange, queues and bindings. Idempotent. Raise Unavailable, or Misconfigured."""
    address, names = parsed(url)
    link = Link(address, "topology")
    try:
        channel = await link.channel(confirms=False)
        async with answered(60.0):
            await topology.declare(channel, names)
    finally:
        await link.close()


def parsed(url: str) -> tuple[URL, topology.Names]:
    """The broker's address, and our names on it. Misconfigured for what cannot be one."""
    try:
        address = URL(url)
        prefix = address.query.get("prefix", "scope")
        address = address.without_query_params("prefix")
    except ValueError as error:
        raise Misconfigured(
            f"SCOPE_BUS_URL is no address: {error}. As in amqp://user:password@host:5672/"
        ) from error
    if not address.host:
        raise Misconfigured(f"SCOPE_BUS_URL names no host. {_AS_IN}")
    return address, topology.Names(prefix)


async def _look(channel: AbstractChannel, name: str) -> tuple[int, int]:
    """How many messages are ready in a queue, and how many take from it."""
    async with answered():
        underlay = await channel.get_underlay_channel()
        found = await underlay.queue_declare(name, passive=True)
    if found.message_count is None:
        raise Unavailable(f"RabbitMQ does not say how much lies in {name}.")
    return found.message_count, found.consumer_count or 0
