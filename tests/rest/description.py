"""Holds answers to `openapi.json`: known status, known media type, a body that its schema takes."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from services.gateway.api.docs import description

_PROBLEM = "application/problem+json"
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_FORMATS = FormatChecker()
_NOT_DESCRIBED = {405, 404}  # of addresses and methods that there are not


@_FORMATS.checks("date-time")
def _millis_and_z(value: object) -> bool:
    return not isinstance(value, str) or _ISO.fullmatch(value) is not None


def check(method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Raise AssertionError or ValidationError for an answer that is not as described."""
    assert headers.get("X-Request-Id"), "every answer carries its request id"
    assert headers.get("X-Content-Type-Options") == "nosniff"
    if status >= 400:
        check_problem(json.loads(body), status, headers)
    operation = operation_of(method, path)
    if operation is None or (status in _NOT_DESCRIBED and str(status) not in operation["responses"]):
        assert status in {404, 405, 204, 401}, f"{method} {path} is not described and answered {status}"
        return
    described = operation["responses"]
    assert str(status) in described, f"{method} {path} answered {status}, which is not described"
    _check_content(described[str(status)].get("content"), headers, body)


def check_problem(problem: dict[str, Any], status: int, headers: Mapping[str, str]) -> None:
    """The one error body, whoever made it."""
    assert headers["Content-Type"].partition(";")[0] == _PROBLEM
    assert problem["status"] == problem["statusCode"] == status
    assert problem["title"] == problem["error"] == HTTPStatus(status).phrase
    assert problem["detail"] == problem["message"]
    assert len(problem["message"]) > 10
    assert problem["requestId"] == headers["X-Request-Id"]
    assert problem["instance"].startswith("/")
    for error in problem.get("errors", []):
        assert error["field"] in problem["message"]


def _check_content(content: dict[str, Any] | None, headers: Mapping[str, str], body: bytes) -> None:
    if content is None:
        assert body == b""
        return
    kind = headers["Content-Type"].partition(";")[0]
    assert kind in content
    if kind.endswith("json") and "schema" in content[kind]:
        validator(json.dumps(content[kind]["schema"])).validate(json.loads(body))


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    plain = path.partition("?")[0]
    for template, operations in description()["paths"].items():
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, plain) and method.lower() in operations:
            found: dict[str, Any] = operations[method.lower()]
            if "{" not in template or plain not in description()["paths"]:
                return found
    return None


@lru_cache(maxsize=200)
def validator(schema: str) -> Draft202012Validator:
    whole = {**json.loads(schema), "components": description()["components"]}
    return Draft202012Validator(whole, format_checker=_FORMATS)
