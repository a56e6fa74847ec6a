"""Staying signed in on the page: a cookie that scripts cannot read and that is good for new tokens only."""

import time
from dataclasses import dataclass
from typing import Any

import jwt
from aiohttp import web

COOKIE = "scope_refresh"
_PATH = "/api/auth"  # the browser sends it nowhere else
_ALGORITHM = "HS256"
_AUDIENCE = "scope-refresh"


@dataclass(frozen=True)
class Renewal:
    """What the cookie holds with the local issuer: whom it is for, signed under its own key. `ttl` in seconds."""

    key: bytes
    ttl: float

    def issue(self, account_id: str) -> str:
        now = int(time.time())
        claims = {"sub": account_id, "aud": _AUDIENCE, "iat": now, "exp": now + int(self.ttl)}
        return jwt.encode(claims, self.key, algorithm=_ALGORITHM)

    def account_id(self, text: str) -> str | None:
        """Whom it was issued for; None for anything but a valid one."""
        required: Any = {"require": ["exp", "sub", "aud"]}
        try:
            claims = jwt.decode(text, self.key, algorithms=[_ALGORITHM], audience=_AUDIENCE, options=required)
        except (jwt.PyJWTError, UnicodeError):
            return None
        return str(claims["sub"])


def keep(response: web.Response, request: web.Request, value: str, ttl: float) -> web.Response:
    """Hand the cookie out. Strict: no other site's page can make the browser send it."""
    response.set_cookie(
        COOKIE, value, max_age=int(ttl), path=_PATH, httponly=True, samesite="Strict", secure=_encrypted(request)
    )
    return response


def drop(response: web.Response) -> web.Response:
    response.del_cookie(COOKIE, path=_PATH, httponly=True, samesite="Strict")
    return response


def _encrypted(request: web.Request) -> bool:
    """Whether the browser came by TLS; a proxy in front says so. Who lies about it marks their own cookie alone."""
    return request.secure or request.headers.get("X-Forwarded-Proto", "").lower() == "https"
