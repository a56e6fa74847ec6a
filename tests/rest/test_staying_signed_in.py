"""The page's cookie: made by a sign-in, good for short-lived tokens and for nothing else."""

import asyncio
import time
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from pathlib import Path

import jwt
import pytest

from services.gateway.identity import code_flow
from services.gateway.identity.renewal import Renewal
from tests.rest.oidc import OpenId, openid
from tests.rest.service import Answer, Service, started

ANN = {"name": "Ann", "email": "ann@example.com", "password": "correct horse"}
VERIFIER = "v" * 43


def cookie_of(answer: Answer) -> str:
    """The value of the cookie that an answer sets, with its attributes checked."""
    [line] = answer.headers.getall("Set-Cookie")
    morsel = SimpleCookie(line)["scope_refresh"]
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Strict", "/api/auth")
    return morsel.value


async def renewed(service: Service, cookie: str) -> Answer:
    return await service.post("/api/auth/refresh", user=None, headers={"Cookie": f"scope_refresh={cookie}"})


async def test_a_sign_in_can_be_renewed_and_ends_with_a_sign_out(service: Service) -> None:
    made = await service.post("/api/auth/signup", ANN, user=None)
    answer = await renewed(service, cookie_of(made))
    assert (answer.status, answer.json["user"], answer.headers["Cache-Control"]) == (
        200, made.json["user"], "no-store",
    )  # fmt: skip
    token = answer.json["accessToken"]
    assert jwt.decode(token, options={"verify_signature": False})["exp"] - time.time() <= 900
    me = await service.get("/api/auth/me", user=None, headers={"Authorization": f"Bearer {token}"})
    assert me.json == made.json["user"]
    out = await service.post("/api/auth/logout", user=None)
    assert (out.status, cookie_of(out)) == (204, "")


async def test_no_other_site_signs_anybody_out(service: Service) -> None:
    form = {"Sec-Fetch-Site": "cross-site", "Content-Type": "application/x-www-form-urlencoded"}
    refused = await service.post("/api/auth/logout", user=None, headers=form)
    assert (refused.status, refused.headers.getall("Set-Cookie", [])) == (403, [])


async def test_nobody_signed_in_is_no_error(service: Service) -> None:
    assert (await service.post("/api/auth/refresh", user=None)).status == 204


async def test_the_cookie_is_no_token_and_a_token_is_no_cookie(service: Service) -> None:
    cookie = cookie_of(await service.post("/api/auth/signup", ANN, user=None))
    headers = {"Authorization": f"Bearer {cookie}"}
    assert (await service.get("/api/auth/me", user=None, headers=headers)).status == 401
    assert (await renewed(service, service.token())).status == 401


@pytest.mark.parametrize("cookie", ["nonsense", "a.b.c", "x" * 5000])
async def test_a_cookie_that_is_not_ours_is_refused_and_dropped(service: Service, cookie: str) -> None:
    answer = await renewed(service, cookie)
    assert (answer.status, cookie_of(answer)) == (401, "")


async def test_a_cookie_that_has_run_out_is_refused(tmp_path: Path) -> None:
    async with started(tmp_path / "data", gateway={"refresh_ttl": -5}) as service:
        assert (
            await renewed(service, cookie_of(await service.post("/api/auth/signup", ANN, user=None)))
        ).status == 401


def test_a_cookie_of_another_installation_is_nobodys() -> None:
    assert Renewal(b"a" * 32, 60).account_id(Renewal(b"b" * 32, 60).issue("usr_1")) is None
    assert Renewal(b"a" * 32, 60).account_id(Renewal(b"a" * 32, 60).issue("usr_1")) == "usr_1"


async def test_over_tls_the_cookie_is_for_tls_alone(service: Service) -> None:
    headers = {"X-Forwarded-Proto": "https"}
    [line] = (await service.post("/api/auth/signup", ANN, user=None, headers=headers)).headers.getall("Set-Cookie")
    assert "Secure" in line


