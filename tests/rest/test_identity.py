"""Who one is: tokens, sign-up and sign-in, and what is said to those who are not let in."""

import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.gateway.api.routes import ROUTES
from tests.rest.service import Service

ANN = {"name": "Ann", "email": "ann@example.com", "password": "correct horse"}


async def test_every_address_that_needs_a_token_refuses_those_without(service: Service) -> None:
    wanted = [route for route in ROUTES if route.access == "token"]
    assert len(wanted) > 10
    for route in wanted:
        path = route.path.replace("{id}", "sess_1").replace("{frameId}", "frm_1")
        answer = await service.call(route.method, path, user=None)
        assert (answer.status, answer.message) == (401, "Unauthorized")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/api/health", "/api/openapi.json", "/api/docs", "/.well-known/jwks.json"])
async def test_open_addresses_take_everybody(service: Service, path: str) -> None:
    assert (await service.get(path, user=None)).status == 200
    assert (await service.get(path, user=None, headers={"Authorization": "Bearer nonsense"})).status == 200


@pytest.mark.parametrize(
    "value",
    [
        "", "Bearer", "Bearer ", "Basic YTpi", "Bearer a.b.c", "Bearer nonsense", "nonsense",
        "Bearer " + "a" * 8100, "Bearer é", "Bearer \udcff", "Bearer ..", "Bearer eyJhbGciOiJub25lIn0.e30.",
        "Bearer " + "W1tb" * 2000 + ".e30.", "Bearer a b", "Digest x",
    ],
)  # fmt: skip
async def test_what_is_no_token_is_refused(service: Service, value: str) -> None:
    answer = await service.get("/api/auth/me", user=None, headers={"Authorization": value})
    assert (answer.status, answer.message) == (401, "Unauthorized")


async def test_an_expired_or_foreign_token_is_refused(service: Service) -> None:
    foreign = jwt.encode({"sub": "usr_ann", "exp": time.time() + 60}, Ed25519PrivateKey.generate(), "EdDSA")
    for token in (service.token(ttl=-60), foreign, service.token()[:-4] + "AAAA"):
        answer = await service.get("/api/auth/me", user=None, headers={"Authorization": f"Bearer {token}"})
        assert answer.status == 401
    assert (await service.get("/api/auth/me")).status == 200


async def test_the_scheme_is_taken_whatever_its_case(service: Service) -> None:
    headers = {"Authorization": f"bEARER  {service.token()} "}
    assert (await service.get("/api/auth/me", user=None, headers=headers)).status == 200


async def test_a_first_call_makes_the_account_and_works_any_number_of_times(service: Service) -> None:
    for _ in range(3):
        answer = await service.get("/api/auth/me?user=other&admin=1", user="auth0|new")
        assert answer.json == {"id": "auth0|new", "name": "auth0|new", "email": None, "avatarUrl": None}


async def test_claims_of_the_first_token_become_the_account(service: Service) -> None:
    token = service.token("usr_1", name="Ann ✓", email="ann@example.com")
    answer = await service.get("/api/auth/me", user=None, headers={"Authorization": f"Bearer {token}"})
    assert answer.json == {"id": "usr_1", "name": "Ann ✓", "email": "ann@example.com", "avatarUrl": None}


async def test_sign_up_and_sign_in(service: Service) -> None:
    made = await service.post("/api/auth/signup", ANN, user=None)
    assert made.status == 201
    user = made.json["user"]
    assert (user["name"], user["email"], user["avatarUrl"]) == ("Ann", "ann@example.com", None)
    assert user["id"].startswith("usr_")
    again = await service.post(
        "/api/auth/login", {"email": " ANN@example.com", "password": ANN["password"]}, user=None
    )
    assert (again.status, again.json["user"]) == (200, user)
    for answer in (made, again):
        headers = {"Authorization": f"Bearer {answer.json['accessToken']}"}
        assert (await service.get("/api/auth/me", user=None, headers=headers)).json == user
    assert "password" not in json.dumps(made.json)


