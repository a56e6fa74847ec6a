"""An OpenID provider as small as can be: discovery, a sign-in that says yes, tokens for a code and its verifier."""

import asyncio
import base64
import hashlib
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.unit.services.gateway.issuers import Signer, ed_signer

CLIENT = "scope-page"


@dataclass
class OpenId:
    signer: Signer = field(default_factory=ed_signer)
    url: str = ""
    challenges: dict[str, str] = field(default_factory=dict)  # by code
    refreshes: set[str] = field(default_factory=set)
    opaque: bool = False  # access tokens that only the provider can read
    renewable: bool = True  # it gives refresh tokens
    life: int = 60  # seconds of an access token

    def code(self, verifier: str) -> str:
        """As its sign-in page would send the browser back with."""
        digest = hashlib.sha256(verifier.encode()).digest()
        return self._code(base64.urlsafe_b64encode(digest).decode().rstrip("="))

    def _code(self, challenge: str) -> str:
        made = secrets.token_urlsafe(8)
        self.challenges[made] = challenge
        return made

    def settings(self) -> dict[str, Any]:
        return {
            "jwks_url": f"{self.url}/jwks",
            "jwt_issuer": self.url,
            "jwt_audience": "scope",
            "oidc_client_id": CLIENT,
        }

    async def discovery(self, request: web.Request) -> web.StreamResponse:
        known = {"issuer": self.url, "authorization_endpoint": f"{self.url}/authorize"}
        return await _told(request, {**known, "token_endpoint": f"{self.url}/token"})

    async def keys(self, request: web.Request) -> web.StreamResponse:
        return await _told(request, {"keys": [self.signer.jwk()]})

    async def authorize(self, request: web.Request) -> web.Response:
        asked = request.query
        assert (asked["client_id"], asked["code_challenge_method"]) == (CLIENT, "S256")
        back = {"code": self._code(asked["code_challenge"]), "state": asked["state"]}
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode(back)}")

    async def token(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        if form["grant_type"] == "refresh_token":
            right = str(form["refresh_token"]) in self.refreshes
            self.refreshes.discard(str(form["refresh_token"]))
        else:
            digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            right = self.challenges.pop(str(form["code"]), "") == challenge
        if not right or form["client_id"] != CLIENT:
            return await _told(request, {"error": "invalid_grant"}, status=400)
        return await _told(request, self._granted())

    def _granted(self) -> dict[str, Any]:
        claims = {"iss": self.url, "aud": "scope", "sub": "oidc|ann", "name": "Ann", "email": "ann@example.com"}
        jwt = self.signer.token(**claims, exp=int(time.time()) + self.life)
        fresh = secrets.token_urlsafe(16)
        self.refreshes.add(fresh)
        access = {"access_token": "opaque", "id_token": jwt} if self.opaque else {"access_token": jwt}
        renewal = {"refresh_token": fresh} if self.renewable else {}
        return {**access, **renewal, "token_type": "Bearer"}


async def _told(request: web.Request, body: dict[str, Any], status: int = 200) -> web.StreamResponse:
    """As real ones answer: compressed for who takes it, and not all at once."""
    response = web.StreamResponse(status=status, headers={"Content-Type": "application/json"})
    response.enable_compression()
    await response.prepare(request)
    text = json.dumps(body).encode()
    for piece in (text[:20], text[20:]):
        await response.write(piece)
        await asyncio.sleep(0.01)
    await response.write_eof()
    return response


@asynccontextmanager
async def openid() -> AsyncIterator[OpenId]:
    provider = OpenId()
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", provider.discovery)
    app.router.add_get("/jwks", provider.keys)
    app.router.add_get("/authorize", provider.authorize)
    app.router.add_post("/token", provider.token)
    async with TestServer(app) as server:
        provider.url = str(server.make_url("")).rstrip("/")
        yield provider
