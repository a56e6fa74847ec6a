"""Tokens for programs: named, with an end, shown once, taken back."""

import asyncio
import time

import jwt
import pytest

from tests.rest.pipeline import a_recorded_session
from tests.rest.service import Service


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_token_works_until_it_is_taken_back(service: Service) -> None:
    made = await service.post("/api/tokens", {"label": " CI ", "days": 7})
    assert (made.status, made.json["label"], made.headers["Cache-Control"]) == (201, "CI", "no-store")
    token, token_id = made.json["token"], made.json["id"]
    left = jwt.decode(token, options={"verify_signature": False})["exp"] - time.time()
    assert 6.9 * 86400 < left <= 7 * 86400
    assert (await service.get("/api/auth/me", user=None, headers=bearer(token))).json["id"] == "usr_ann"
    listed = (await service.get("/api/tokens")).json
    assert [each["id"] for each in listed] == [token_id]
    assert "token" not in listed[0]
    assert (await service.delete(f"/api/tokens/{token_id}")).status == 204
    assert (await service.get("/api/auth/me", user=None, headers=bearer(token))).status == 401
    assert (await service.get("/api/tokens")).json == []
    assert (await service.delete(f"/api/tokens/{token_id}")).status == 404


async def test_a_token_that_was_taken_back_shows_no_picture(service: Service) -> None:
    session = await a_recorded_session(service)
    link = (await service.get(f"/api/sessions/{session.id}")).json["frames"][0]["thumbnailUrl"].partition("?")[0]
    made = (await service.post("/api/tokens", {"label": "CI"})).json
    assert (await service.get(link, user=None, headers=bearer(made["token"]))).status == 200
    await service.delete(f"/api/tokens/{made['id']}")
    assert (await service.get(link, user=None, headers=bearer(made["token"]))).status == 404


async def test_a_programs_token_makes_no_other_and_signs_no_page_in(service: Service) -> None:
    token = bearer((await service.post("/api/tokens", {"label": "CI"})).json["token"])
    refused = await service.post("/api/tokens", {"label": "another"}, user=None, headers=token)
    assert (refused.status, "Sign in on the page" in refused.message) == (403, True)
    assert (await service.post("/api/auth/refresh", user=None, headers=token)).status == 401


async def test_tokens_are_each_accounts_own(service: Service) -> None:
    made = (await service.post("/api/tokens", {"label": "mine"})).json
    assert (await service.get("/api/tokens", user="usr_bob")).json == []
    assert (await service.delete(f"/api/tokens/{made['id']}", user="usr_bob")).status == 404
    assert (await service.get("/api/auth/me", user=None, headers=bearer(made["token"]))).status == 200


async def test_tokens_made_at_once_are_all_kept(service: Service) -> None:
    await service.get("/api/auth/me")
    await asyncio.gather(*(service.post("/api/tokens", {"label": str(n)}) for n in range(8)))
    assert sorted(each["label"] for each in (await service.get("/api/tokens")).json) == list("01234567")


async def test_an_account_holds_fifty(service: Service) -> None:
    for number in range(50):
        assert (await service.post("/api/tokens", {"label": str(number)})).status == 201
    answer = await service.post("/api/tokens", {"label": "one more"})
    assert (answer.status, "Delete one" in answer.message) == (400, True)


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "label"), ({"label": " "}, "label"), ({"label": "x" * 101}, "label"), ({"label": "a", "days": 0}, "days"),
     ({"label": "a", "days": 366}, "days"), ({"label": "a", "scope": "all"}, "scope")],
)  # fmt: skip
async def test_what_is_wrong_is_named(service: Service, body: dict[str, object], field: str) -> None:
    answer = await service.post("/api/tokens", body)
    assert (answer.status, answer.fields) == (400, [field])
