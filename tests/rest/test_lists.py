"""Lists: order, pages by their Link, filters, and what they leave out."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.model.session import Stage
from tests.rest.service import Answer, Service
from tests.samples import a_session, at


async def fill(service: Service, count: int, **fields: Any) -> None:
    for number in range(count):
        session = a_session(user_id="usr_ann", title=f"no {number}", updated_at=at(number), **fields)
        await service.ports.store.insert_session(session)


def following(answer: Answer) -> str | None:
    found = re.fullmatch(r'<(/api/sessions\?[^>]+)>; rel="next"', answer.headers.get("Link", ""))
    return found[1] if found else None


async def titles(service: Service, query: str = "") -> list[str]:
    return [session["title"] for session in (await service.get(f"/api/sessions{query}")).json]


async def test_an_empty_list_is_an_array(service: Service) -> None:
    answer = await service.get("/api/sessions")
    assert (answer.json, following(answer)) == ([], None)


async def test_most_recently_updated_first_and_20_unless_asked_otherwise(service: Service) -> None:
    await fill(service, 25)
    answer = await service.get("/api/sessions")
    assert [session["title"] for session in answer.json] == [f"no {n}" for n in range(24, 4, -1)]
    assert following(answer) is not None
    first = answer.json[-1]["id"]
    await service.patch(f"/api/sessions/{first}", {"notes": "touched"})
    assert (await service.get("/api/sessions?limit=1")).json[0]["id"] == first


@pytest.mark.parametrize("limit", [1, 7, 10, 20, 100])
async def test_following_the_links_finds_every_session_once(service: Service, limit: int) -> None:
    await fill(service, 20)
    page: str | None = f"/api/sessions?limit={limit}&q=NO&ignored=1"
    found: list[str] = []
    while page:
        answer = await service.get(page)
        found += [session["title"] for session in answer.json]
        page = following(answer)
        if page:
            assert parse_qs(urlsplit(page).query)["q"] == ["NO"]
    assert found == [f"no {n}" for n in range(19, -1, -1)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=101", "limit"), ("limit=-1", "limit"), ("limit=ten", "limit"), ("limit=",
        "limit"),
        ("status=done", "status"), ("agentTarget=raw", "agentTarget"), ("createdAfter=yesterday", "createdAfter"),
        ("createdAfter=2026-01-01T00:00:00", "createdAfter"), ("createdBefore=2026-13-01T00:00:00Z",
        "createdBefore"),
        ("createdAfter=0001-01-01T00:00:00%2B14:00", "createdAfter"), ("cursor=x", "cursor"), ("cursor=%ff",
        "cursor"),
        ("createdBefore=9999-12-31T23:59:59-14:00", "createdBefore"),
        ("cursor=MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMCBzZXNzXzE", "cursor"), ("cursor=" + "A" * 5000, "cursor"),
        ("cursor=MjAyNi0wMS0wMVQwMDowMDowMCBzZXNzXzE", "cursor"), ("q=" + "x" * 501, "q"),
    ],
)  # fmt: skip
async def test_a_wrong_parameter_is_named(service: Service, query: str, field: str) -> None:
    answer = await service.get(f"/api/sessions?{query}")
    assert (answer.status, answer.fields) == (400, [field])


@pytest.mark.parametrize("query", ["q=%ff%fe", "q=%00", "q=%ed%a0%80", "q=", "cursor=", "x[]=1", "limit=5&limit=7"])
async def test_odd_queries_harm_nobody(service: Service, query: str) -> None:
    assert (await service.get(f"/api/sessions?{query}")).status == 200


async def test_filters(service: Service) -> None:
    stages: tuple[tuple[Stage, str], ...] = (("extracting", "RAW"), ("complete", "RAW"), ("error", "CODEX"))
    for number, (stage, target) in enumerate(stages):
        session = a_session(
            user_id="usr_ann",
            title=f"Größe {number} 100%",
            stage=stage,
            agent_target=target,
            created_at=at(number),
            updated_at=at(10 - number),
        )
        await service.ports.store.insert_session(session)
    zero, one, two = (f"Größe {number} 100%" for number in range(3))
    assert await titles(service, "?status=processing") == [zero]
    assert await titles(service, "?status=complete") == [one]
    assert await titles(service, "?status=error") == [two]
    assert await titles(service, "?agentTarget=RAW") == [zero, one]
    assert await titles(service, "?q=GR%C3%96SSE%202") == [two]
    assert await titles(service, "?q=100%25") == [zero, one, two]
    assert await titles(service, "?q=nothing") == []
    assert await titles(service, "?createdAfter=2026-03-01T12:00:00.000Z") == [one, two]
    assert await titles(service, "?createdBefore=2026-03-01T13:00:01%2B01:00") == [zero]
    assert await titles(service, "?agentTarget=RAW&status=complete&q=1") == [one]


async def test_embedded_screenshots_are_left_as_links(service: Service) -> None:
    data = "data:image/webp;base64," + "A" * 3000
    prompt = f"# Title\n![S1 at 00:00.000]({data})\n![S2]({data}) end ![kept](https://x/y.png)"
    made = (await service.post("/api/sessions", {"title": "t", "prompt": prompt})).json
    assert made["prompt"] == prompt
    [listed] = (await service.get("/api/sessions")).json
    link = f"/api/sessions/{made['id']}/prompt"
    assert listed["prompt"] == f"# Title\n[S1 at 00:00.000]({link})\n[S2]({link}) end ![kept](https://x/y.png)"
    assert (await service.get(f"/api/sessions/{made['id']}")).json["prompt"] == prompt


async def totals(service: Service, **request: Any) -> dict[str, int]:
    stats = (await service.get("/api/sessions/stats", **request)).json
    return {name: value for name, value in stats.items() if name != "perDay"}


async def test_stats_are_over_completed_sessions(service: Service) -> None:
    nothing = {"totalSessions": 0, "completedSessions": 0, "totalDuration": 0, "avgProcessingTime": 0}
    assert await totals(service) == nothing
    for stage, seconds, ms in (
        ("complete", 10, 100),
        ("complete", 20, 300),
        ("error", 40, 1000),
        ("extracting", 7, 0),
    ):
        session = a_session(user_id="usr_ann", stage=stage, duration_ms=seconds * 1000, processing_ms=ms)
        await service.ports.store.insert_session(session)
    expected = {"totalSessions": 4, "completedSessions": 2, "totalDuration": 30, "avgProcessingTime": 200}
    assert await totals(service) == expected
    assert await totals(service, user="usr_bob") == nothing


async def test_stats_tell_the_last_thirty_days(service: Service) -> None:
    noon = datetime.now(UTC).replace(hour=12, minute=0)
    for days_ago, stage in ((0, "extracting"), (1, "complete"), (1, "error"), (29, "complete"), (30, "complete")):
        made = noon - timedelta(days=days_ago)
        session = a_session(user_id="usr_ann", stage=stage, created_at=made, updated_at=noon)
        await service.ports.store.insert_session(session)
    per_day = (await service.get("/api/sessions/stats")).json["perDay"]
    assert [day["date"] for day in per_day] == [
        f"{noon - timedelta(days=ago):%Y-%m-%d}" for ago in range(29, -1, -1)
    ]
    counts = [(day["sessions"], day["completed"]) for day in per_day]
    assert counts == [(1, 1), *[(0, 0)] * 27, (2, 1), (1, 0)]
    others = (await service.get("/api/sessions/stats", user="usr_bob")).json["perDay"]
    assert [(day["sessions"], day["completed"]) for day in others] == [(0, 0)] * 30


async def test_stats_leave_out_what_was_deleted(service: Service) -> None:
    path = f"/api/sessions/{(await service.post('/api/sessions', {'title': 't'})).json['id']}"
    assert (await service.get("/api/sessions/stats")).json["perDay"][-1]["sessions"] == 1
    await service.call("DELETE", path)
    assert (await service.get("/api/sessions/stats")).json["perDay"][-1]["sessions"] == 0
