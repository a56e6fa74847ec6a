"""An OpenID provider as small as can be: discovery, a sign-in that says yes, tokens for a code and its verifier."""

import base64
import hashlib
import secrets
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

    async def discovery(self, request: web.Request) -> web.Response:
        known = {"issuer": self.url, "authorization_endpoint": f"{self.url}/authorize"}
        return web.json_response({**known, "token_endpoint": f"{self.url}/token"})

    async def keys(self, request: web.Request) -> web.Response:
        return web.json_response({"keys": [self.signer.jwk()]})

    async def authorize(self, request: web.Request) -> web.Response:
        asked = request.query
        assert (asked["client_id"], asked["code_challenge_method"]) == (CLIENT, "S256")
        back = {"code": self._code(asked["code_challenge"]), "state": asked["state"]}
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode(back)}")

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form["grant_type"] == "refresh_token":
            right = str(form["refresh_token"]) in self.refreshes
            self.refreshes.discard(str(form["refresh_token"]))
        else:
            digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            right = self.challenges.pop(str(form["code"]), "") == challenge
        if not right or form["client_id"] != CLIENT:
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response(self._granted())

    def _granted(self) -> dict[str, Any]:
        import time

        claims = {"iss": self.url, "aud": "scope", "sub": "oidc|ann", "name": "Ann", "email": "ann@example.com"}
        jwt = self.signer.token(**claims, exp=int(time.time()) + self.life)
        fresh = secrets.token_urlsafe(16)
        self.refreshes.add(fresh)
        access = {"access_token": "opaque", "id_token": jwt} if self.opaque else {"access_token": jwt}
        return {**access, "token_type": "Bearer", "refresh_token": fresh}


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
