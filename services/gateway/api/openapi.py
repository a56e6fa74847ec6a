"""OpenAPI 3.1 from the table of routes and the models that validate. Pure."""

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from services.gateway.api import schemas as s

if TYPE_CHECKING:
    from services.gateway.api.routes import Route

_REF = "#/components/schemas/{model}"
_UPLOAD = {
    "type": "object",
    "required": ["file", "title", "seedUrl"],
    "additionalProperties": False,
    "properties": {
        "file": {
            "type": "string",
            "contentMediaType": "video/webm",
            "description": "WebM, Matroska or MP4; at most 100 MB",
        },
        "title": {"type": "string", "minLength": 1, "maxLength": 500},
        "seedUrl": {"type": "string", "format": "uri", "description": "the page that was recorded; http or https"},
        "notes": {"type": "string", "maxLength": 2000},
        "agentTarget": {"$ref": _REF.format(model="AgentTarget")},
        "durationMs": {"type": "integer", "minimum": 0, "description": "used only where the container has none"},
        "trimStartMs": {
            "type": "integer",
            "minimum": 0,
            "description": "only what comes from here on counts, in ms from the recording's start;"
            " default: its start. Timestamps of frames stay those of the whole recording",
        },
        "trimEndMs": {
            "type": "integer",
            "minimum": 1,
            "description": "only what comes up to here counts, in ms from the recording's start; default: its end."
            " Must be greater than trimStartMs",
        },
        "urls": {
            "type": "array",
            "maxItems": 4,
            "items": {"type": "string"},
            "description": "more pages to inspect",
        },
        "storageState": {
            "type": "string",
            "contentMediaType": "application/json",
            "description": "the login of a test account, as Playwright's storageState() saves it; encrypted,"
            " and deleted with the video",
        },
    },
}
EVENTS = "text/event-stream"
_EVENT = {  # each of the stream's events; OpenAPI 3.1 has no word for a stream of them
    "type": "object",
    "properties": {
        "event": {"enum": ["status", "deleted"]},
        "id": {"type": "string", "description": "for Last-Event-ID"},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"$ref": _REF.format(model="SessionStatusBody")},
        },
    },
}
_ALWAYS = {"token": (401, 429, 500, 503), "signin": (429, 500, 503), "open": (500,)}


def openapi(routes: Sequence["Route"], version: str) -> dict[str, Any]:
    """The whole description as a JSON-ready object."""
    models = sorted(
        {model for route in routes for model in _models(route)} | {s.ProblemBody}, key=lambda m: m.__name__
    )
    _, definitions = models_json_schema([(model, "validation") for model in models], ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Claude Scope",
            "version": version,
            "description": "From a browser recording to a prompt that a coding agent can act on.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _models(route: "Route") -> Iterator[type[BaseModel]]:
    for kind in (route.body, *route.ok.values()):
        model = get_args(kind)[0] if get_origin(kind) is list else kind
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield model


def _operation(route: "Route") -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "summary": route.summary,
        "tags": [route.tag],
        "parameters": [*_path(route), *_query(route), *_headers(route)],
        "responses": {str(status): _response(status, body) for status, body in route.ok.items()},
        "security": [{"bearer": []}] if route.access == "token" else [],
    }
    for status in sorted({*route.errors, *_ALWAYS[route.access]}):
        operation["responses"][str(status)] = _problem(status)
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _schema(route.body)}},
        }
    if route.path == "/api/recordings":
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _UPLOAD}}}
    return operation


def _path(route: "Route") -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)}", route.path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _query(route: "Route") -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema(by_alias=True, ref_template=_REF)
    return [
        {"name": name, "in": "query", "required": False, "schema": _plain(part)}
        for name, part in schema["properties"].items()
    ]


def _plain(part: dict[str, Any]) -> dict[str, Any]:
    """A query parameter is given or not; there is no null in a query string."""
    choices = [choice for choice in part.get("anyOf", []) if choice.get("type") != "null"]
    rest = {key: value for key, value in part.items() if key not in {"anyOf", "default", "title"}}
    return {**choices[0], **rest} if choices else rest


def _headers(route: "Route") -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "header", "required": False, "description": words, "schema": {"type": "string"}}
        for name, words in route.headers.items()
    ]


def _response(status: int, body: Any) -> dict[str, Any]:
    response: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if body == EVENTS:
        response["content"] = {body: {"schema": _EVENT}}
    elif isinstance(body, str):
        response["content"] = {body: {"schema": {"type": "string"} if body.startswith("text/") else {}}}
    elif body is not None:
        response["content"] = {"application/json": {"schema": _schema(body)}}
    return response


def _problem(status: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": _schema(s.ProblemBody)}}
    return {"description": HTTPStatus(status).phrase, "content": content}


def _schema(kind: Any) -> dict[str, Any]:
    if get_origin(kind) is list:
        return {"type": "array", "items": _schema(get_args(kind)[0])}
    return {"$ref": _REF.format(model=kind.__name__)}
