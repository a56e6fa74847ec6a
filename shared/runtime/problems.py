"""Errors over HTTP: one body for all of them, RFC 9457 with the names that documented clients read."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from shared.model.errors import FieldError, ScopeError

CONTENT_TYPE = "application/problem+json"


class Problem(ScopeError):
    """Raised anywhere below a handler; becomes the response. `message` says what to do about it."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})


def not_found(what: str = "session") -> Problem:
    """Unknown or not yours: the answer is the same."""
    return Problem(404, f"There is no such {what}. Check the id, and that you are signed in to the right account.")


def invalid(errors: Sequence[FieldError]) -> Problem:
    """400 that names every field."""
    return Problem(400, " ".join(_sentence(error) for error in errors), errors=errors)


def from_validation(error: ValidationError, where: str = "") -> Problem:
    """The errors of a pydantic model, by the names that the client used."""
    return invalid([_field_error(each, where) for each in error.errors()])


def body_of(problem: Problem, instance: str, request_id: str) -> dict[str, Any]:
    """The members in the order in which a person reads them."""
    title = HTTPStatus(problem.status).phrase
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": problem.status,
        "detail": problem.message,
        "instance": instance,
        "statusCode": problem.status,
        "error": title,
        "message": problem.message,
        "requestId": request_id,
    }
    if problem.errors:
        body["errors"] = [asdict(error) for error in problem.errors]
    return body | problem.extra


def response_of(problem: Problem, instance: str, request_id: str) -> web.Response:
    return web.json_response(
        body_of(problem, instance, request_id),
        status=problem.status,
        content_type=CONTENT_TYPE,
        headers=problem.headers,
    )


def _field_error(error: Any, where: str) -> FieldError:
    path = ".".join(str(part) for part in error["loc"]) or where or "body"
    if error["type"] == "extra_forbidden":
        return FieldError(path, "is not a known property; remove it or check its spelling.")
    if error["type"] == "missing":
        return FieldError(path, "is required.")
    words = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return FieldError(path, f"{words[:1].lower()}{words[1:].rstrip('.')}.")


def _sentence(error: FieldError) -> str:
    return f"{error.field}: {error.message}"