async def test_a_failed_sign_in_does_not_tell_what_was_wrong(service: Service) -> None:
    await service.post("/api/auth/signup", ANN, user=None)
    wrong = await service.post("/api/auth/login", {**_login(), "password": "wrong wrong"}, user=None)
    unknown = await service.post("/api/auth/login", {**_login(), "email": "bob@example.com"}, user=None)
    assert (wrong.status, unknown.status) == (401, 401)
    assert wrong.message == unknown.message == "The address or the password is wrong."
    assert "WWW-Authenticate" not in wrong.headers


def _login() -> dict[str, str]:
    return {"email": ANN["email"], "password": ANN["password"]}


async def test_an_address_is_taken_once(service: Service) -> None:
    assert (await service.post("/api/auth/signup", ANN, user=None)).status == 201
    again = await service.post("/api/auth/signup", {**ANN, "email": "ANN@EXAMPLE.COM"}, user=None)
    assert (again.status, "Sign in instead" in again.message) == (409, True)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"), ({"name": "  "}, "name"), ({"name": "x" * 256}, "name"), ({"name": None}, "name"),
        ({"email": "ann"}, "email"), ({"email": "ann@localhost"}, "email"), ({"email": "a@b@c.de"}, "email"),
        ({"email": ""}, "email"), ({"password": "1234567"}, "password"), ({"password": "x" * 129}, "password"),
        ({"password": 12345678}, "password"), ({"admin": True}, "admin"),
    ],
)  # fmt: skip
async def test_sign_up_names_the_field_that_is_wrong(
    service: Service, change: dict[str, object], field: str
) -> None:
    answer = await service.post("/api/auth/signup", {**ANN, **change}, user=None)
    assert (answer.status, answer.fields) == (400, [field])


@pytest.mark.parametrize("length", [8, 128])
async def test_passwords_of_8_to_128_characters_are_taken(service: Service, length: int) -> None:
    body = {**ANN, "password": "ä" * length, "name": "x" * 255}
    assert (await service.post("/api/auth/signup", body, user=None)).status == 201
    login = {"email": ANN["email"], "password": body["password"]}
    assert (await service.post("/api/auth/login", login, user=None)).status == 200


async def test_the_public_keys_check_our_tokens(service: Service) -> None:
    jwks = (await service.get("/.well-known/jwks.json", user=None)).json
    assert [set(key) & {"d", "k", "p", "q"} for key in jwks["keys"]] == [set()]
    key = jwt.PyJWKSet.from_dict(jwks).keys[0]
    assert jwt.decode(service.token("usr_x"), key.key, algorithms=["EdDSA"])["sub"] == "usr_x"


async def test_sessions_and_settings_are_each_accounts_own(service: Service) -> None:
    made = (await service.post("/api/sessions", {"title": "mine"})).json
    await service.patch("/api/settings", {"defaultAgent": "RAW"})
    assert (await service.get("/api/sessions", user="usr_bob")).json == []
    assert (await service.get("/api/settings", user="usr_bob")).json["defaultAgent"] == "CLAUDE_CODE"
    path, bob = f"/api/sessions/{made['id']}", "usr_bob"
    foreign = [
        await service.get(path, user=bob),
        await service.get(f"{path}/status", user=bob),
        await service.get(f"{path}/prompt", user=bob),
        await service.post(f"{path}/generate-prompt", {}, user=bob),
        await service.patch(path, {"title": "stolen"}, user=bob),
        await service.delete(f"{path}/frames/frm_1", user=bob),
        await service.delete(path, user=bob),
    ]
    unknown = await service.get("/api/sessions/sess_unknown", user=bob)
    assert {(answer.status, answer.message) for answer in foreign} == {(404, unknown.message)}
    assert (await service.get(path)).json["title"] == "mine"
