"""Our messages on RabbitMQ: how attempts travel with them, and how to put one somewhere for sure."""

from typing import Any

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractIncomingMessage

from shared.model.envelope import Envelope
from shared.model.ids import new_id
from shared.ports.bus import DeadMessage

CONTENT_TYPE = "application/cloudevents+json"

# Ours, because the broker's own count knows crashes alone, and up to 4.2 counts what is handed back too.
_ATTEMPTS = "x-scope-attempts"  # that were made before this copy was published
_REASON = "x-scope-reason"  # why it is dead


def first(envelope: Envelope) -> Message:
    return _message(envelope.to_json(), envelope.id, {})


def again(message: AbstractIncomingMessage, attempts: int) -> Message:
    """A copy that remembers how often it was tried."""
    return _message(message.body, message.message_id, {_ATTEMPTS: attempts})


def buried(message: AbstractIncomingMessage, reason: str, attempts: int) -> Message:
    return _message(message.body, new_id("dead"), {_ATTEMPTS: attempts, _REASON: reason})


def _message(body: bytes, message_id: str | None, headers: dict[str, Any]) -> Message:
    return Message(
        body,
        headers=headers,
        message_id=message_id,
        content_type=CONTENT_TYPE,
        delivery_mode=DeliveryMode.PERSISTENT,
        app_id="claude-scope",
    )


def attempt_of(message: AbstractIncomingMessage) -> int:
    """Attempts before this copy, deliveries of this copy that came back, and this one."""
    return _number(message, _ATTEMPTS) + _number(message, "x-delivery-count") + 1


def dead_message(message: AbstractIncomingMessage) -> DeadMessage:
    """Buried by us, or by the broker after too many deliveries."""
    reason = message.headers.get(_REASON)
    if reason is None:
        reason = "the broker gave it up: whoever took it died every time"
    attempts = _number(message, _ATTEMPTS)
    return DeadMessage(message.message_id or "", message.body, str(reason), attempts)


def _number(message: AbstractIncomingMessage, header: str) -> int:
    value = message.headers.get(header, 0)
    return value if isinstance(value, int) else 0