async def test_a_token_that_welcomes_makes_a_cookie(service: Service) -> None:
    """How the link that `scope up` prints opens the page."""
    welcome = {"Authorization": f"Bearer {service.welcome('usr_local')}"}
    answer = await service.post("/api/auth/refresh", user=None, headers=welcome)
    assert (answer.status, answer.json["user"]["id"]) == (200, "usr_local")
    assert (await renewed(service, cookie_of(answer))).json["user"]["id"] == "usr_local"
    for token in ("nonsense", service.token("usr_local")):
        headers = {"Authorization": f"Bearer {token}"}
        assert (await service.post("/api/auth/refresh", user=None, headers=headers)).status == 401


async def test_here_one_signs_in_with_a_password(service: Service) -> None:
    assert (await service.get("/api/auth/options", user=None)).json == {"kind": "local"}
    code = {"code": "x", "codeVerifier": VERIFIER, "redirectUri": "http://127.0.0.1/"}
    answer = await service.post("/api/auth/code", code, user=None)
    assert (answer.status, "SCOPE_OIDC_CLIENT_ID" in answer.message) == (404, True)


# --- with an external provider ---


@pytest.fixture
async def provider() -> AsyncIterator[OpenId]:
    async with openid() as running:
        yield running


@pytest.fixture
async def outside(tmp_path: Path, provider: OpenId) -> AsyncIterator[Service]:
    async with started(tmp_path / "data", gateway=provider.settings()) as running:
        yield running


async def by_code(service: Service, provider: OpenId, verifier: str = VERIFIER) -> Answer:
    code = {"code": provider.code(VERIFIER), "codeVerifier": verifier, "redirectUri": "http://127.0.0.1/"}
    return await service.post("/api/auth/code", code, user=None)


@pytest.mark.parametrize("opaque", [False, True])
async def test_a_code_with_its_verifier_signs_in(outside: Service, provider: OpenId, opaque: bool) -> None:
    provider.opaque = opaque
    options = (await outside.get("/api/auth/options", user=None)).json
    assert options == {
        "kind": "oidc", "authorizeUrl": f"{provider.url}/authorize", "clientId": "scope-page",
        "scope": "openid profile email offline_access",
    }  # fmt: skip
    answer = await by_code(outside, provider)
    assert (answer.status, answer.json["user"]["id"]) == (200, "oidc|ann")
    first = cookie_of(answer)
    again = await renewed(outside, first)
    assert (again.status, again.json["user"]["name"]) == (200, "Ann")
    assert cookie_of(again) != first


async def test_whose_page_was_left_before_the_answer_came_gets_it_again(
    outside: Service, provider: OpenId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider takes each refresh token once."""
    first = cookie_of(await by_code(outside, provider))
    answers = await asyncio.gather(*(renewed(outside, first) for _ in range(5)))
    assert len({cookie_of(answer) for answer in answers}) == 1
    monkeypatch.setattr(code_flow, "_AGAIN_S", 0.0)
    refused = await renewed(outside, first)
    assert (refused.status, cookie_of(refused)) == (401, "")  # so that it is not asked again for that one


async def test_who_gets_no_refresh_token_does_not_keep_the_cookie_of_another(
    outside: Service, provider: OpenId
) -> None:
    provider.renewable = False
    answer = await by_code(outside, provider)
    assert (answer.status, cookie_of(answer)) == (200, "")


async def test_a_code_without_its_verifier_does_not(outside: Service, provider: OpenId) -> None:
    answer = await by_code(outside, provider, "w" * 43)
    assert (answer.status, "Sign in again" in answer.message) == (401, True)


async def test_a_provider_that_is_away_is_said(outside: Service, provider: OpenId, tmp_path: Path) -> None:
    settings = {**provider.settings(), "jwt_issuer": "http://127.0.0.1:9"}
    async with started(tmp_path / "other", gateway=settings) as service:
        answer = await service.get("/api/auth/options", user=None)
        assert (answer.status, "identity provider" in answer.message) == (503, True)


async def test_without_a_client_id_the_page_says_where_to_go(tmp_path: Path, provider: OpenId) -> None:
    settings = {**provider.settings(), "oidc_client_id": ""}
    async with started(tmp_path / "data", gateway=settings) as service:
        assert (await service.get("/api/auth/options", user=None)).json == {"kind": "elsewhere"}
        assert (await service.post("/api/auth/refresh", user=None)).status == 204
        assert (await renewed(service, "x")).status == 401
