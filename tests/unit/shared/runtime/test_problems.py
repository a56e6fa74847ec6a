"""Errors over HTTP, and passes between services."""

import base64
import json
import time
from typing import Any

import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.model.errors import FieldError, Unavailable
from shared.runtime.passes import Passes
from shared.runtime.problems import Problem, body_of, from_validation, invalid, not_found
from shared.runtime.web import middleware_of, stamp


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1)
    parts: list[int] = []


def problem_of(body: object) -> Problem:
    with pytest.raises(ValidationError) as caught:
        Order.model_validate(body)
    return from_validation(caught.value)


def test_a_problem_has_the_members_of_both_worlds() -> None:
    body = body_of(Problem(404, "Nothing there.", extra={"sessionId": "sess_1"}), "/api/x", "req-1")
    assert body == {
        "type": "about:blank", "title": "Not Found", "status": 404, "detail": "Nothing there.",
        "instance": "/api/x",
        "statusCode": 404, "error": "Not Found", "message": "Nothing there.", "requestId": "req-1",
        "sessionId": "sess_1",
    }  # fmt: skip


def test_fields_are_named_in_the_message_too() -> None:
    problem = invalid([FieldError("title", "is required."), FieldError("urls.0", "is no address.")])
    assert problem.message == "title: is required. urls.0: is no address."
    assert body_of(problem, "/", "r")["errors"][1] == {"field": "urls.0", "message": "is no address."}


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({}, "title", "is required."),
        ({"title": ""}, "title", "string should have at least 1 character."),
        ({"title": "t", "colour": 1}, "colour", "is not a known property; remove it or check its spelling."),
        (
            {"title": "t", "parts": [1, "x"]},
            "parts.1",
            "should be a valid integer, unable to parse string as an integer.",
        ),
        ([], "body", "should be a valid dictionary or instance of Order."),
    ],
)
def test_validation_errors_are_put_in_words(body: object, field: str, words: str) -> None:
    [error] = problem_of(body).errors
    assert (error.field, error.message) == (field, words)


# Whatever a handler raises


def raising(error: BaseException) -> web.Application:
    async def handler(request: web.Request) -> web.Response:
        raise error

    app = web.Application(middlewares=[middleware_of("test")], client_max_size=100)
    app.on_response_prepare.append(stamp)
    app.router.add_get("/x", handler)
    return app


async def answered(error: BaseException) -> tuple[int, dict[str, Any], Any]:
    async with TestClient(TestServer(raising(error))) as client, client.get("/x") as response:
        assert response.headers["X-Request-Id"]
        return response.status, await response.json(content_type="application/problem+json"), response.headers


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (not_found(), 404, "There is no such session"),
        (
            Unavailable("The store is down."),
            503,
            "The store is down. Nothing was lost; try again in a few seconds.",
        ),
        (ValueError("a secret"), 500, "look for this request id in the logs"),
        (ConnectionResetError("of a driver, not of the client"), 500, "on our side"),
        (web.HTTPRequestEntityTooLarge(1, 2), 400, "The body is too large."),
        (web.HTTPUnsupportedMediaType(), 415, "Unsupported Media Type"),
    ],
)
async def test_what_a_handler_raises_becomes_a_problem(error: Exception, status: int, words: str) -> None:
    found, body, headers = await answered(error)
    assert (found, body["status"]) == (status, status)
    assert words in body["message"]
    assert "secret" not in json.dumps(body)
    assert ("Retry-After" in headers) == (status == 503)


async def test_a_redirection_is_let_through() -> None:
    async with (
        TestClient(TestServer(raising(web.HTTPFound("/y")))) as client,
        client.get("/x", allow_redirects=False) as response,
    ):
        assert (response.status, response.headers["Location"]) == (302, "/y")


# Passes

PASSES = Passes.of(b"m" * 32)


def test_a_pass_says_for_whom_a_call_is_made() -> None:
    assert PASSES.check(f"Bearer {PASSES.issue('usr_ü', 'scope-ingest')}", "scope-ingest") == "usr_ü"


def forged(**claims: Any) -> str:
    known = {"sub": "usr_1", "aud": "scope-ingest", "exp": int(time.time()) + 60, **claims}
    return jwt.encode({k: v for k, v in known.items() if v is not None}, PASSES.key, algorithm="HS256")


def unsigned() -> str:
    head, body = ({"alg": "none"}, {"sub": "usr_1", "aud": "scope-ingest", "exp": int(time.time()) + 60})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, body)]
    return ".".join([*encoded, ""])


def refused(value: str | None) -> None:
    with pytest.raises(Problem) as caught:
        PASSES.check(value, "scope-ingest")
    assert caught.value.status == 401


@pytest.mark.parametrize("value", [None, "", "Bearer", "Bearer x", "Bearer \udcff"], ids=range(5))
def test_what_is_no_pass_is_refused(value: str | None) -> None:
    refused(value)


def test_another_pass_is_refused() -> None:
    others = [
        PASSES.issue("usr_1", "scope-prompter"), Passes.of(b"x" * 32).issue("usr_1", "scope-ingest"), unsigned(),
        forged(exp=int(time.time()) - 60), forged(exp=None), forged(sub=None), forged(aud=None),
    ]  # fmt: skip
    for value in [f"Basic {PASSES.issue('usr_1', 'scope-ingest')}", *(f"Bearer {other}" for other in others)]:
        refused(value)
