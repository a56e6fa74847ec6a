"""`scope dlq`: what an operator does with messages that were given up."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from services.shell.lock import locked
from shared.model.errors import ScopeError
from shared.model.events import QUEUES
from shared.ports.bus import Bus, DeadMessage
from shared.runtime.settings import RuntimeSettings
from shared.runtime.wiring import embedded, open_bus

_EVERY = 100_000


async def listed(queues: Sequence[str], limit: int, settings: RuntimeSettings) -> list[str]:
    async with _bus(settings) as bus:
        found = [(queue, dead) for queue in queues for dead in await bus.dead_letters(queue, limit)]
    return [_line(queue, dead) for queue, dead in found] or ["no dead letters"]


async def queues(settings: RuntimeSettings) -> list[str]:
    """A line per work queue."""
    async with _bus(settings) as bus:
        found = {queue: await bus.stats(queue) for queue in QUEUES}
    head = f"{'queue':<12} {'waiting':>8} {'consumers':>10} {'dead':>6}"
    rows = (f"{name:<12} {each.ready:>8} {each.consumers:>10} {each.dead:>6}" for name, each in found.items())
    return [head, *rows]


async def shown(queue: str, message_id: str, settings: RuntimeSettings) -> str:
    async with _bus(settings) as bus:
        for dead in await bus.dead_letters(queue, _EVERY):
            if dead.id == message_id:
                return json.dumps(_whole(dead), indent=2, ensure_ascii=False)
    raise ScopeError(f"No dead letter {message_id} on {queue}. `scope dlq list {queue}` shows those there are.")


async def replayed(queue: str, ids: Sequence[str], settings: RuntimeSettings, *, every: bool) -> int:
    async with _bus(settings) as bus:
        return await bus.replay(queue, await _chosen(bus, queue, ids, every))


async def dropped(queue: str, ids: Sequence[str], settings: RuntimeSettings, *, every: bool) -> int:
    async with _bus(settings) as bus:
        return await bus.drop(queue, await _chosen(bus, queue, ids, every))


@asynccontextmanager
async def _bus(settings: RuntimeSettings) -> AsyncIterator[Bus]:
    """The embedded bus belongs to one process: while `scope up` runs on it, it is not for us."""
    async with AsyncExitStack() as stack:
        if "SCOPE_BUS_URL" in embedded(settings):
            stack.enter_context(locked(settings.data_dir))
        yield await stack.enter_async_context(open_bus(settings))


async def _chosen(bus: Bus, queue: str, ids: Sequence[str], every: bool) -> Sequence[str]:
    if every:
        return [dead.id for dead in await bus.dead_letters(queue, _EVERY)]
    if not ids:
        raise ScopeError("Name the messages by their ids, or say --all.")
    return ids


def _line(queue: str, dead: DeadMessage) -> str:
    envelope = dead.envelope
    what = f"{envelope.type} {envelope.subject}" if envelope else "foreign message"
    return f"{queue:<12} {dead.id}  {what}  attempts {dead.attempts}  {dead.reason}"


def _whole(dead: DeadMessage) -> dict[str, Any]:
    envelope = dead.envelope
    body = envelope.model_dump(mode="json", exclude_none=True) if envelope else dead.body.decode(errors="replace")
    return {"id": dead.id, "reason": dead.reason, "attempts": dead.attempts, "message": body}
