"""Handlers that note what they are given, and a way to wait for what a bus or store does in its own time."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from shared.model.outcomes import Done, Outcome
from shared.ports.bus import Bus, Delivery, QueueStats

PATIENCE_S = 15.0  # a broker under load may take its time; only a failing test waits this long


async def eventually(check: Callable[[], Any], within: float = PATIENCE_S) -> Any:
    """The first true value of `check`, which may be a coroutine function."""
    deadline = asyncio.get_running_loop().time() + within
    while True:
        value = check()
        value = await value if inspect.isawaitable(value) else value
        if value:
            return value
        assert asyncio.get_running_loop().time() < deadline, f"still {value!r} after {within} s"
        await asyncio.sleep(0.01)


async def stats_become(bus: Bus, queue: str, ready: int, in_flight: int, dead: int) -> None:
    """A broker counts with a delay."""
    wanted = QueueStats(ready, in_flight, dead)

    async def reached() -> bool:
        return await bus.stats(queue) == wanted

    await eventually(reached)


class Scripted:
    """Gives one answer after the other, the last one again and again. An exception is raised."""

    def __init__(self, *answers: Outcome | BaseException) -> None:
        self._answers = answers or (Done(),)
        self.deliveries: list[Delivery] = []
        self.times: list[float] = []

    async def __call__(self, delivery: Delivery) -> Outcome:
        self.deliveries.append(delivery)
        self.times.append(asyncio.get_running_loop().time())
        answer = self._answers[min(len(self.deliveries), len(self._answers)) - 1]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @property
    def attempts(self) -> list[int]:
        return [delivery.attempt for delivery in self.deliveries]

    @property
    def ids(self) -> list[str]:
        return [delivery.envelope.id for delivery in self.deliveries]

    async def called(self, times: int = 1) -> None:
        await eventually(lambda: len(self.deliveries) >= times)


class Holding(Scripted):
    """Keeps every delivery until `release` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.release = asyncio.Event()
        self.running = self.most_at_once = self.finished = 0

    async def __call__(self, delivery: Delivery) -> Outcome:
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        try:
            outcome = await super().__call__(delivery)
            await self.release.wait()
        finally:
            self.running -= 1
        self.finished += 1
        return outcome
