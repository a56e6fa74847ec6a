"""An identity provider outside: keys of every kind, and a server of its key set that can fail."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

_WRITERS: dict[str, Any] = {"RS256": RSAAlgorithm, "ES256": ECAlgorithm, "EdDSA": OKPAlgorithm}


@dataclass(frozen=True)
class Signer:
    """A private key with its name."""

    kid: str | None
    algorithm: str
    private: Any

    def token(self, *, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        """Good for a minute; a claim that is None is left out."""
        known = {"sub": "usr_1", "exp": int(time.time()) + 60, **claims}
        head = {**({"kid": self.kid} if self.kid else {}), **(headers or {})}
        given = {name: value for name, value in known.items() if value is not None}
        return jwt.encode(given, self.private, algorithm=self.algorithm, headers=head)

    def jwk(self, **more: Any) -> dict[str, Any]:
        public = _WRITERS[self.algorithm].to_jwk(self.private.public_key(), as_dict=True)
        return {**public, **({"kid": self.kid} if self.kid else {}), "use": "sig", **more}


def rsa_signer(kid: str | None = "rsa") -> Signer:
    return Signer(kid, "RS256", rsa.generate_private_key(public_exponent=65537, key_size=2048))


def ec_signer(kid: str | None = "ec") -> Signer:
    return Signer(kid, "ES256", ec.generate_private_key(ec.SECP256R1()))


def ed_signer(kid: str | None = "ed") -> Signer:
    return Signer(kid, "EdDSA", ed25519.Ed25519PrivateKey.generate())


@dataclass
class Provider:
    """What its address answers."""

    url: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list)
    body: bytes | None = None
    status: int = 200
    in_pieces: bool = False
    delay: float = 0.0
    asked: int = 0


@asynccontextmanager
async def provider(*keys: dict[str, Any]) -> AsyncIterator[Provider]:
    made = Provider(keys=list(keys))

    async def answer(request: web.Request) -> web.StreamResponse:
        made.asked += 1
        await asyncio.sleep(made.delay)
        full = web.json_response({"keys": made.keys}).body if made.body is None else made.body
        assert isinstance(full, bytes)
        response = web.StreamResponse(status=made.status, headers={"Content-Type": "application/json"})
        await response.prepare(request)
        step = max(1, len(full) // 5) if made.in_pieces else len(full) + 1
        for start in range(0, len(full), step):
            await response.write(full[start : start + step])
            await asyncio.sleep(0.02 if made.in_pieces else 0)
        return response

    app = web.Application()
    app.router.add_get("/jwks", answer)
    async with TestServer(app) as server:
        made.url = str(server.make_url("/jwks"))
        yield made
