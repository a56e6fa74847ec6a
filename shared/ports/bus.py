"""The bus: durable work queues and transient listeners.

What every adapter promises (tests/contract/bus_suite.py holds it to that):
- `publish` returns once the bus has taken responsibility for every envelope, for every queue of its type.
- A message is delivered at least once and is gone only by Done or DeadLetter; a consumer that dies gives it back.
- A message whose handler raises is retried like `Retry`. Attempts are counted across restarts.
- Two deliveries of one message never run at the same time while its consumer lives.
- A message that is no envelope, or of a type that its queue does not want, becomes a dead letter and harms no
  other.
- A delay may be rounded up, to 120 s at the most.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from shared.model.envelope import Envelope, envelope_of
from shared.model.outcomes import Outcome


@dataclass(frozen=True)
class Delivery:
    queue: str
    envelope: Envelope
    attempt: int  # 1 is the first


@dataclass(frozen=True)
class QueueStats:
    ready: int  # waiting, those that wait out a delay included
    in_flight: int  # in work as far as this process can see
    dead: int
    consumers: int = field(default=0, compare=False)  # of all processes


@dataclass(frozen=True)
class DeadMessage:
    """`body` is the message as it came; it may be anything, for anybody may have sent it."""

    id: str
    body: bytes
    reason: str
    attempts: int

    @property
    def envelope(self) -> Envelope | None:
        return envelope_of(self.body)


Handler = Callable[[Delivery], Awaitable[Outcome]]
Listener = Callable[[Envelope], None]


class Subscription(Protocol):
    async def check(self) -> None:
        """Raise Unavailable unless the bus would deliver to this subscription now."""

    async def wait(self) -> None:
        """Return when stopped; raise what ended it if it died."""

    async def stop(self, grace: float = 0.0) -> None:
        """Take nothing new, give running handlers `grace` seconds, then cancel them.

        What was cancelled goes back to its queue without counting as an attempt.
        """


class Bus(Protocol):
    async def publish(self, envelopes: Sequence[Envelope]) -> None:
        """Raise Unavailable if the bus did not take all of them (some may have been taken)."""

    async def consume(self, queue: str, handler: Handler, *, prefetch: int = 1) -> Subscription:
        """Work off a queue, at most `prefetch` messages at once."""

    async def listen(self, types: frozenset[str], listener: Listener) -> Subscription:
        """Every event of these types from now on, to every listener; none is kept for later."""

    async def stats(self, queue: str) -> QueueStats: ...

    async def dead_letters(self, queue: str, limit: int = 100) -> list[DeadMessage]:
        """Oldest first."""

    async def replay(self, queue: str, ids: Sequence[str]) -> int:
        """Put dead messages back, attempts counted from zero; return how many there were."""

    async def drop(self, queue: str, ids: Sequence[str]) -> int:
        """Forget dead messages; return how many there were."""

    async def ping(self) -> None:
        """Raise Unavailable if the bus does not answer."""

    async def close(self) -> None: ...
