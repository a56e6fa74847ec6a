"""What our HTTP servers have in common: request ids, one error body, one log line and one metric a request."""

import re
import time
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from shared.model.errors import Unavailable
from shared.model.ids import new_id
from shared.runtime import metrics
from shared.runtime.problems import Problem, response_of

REQUEST_ID = web.RequestKey("request_id", str)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_log = structlog.get_logger("http")


def middleware_of(service: str) -> Middleware:
    """The outermost middleware of a service's server."""

    @web.middleware
    async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _ACCEPTED_ID.fullmatch(given) else new_id("req")
        request[REQUEST_ID] = request_id
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = await _answer(request, handler)
            spent = time.perf_counter() - began
            _account(service, request, response.status, spent)
        return response

    return observe


async def stamp(request: web.Request, response: web.StreamResponse) -> None:
    """A signal for `on_response_prepare`: streamed answers get the header too."""
    response.headers["X-Request-Id"] = request.get(REQUEST_ID, "")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The handler's response, or the problem that it raised as a response."""
    try:
        return await handler(request)
    except Problem as problem:
        return _respond(request, problem)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _respond(request, _of_aiohttp(error, request))
    except Unavailable as error:
        _log.warning("unavailable", reason=error.message)
        words = f"{error.message} Nothing was lost; try again in a few seconds."
        return _respond(request, Problem(503, words, headers={"Retry-After": "5"}))
    except Exception as error:
        if isinstance(error, ConnectionError) and request.transport is None:
            _log.info("client left", path=request.path)
            return _respond(request, Problem(400, "The client left before it had sent everything."))  # to nobody
        _log.exception("request failed", path=request.path)
        words = "Something failed on our side. Try again; if it stays, look for this request id in the logs."
        return _respond(request, Problem(500, words))


def _respond(request: web.Request, problem: Problem) -> web.Response:
    return response_of(problem, request.path, request[REQUEST_ID])


def _of_aiohttp(error: web.HTTPException, request: web.Request) -> Problem:
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return Problem(
            405, f"{request.method} does not work here; this address takes {allowed}.", headers={"Allow": allowed}
        )
    if error.status == 404:
        return Problem(404, f"There is nothing at {request.path}. The addresses are listed at /api/docs.")
    if error.status == 413:
        return Problem(400, "The body is too large.")
    return Problem(error.status, error.reason or "The request cannot be served.")


def _account(service: str, request: web.Request, status: int, spent: float) -> None:
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "unknown"
    metrics.REQUESTS.labels(service, request.method, route, status).inc()
    metrics.REQUEST_SECONDS.labels(service, request.method, route).observe(spent)
    _log.info(
        "request", service=service, method=request.method, path=request.path, status=status, ms=round(spent * 1000)
    )
