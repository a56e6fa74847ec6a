"""With an external identity provider: its tokens count, and the local issuer is switched off."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.rest.service import Answer, Service, started
from tests.unit.services.gateway.issuers import Provider, Signer, provider, rsa_signer

SIGNER = rsa_signer("k1")


@dataclass
class Outside:
    service: Service
    provider: Provider

    async def get(self, path: str, token: str) -> Answer:
        return await self.service.get(path, user=None, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
async def outside(tmp_path: Path) -> AsyncIterator[Outside]:
    async with provider(SIGNER.jwk()) as remote:
        gateway = {"jwks_url": remote.url, "jwt_issuer": "https://issuer/", "jwt_audience": "scope"}
        async with started(tmp_path / "data", gateway=gateway) as service:
            yield Outside(service, remote)


def token(signer: Signer = SIGNER, **claims: object) -> str:
    return signer.token(**{"iss": "https://issuer/", "aud": "scope", "sub": "auth0|ann", **claims})


async def test_its_tokens_count(outside: Outside) -> None:
    answer = await outside.get(
        "/api/auth/me", token(name="Ann", email="ann@example.com", picture="https://x/y.png")
    )
    expected = {"id": "auth0|ann", "name": "Ann", "email": "ann@example.com", "avatarUrl": "https://x/y.png"}
    assert (answer.status, answer.json) == (200, expected)
    bare = await outside.get("/api/auth/me", token(sub="bob"))
    assert bare.json == {"id": "bob", "name": "bob", "email": None, "avatarUrl": None}


async def test_ids_of_its_tokens_mean_nothing_to_us(outside: Outside) -> None:
    for theirs in ("tok_1f3a", "welcome"):
        assert (await outside.get("/api/auth/me", token(jti=theirs))).status == 200


async def test_others_do_not(outside: Outside) -> None:
    local = outside.service.token("auth0|ann")
    for wrong in (local, token(iss="https://other/"), token(aud="other"), token(rsa_signer("k1"))):
        assert (await outside.get("/api/auth/me", wrong)).status == 401


async def test_there_is_no_local_sign_in(outside: Outside) -> None:
    person = {"name": "Ann", "email": "ann@example.com", "password": "correct horse"}
    for answer in (
        await outside.service.post("/api/auth/signup", person, user=None),
        await outside.service.post("/api/auth/login", {"email": "x", "password": "y"}, user=None),
        await outside.service.get("/.well-known/jwks.json", user=None),
    ):
        assert (answer.status, "external identity provider" in answer.message) == (404, True)


async def test_a_provider_that_is_away_is_a_503_and_not_a_401(outside: Outside) -> None:
    outside.provider.status = 500
    answer = await outside.get("/api/auth/me", token())
    assert (answer.status, int(answer.headers["Retry-After"]) > 0) == (503, True)
