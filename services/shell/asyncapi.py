"""The AsyncAPI 3 description of the bus, made from the classes that are sent. Pure.

https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

from typing import Any

import yaml

from shared.model.envelope import SOURCE, Envelope
from shared.model.events import EVENTS, Message, RecordingSubmit

_DESCRIPTION = """\
What happens to recordings, as CloudEvents 1.0 in structured JSON mode on a RabbitMQ topic exchange.
The routing key is the event's `type`. Delivery is at least once: an event that comes twice has the same `id`.
Events of one session carry its id as `subject`, and the `requestid` and `traceparent` of the request that began it.
"""


def description() -> dict[str, Any]:
    """The whole document. Messages are described with their envelope around them."""
    messages: tuple[type[Message], ...] = (*EVENTS, RecordingSubmit)
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Claude Scope", "version": "1.0.0", "description": _DESCRIPTION},
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            "events": _channel("What happened to a session.", EVENTS),
            "submissions": _channel("Recordings that already lie in the bucket.", (RecordingSubmit,)),
        },
        "operations": {
            "announce": _operation(
                "send", "events", EVENTS, "We say what happened; bind your own queue to hear it."
            ),
            "accept": _operation(
                "receive", "submissions", (RecordingSubmit,), "You ask us to take a recording in."
            ),
        },
        "components": {
            "messages": {name_of(message): _message(message) for message in messages},
            "schemas": {name: schema for message in messages for name, schema in _schemas(message).items()},
        },
    }


class _Readable(yaml.SafeDumper):  # type: ignore[misc]  # the package has no types
    """Texts of several lines as such."""


def _text(dumper: yaml.SafeDumper, value: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Readable.add_representer(str, _text)


def as_yaml() -> str:
    text: str = yaml.dump(description(), Dumper=_Readable, sort_keys=False, allow_unicode=True, width=110)
    return text


def name_of(message: type[Message]) -> str:
    return message.__name__[0].lower() + message.__name__[1:]


def _channel(summary: str, messages: tuple[type[Message], ...]) -> dict[str, Any]:
    binding = {"is": "routingKey", "exchange": {"name": "scope.events", "type": "topic", "durable": True}}
    return {
        "address": "scope.{event}.v1",
        "summary": summary,
        "parameters": {
            "event": {"enum": [each.TYPE.removeprefix("scope.").removesuffix(".v1") for each in messages]}
        },
        "messages": {name_of(each): {"$ref": f"#/components/messages/{name_of(each)}"} for each in messages},
        "bindings": {"amqp": {**binding, "bindingVersion": "0.3.0"}},
    }


def _operation(action: str, channel: str, messages: tuple[type[Message], ...], summary: str) -> dict[str, Any]:
    refs = [{"$ref": f"#/channels/{channel}/messages/{name_of(each)}"} for each in messages]
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "summary": summary, "messages": refs}


def _message(message: type[Message]) -> dict[str, Any]:
    return {
        "name": message.TYPE,
        "title": message.__name__,
        "summary": (message.__doc__ or "").strip().partition("\n")[0],
        "contentType": "application/cloudevents+json",
        "payload": {"$ref": f"#/components/schemas/{message.__name__}Envelope"},
    }


def _schemas(message: type[Message]) -> dict[str, Any]:
    """JSON Schemas of the data, of what it refers to, and of the envelope around it."""
    data = message.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
    others = data.pop("$defs", {})
    envelope = Envelope.model_json_schema(ref_template="#/components/schemas/{model}")
    properties = {
        **envelope["properties"],
        "type": {"const": message.TYPE},
        "data": {"$ref": f"#/components/schemas/{message.__name__}"},
    }
    if message is not RecordingSubmit:
        properties["source"] = {"const": SOURCE}
    whole = {**envelope, "title": f"{message.__name__}Envelope", "properties": properties}
    return {**others, message.__name__: data, f"{message.__name__}Envelope": whole}
