"""Idempotency-Key: the same again makes no second session, anything else under the key is refused."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from shared.model.transitions import Failed
from tests.contract.handlers import eventually
from tests.rest.forms import CONTENT_TYPE, WEBM, Part, fields, multipart, text, video
from tests.rest.pipeline import analysed, failed, only_session
from tests.rest.raw import upload_begun
from tests.rest.service import Answer, Service, started


async def upload(service: Service, *parts: Part, key: str = "k1", wait: bool = False, **request: Any) -> Answer:
    headers = {
        "Content-Type": CONTENT_TYPE,
        "Idempotency-Key": key,
        **({} if wait else {"Prefer": "respond-async"}),
    }
    body = multipart(parts or [*fields(), video()])
    return await service.call("POST", "/api/recordings", data=body, headers=headers, **request)


async def count(service: Service, user: str = "usr_ann") -> int:
    return int((await service.get("/api/sessions/stats", user=user)).json["totalSessions"])


async def test_the_same_again_is_answered_as_the_first_time(service: Service) -> None:
    first = await upload(service)
    for _ in range(2):
        again = await upload(service)
        assert (again.status, again.json, again.headers["Location"]) == (202, first.json, first.headers["Location"])
    assert await count(service) == 1
    assert len([key for key in await service.blob_keys() if key.endswith("/recording")]) == 1


async def test_the_first_answer_decides_how_a_replay_is_answered(service: Service) -> None:
    """First asynchronous, again without Prefer: the first answer, not a wait."""
    first = await upload(service)
    again = await asyncio.wait_for(upload(service, wait=True), 5)
    assert (again.status, again.json) == (202, first.json)


async def test_the_order_of_parts_does_not_matter(service: Service) -> None:
    first = await upload(service, *fields(notes="n"), video())
    again = await upload(service, video(), text("notes", "n"), *reversed(fields()))
    assert again.json == first.json


@pytest.mark.parametrize(
    "parts",
    [
        [*fields(), video(WEBM + b"x")],
        [*fields(title="Other"), video()],
        [*fields(seedUrl="http://localhost:3001/"), video()],
        [*fields(notes="n"), video()],
        [*fields(durationMs="5"), video()],
        [*fields(trimStartMs="5"), video()],
        [*fields(trimEndMs="5"), video()],
        [*fields(), text("urls", "http://x/"), video()],
        [*fields(), video(WEBM, "video/x-matroska")],
    ],
    ids=["file", "title", "seedUrl", "notes", "durationMs", "trimStartMs", "trimEndMs", "urls", "type"],
)
async def test_another_upload_under_the_key_is_a_422(service: Service, parts: list[Part]) -> None:
    first = await upload(service)
    other = await upload(service, *parts)
    if parts[-1].content_type == "video/x-matroska":
        assert other.json == first.json  # the same bytes by their other name
    else:
        assert (other.status, "Use a new key" in other.message) == (422, True)
    assert await count(service) == 1


async def test_keys_are_each_users_own(service: Service) -> None:
    first, second = await upload(service), await upload(service, user="usr_bob")
    assert first.json["sessionId"] != second.json["sessionId"]
    assert (await upload(service, key="k2")).json["sessionId"] != first.json["sessionId"]
    assert (await count(service), await count(service, "usr_bob")) == (2, 1)


async def test_while_the_first_is_received_a_second_is_a_409(service: Service) -> None:
    body = multipart([*fields(), video()])
    async with upload_begun(service, len(body), {"Idempotency-Key": "k1", "Prefer": "respond-async"}) as connection:
        await connection.send(body[:400])
        await eventually(lambda: _is_held(service))
        second = await upload(service)
        assert (second.status, int(second.headers["Retry-After"]) > 0) == (409, True)
        await connection.send(body[400:])
        first = await connection.answer()
    assert first.status == 202
    assert (await upload(service)).json == first.json


async def _is_held(service: Service) -> bool:
    answer = await upload(service, text("title", "probe"), key="k1")
    return answer.status == 409


async def test_while_the_first_is_waited_for_a_second_is_a_409_and_then_the_same(service: Service) -> None:
    waiting = asyncio.create_task(upload(service, wait=True))
    session = await only_session(service)
    assert (await upload(service, wait=True)).status == 409
    await analysed(service, session.id)
    first, again = await waiting, await upload(service, wait=True)
    assert (first.status, again.status) == (200, 200)
    without_links = [{k: v for k, v in each.json.items() if k != "frames"} for each in (first, again)]
    assert without_links[0] == without_links[1]


async def test_a_failure_of_the_run_is_replayed_too(service: Service) -> None:
    waiting = asyncio.create_task(upload(service, wait=True))
    session = await only_session(service)
    await failed(service, session.id, Failed("frame_extraction", "not_a_video", "It is not a video at all."))
    first, again = await waiting, await upload(service, wait=True)
    assert [first.status, again.status] == [400, 400]
    assert first.json["sessionId"] == again.json["sessionId"] == session.id
    assert await count(service) == 1


async def test_of_many_at_once_one_makes_a_session(service: Service) -> None:
    answers = await asyncio.gather(*(upload(service) for _ in range(10)))
    assert {answer.status for answer in answers} <= {202, 409}
    made = {answer.json["sessionId"] for answer in answers if answer.status == 202}
    assert len(made) == 1
    assert await count(service) == 1


async def test_a_refused_upload_does_not_use_the_key_up(service: Service) -> None:
    assert (await upload(service, *fields(title=" "), video())).status == 400
    assert (await upload(service, video(b"no video"), *fields())).status == 400
    assert (await upload(service)).status == 202


async def test_the_key_of_a_deleted_session_makes_a_new_one(service: Service) -> None:
    first = await upload(service)
    await service.delete(f"/api/sessions/{first.json['sessionId']}")

    async def is_free() -> bool:
        answer = await upload(service)
        return answer.status == 202 and answer.json["sessionId"] != first.json["sessionId"]

    await eventually(is_free, within=5)
    assert await count(service) == 1


async def test_a_key_is_kept_for_its_time(tmp_path: Path) -> None:
    async with started(tmp_path / "data", idempotency_ttl=0.5) as service:
        first = await upload(service)
        assert (await upload(service)).json == first.json
        await asyncio.sleep(0.6)
        assert (await upload(service)).json["sessionId"] != first.json["sessionId"]


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "ä", "a\tb"])
async def test_a_key_that_is_none_is_refused(service: Service, key: str) -> None:
    answer = await upload(service, key=key)
    assert (answer.status, "Idempotency-Key" in answer.message) == (400, True)
    assert await count(service) == 0


async def test_the_longest_key_is_taken(service: Service) -> None:
    key = "!~" * 127 + "x"
    assert (await upload(service, key=key)).json == (await upload(service, key=key)).json
