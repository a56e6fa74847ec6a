"""What every bus does with a delivery: ask the handler, and let what moves a message run to its end."""

import asyncio
from typing import TypeVar

import structlog

from shared.model.envelope import Envelope, envelope_of
from shared.model.events import wants
from shared.model.outcomes import Outcome, retry_or_give_up
from shared.ports.bus import Delivery, Handler

T = TypeVar("T")
_log = structlog.get_logger(__name__)


def for_queue(queue: str, body: bytes | str) -> Envelope | str:
    """The envelope of a message on this queue, or why it is foreign here."""
    envelope = envelope_of(body)
    if envelope is None:
        return "it is no CloudEvents 1.0 envelope in structured JSON mode"
    if not wants(queue, envelope.type):
        return f"its type {envelope.type} does not belong on the queue {queue}"
    return envelope


async def outcome_of(handler: Handler, delivery: Delivery) -> Outcome:
    """What the handler decides, or the ladder when it raises. CancelledError only when we are cancelled."""
    try:
        return await handler(delivery)
    except asyncio.CancelledError as error:
        if being_cancelled():
            raise
        failure: BaseException = error  # something the handler waited for was cancelled, not we
    except Exception as error:
        failure = error
    _log.error("handler failed", queue=delivery.queue, event_type=delivery.envelope.type, exc_info=failure)
    return retry_or_give_up(delivery.attempt, f"{type(failure).__name__}: {failure}")


async def to_its_end(task: "asyncio.Future[T]") -> T:
    """Like awaiting the task, but a cancelled caller gets its CancelledError only once the task has ended well.

    A task that fails raises its own failure, cancelled or not.
    """
    cancelled = False
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            cancelled = True
    result = task.result()
    if cancelled:
        raise asyncio.CancelledError
    return result


def being_cancelled() -> bool:
    current = asyncio.current_task()
    return current is not None and current.cancelling() > 0
