"""CORS by an allow-list of origins, closed by default."""

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web
from aiohttp.typedefs import Middleware

_METHODS = "GET, POST, PATCH, DELETE"
_REQUEST_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Prefer, X-Request-Id"
)
_RESPONSE_HEADERS = "ETag, Link, Location, Prompt-Tokens, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


def cors_middleware(origins: Sequence[str]) -> Middleware:
    """Answer preflights of the allowed origins. Origins are compared to the letter; there is no wildcard."""
    allowed = frozenset(origin.rstrip("/") for origin in origins)

    @web.middleware
    async def cors(request: web.Request, handler: Next) -> web.StreamResponse:
        origin = request.headers.get("Origin", "")
        if origin in allowed and request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return web.Response(status=204, headers=_preflight())
        return await handler(request)

    return cors


def cors_signal(origins: Sequence[str]) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """For `on_response_prepare`: every answer to an allowed origin may be read by it, errors included."""
    allowed = frozenset(origin.rstrip("/") for origin in origins)

    async def sign(request: web.Request, response: web.StreamResponse) -> None:
        if not allowed:
            return
        response.headers.add("Vary", "Origin")
        origin = request.headers.get("Origin", "")
        if origin in allowed:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = _RESPONSE_HEADERS

    return sign


def _preflight() -> dict[str, str]:
    return {
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": _REQUEST_HEADERS,
        "Access-Control-Max-Age": "600",
    }
