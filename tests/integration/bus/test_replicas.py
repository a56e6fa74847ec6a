"""Two gateways behind any balancer: whichever gets a call, the answer is the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from shared.model.session import Session
from shared.model.transitions import Failed
from tests.contract.handlers import eventually
from tests.integration.conftest import Place
from tests.rest.forms import CONTENT_TYPE, fields, multipart, video
from tests.rest.pipeline import failed
from tests.rest.service import Service, started

BODY = multipart([*fields(), video()])
HEADERS = {"Content-Type": CONTENT_TYPE}


@pytest.fixture
async def replicas(place: Place) -> AsyncIterator[list[Service]]:
    urls: dict[str, Any] = {"bus_url": place.bus_url, "store_url": place.store_url, "blobs_url": place.blobs_url}
    async with AsyncExitStack() as stack:
        folders = (place.data / "one", place.data / "two")  # nothing on a disk is shared
        yield [
            await stack.enter_async_context(
                started(folder, internal_key="k", gateway={"sync_wait": 20.0, "rate_burst": 40}, **urls)
            )
            for folder in folders
        ]


async def the_session(service: Service) -> Session:
    async def found() -> list[Any]:
        listed: list[Any] = (await service.get("/api/sessions")).json
        return listed

    [body] = await eventually(found)
    return await service.stored(body["id"])


async def test_the_one_that_waits_hears_the_end_from_wherever_it_comes(replicas: list[Service]) -> None:
    one, two = replicas
    waiting = asyncio.create_task(one.post("/api/recordings", data=BODY, headers=HEADERS))
    session = await the_session(two)
    began = asyncio.get_running_loop().time()
    await failed(two, session.id, Failed("frame_extraction", "not_a_video", "It is not a video."))
    answer = await waiting
    assert (answer.status, answer.message) == (400, "It is not a video.")
    assert asyncio.get_running_loop().time() - began < 1.5, "woken by the event, not by a slow look at the store"


async def test_a_token_of_one_is_good_at_the_other(replicas: list[Service]) -> None:
    one, two = replicas
    signup = {"name": "Ann", "email": "ann@example.com", "password": "long enough"}
    token = (await one.post("/api/auth/signup", signup, user=None)).json["accessToken"]
    headers = {"Authorization": f"Bearer {token}"}
    assert (await two.get("/api/auth/me", user=None, headers=headers)).json["email"] == "ann@example.com"
    keys = [(await each.get("/.well-known/jwks.json", user=None)).json for each in replicas]
    assert keys[0] == keys[1]


async def test_an_idempotency_key_holds_for_all(replicas: list[Service]) -> None:
    one, two = replicas
    headers = {**HEADERS, "Prefer": "respond-async", "Idempotency-Key": "k-1"}
    first = await one.post("/api/recordings", data=BODY, headers=headers)
    again = await two.post("/api/recordings", data=BODY, headers=headers)
    assert first.status == again.status == 202
    assert first.json == again.json
    other = multipart([*fields(title="Another"), video()])
    assert (await two.post("/api/recordings", data=other, headers=headers)).status == 422
    assert len((await one.get("/api/sessions")).json) == 1


async def test_the_rate_limit_counts_calls_of_all_together(replicas: list[Service]) -> None:
    answers = await asyncio.gather(*(replicas[n % 2].get("/api/settings", user="usr_busy") for n in range(60)))
    allowed = sum(answer.status == 200 for answer in answers)
    assert 40 <= allowed < 60
    assert {answer.status for answer in answers} == {200, 429}
