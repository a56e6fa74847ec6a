"""What RabbitMQ must hold for us: names and arguments, to be declared once and looked for ever after.

Quorum queues throughout. A work queue gives its poison to its own dead queue; a delay is a queue per step whose
messages expire back into the work queue, because RabbitMQ delays nothing by itself.
https://www.rabbitmq.com/docs/quorum-queues, https://www.rabbitmq.com/docs/dlx
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel

from shared.model.events import QUEUES
from shared.model.outcomes import RETRY_LADDER_S

# The worker gives up after MAX_ATTEMPTS; this is for processes that die before they can say so.
DELIVERY_LIMIT = 20
_NO_LIMIT = 2**31 - 1  # RabbitMQ 4 has a limit of 20 where none is given, and looking at dead letters counts


@dataclass(frozen=True)
class Names:
    """`prefix` sets several installations on one virtual host apart (`?prefix=` of SCOPE_BUS_URL)."""

    prefix: str = "scope"

    @property
    def exchange(self) -> str:
        return f"{self.prefix}.events"

    def work(self, queue: str) -> str:
        return f"{self.prefix}.{queue}"

    def delay(self, queue: str, seconds: float) -> str:
        """The queue of the first step that is not shorter, at most the last one."""
        step = next((step for step in RETRY_LADDER_S if step >= seconds), RETRY_LADDER_S[-1])
        return f"{self.prefix}.{queue}.retry.{step:g}s"

    def delays(self, queue: str) -> list[str]:
        return [self.delay(queue, step) for step in RETRY_LADDER_S]

    def dead(self, queue: str) -> str:
        return f"{self.prefix}.{queue}.dead"

    def all(self, queue: str) -> list[str]:
        return [self.work(queue), *self.delays(queue), self.dead(queue)]


def queue_arguments(names: Names, queue: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and arguments of every queue that stands behind one of ours."""
    yield names.dead(queue), {"x-queue-type": "quorum", "x-delivery-limit": _NO_LIMIT}
    yield names.work(queue), {**_moves_to(names.dead(queue)), "x-delivery-limit": DELIVERY_LIMIT}
    for step in RETRY_LADDER_S:
        yield names.delay(queue, step), {**_moves_to(names.work(queue)), "x-message-ttl": round(step * 1000)}


def _moves_to(target: str) -> dict[str, Any]:
    """What leaves the queue is gone only when the target has it; that takes an overflow that refuses."""
    return {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": target,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


async def declare(channel: AbstractChannel, names: Names) -> None:
    """Idempotent. The broker refuses (406) when something of that name is there with other arguments."""
    exchange = await channel.declare_exchange(names.exchange, ExchangeType.TOPIC, durable=True)
    for queue, events in QUEUES.items():
        for name, arguments in queue_arguments(names, queue):
            await channel.declare_queue(name, durable=True, arguments=arguments)
        work = await channel.get_queue(names.work(queue), ensure=False)
        for event in events:
            await work.bind(exchange, routing_key=event.TYPE)
