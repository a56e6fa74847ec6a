"""The code flow of OpenID Connect with PKCE (RFC 7636): the page brings the code, we turn it into tokens.

The exchange is made here and not in the page, so that the page talks to nobody but us, and the provider's refresh
token never meets a script.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout

from services.gateway.bounded import body_of
from shared.model.errors import Unavailable

_TIMEOUT = ClientTimeout(total=10)
_MOST_BYTES = 256 * 1024
_AGAIN_S = 30.0  # as long as the same refresh token gets the same answer
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Granted:
    """`bearer` is what our API takes; `refresh` what a new one is asked for with, if the provider gives one."""

    bearer: str
    refresh: str | None


class CodeFlow:
    def __init__(self, http: ClientSession, issuer: str, client_id: str, scope: str) -> None:
        self._http, self._issuer = http, issuer.rstrip("/")
        self.client_id, self.scope = client_id, scope
        self._endpoints: tuple[str, str] | None = None
        self._renewals: dict[str, tuple[float, asyncio.Task[Granted | None]]] = {}

    async def authorize_url(self) -> str:
        return (await self._discovered())[0]

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> Granted | None:
        """None when the provider does not take the code."""
        asked = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        return await self._granted({**asked, "redirect_uri": redirect_uri})

    async def renew(self, refresh: str) -> Granted | None:
        """None when the provider does not take the refresh token any more.

        Many providers take each once. Who asks again at once, because a page was left before it had the answer, or
        from a second tab, gets the same answer.
        """
        now = asyncio.get_running_loop().time()
        self._renewals = {key: each for key, each in self._renewals.items() if now - each[0] < _AGAIN_S}
        _, asked = self._renewals.get(refresh, (now, None))
        if asked is None:
            asked = asyncio.create_task(self._renewed(refresh))
            self._renewals[refresh] = now, asked
        try:
            return await asyncio.shield(asked)
        except Unavailable:
            self._renewals.pop(refresh, None)
            raise

    async def _renewed(self, refresh: str) -> Granted | None:
        granted = await self._granted({"grant_type": "refresh_token", "refresh_token": refresh})
        return Granted(granted.bearer, granted.refresh or refresh) if granted is not None else None

    async def _granted(self, form: dict[str, str]) -> Granted | None:
        url = (await self._discovered())[1]
        status, body = await self._asked("POST", url, data={**form, "client_id": self.client_id})
        if status >= 500:
            raise Unavailable("The identity provider does not answer.")
        bearer = _bearer(body) if status == 200 else None
        if bearer is None:
            _log.warning("identity provider refused", status=status, error=str(body.get("error", ""))[:100])
            return None
        refresh = body.get("refresh_token")
        return Granted(bearer, refresh if isinstance(refresh, str) else None)

    async def _discovered(self) -> tuple[str, str]:
        """Where to sign in and where tokens are given, as the provider's own configuration says."""
        if self._endpoints is None:
            status, body = await self._asked("GET", f"{self._issuer}/.well-known/openid-configuration")
            found = body.get("authorization_endpoint"), body.get("token_endpoint")
            if status != 200 or not all(_is_web(each) for each in found):
                raise Unavailable("The identity provider does not say where to sign in.")
            self._endpoints = str(found[0]), str(found[1])
        return self._endpoints

    async def _asked(self, method: str, url: str, **more: Any) -> tuple[int, dict[str, Any]]:
        try:
            async with self._http.request(method, url, timeout=_TIMEOUT, allow_redirects=False, **more) as response:
                body = json.loads(await body_of(response, _MOST_BYTES) or b"{}")
                return response.status, body if isinstance(body, dict) else {}
        except (ClientError, TimeoutError, ValueError, RecursionError) as error:
            raise Unavailable("The identity provider does not answer.") from error


def _is_web(url: object) -> bool:
    return isinstance(url, str) and urlsplit(url).scheme in {"https", "http"}


def _bearer(body: dict[str, Any]) -> str | None:
    """The access token where it is a JWT, else the ID token: some providers keep the former for themselves."""
    for name in ("access_token", "id_token"):
        token = body.get(name)
        if isinstance(token, str) and token.count(".") == 2:
            return token
    return None
