"""Hand-made sessions: made, read, changed, deleted; and what may not be changed on recorded ones."""

import asyncio
import io
from typing import Any

import pytest

from tests.rest.pipeline import a_recorded_session
from tests.rest.service import Service


async def made(service: Service, **fields: Any) -> dict[str, Any]:
    answer = await service.post("/api/sessions", {"title": "Save does nothing", **fields})
    assert answer.status == 201
    assert answer.headers["Location"] == f"/api/sessions/{answer.json['id']}"
    body: dict[str, Any] = answer.json
    return body


async def test_a_hand_made_session_has_what_it_was_given(service: Service) -> None:
    given = {
        "title": "  Ünïcode ✓ \U0001f600  ",
        "agentTarget": "CODEX",
        "frameCount": 3,
        "urlCount": 2,
        "seedUrl": "http://localhost:3000/a?b=c#d",
        "notes": "line\nline",
        "prompt": "do it",
    }
    session = await made(service, **given)
    assert session["id"].startswith("sess_")
    assert session["userId"] == "usr_ann"
    assert session["title"] == "Ünïcode ✓ \U0001f600"
    assert {name: session[name] for name in given if name != "title"} == {
        k: v for k, v in given.items() if k != "title"
    }
    assert (session["status"], session["promptStatus"], session["urls"]) == (
        "processing",
        "complete",
        [given["seedUrl"]],
    )
    read = (await service.get(f"/api/sessions/{session['id']}")).json
    assert read == {**session, "frames": [], "analysis": None}


async def test_only_the_title_is_required(service: Service) -> None:
    session = await made(service)
    nothing = ("seedUrl", "prompt", "promptError", "notes", "lastError", "processingTime")
    assert [session[name] for name in nothing] == [None] * 6
    counts = session["frameCount"], session["urlCount"], session["duration"], session["urls"]
    assert counts == (0, 0, 0, [])
    assert (session["agentTarget"], session["promptStatus"]) == ("CLAUDE_CODE", "not_started")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"), ({"title": " \t\n "}, "title"), ({"title": "x" * 501}, "title"),
        ({"title": None}, "title"), ({"title": 5}, "title"), ({"title": ["x"]}, "title"),
        ({"agentTarget": "WINDSURF"}, "agentTarget"), ({"frameCount": -1}, "frameCount"),
        ({"urlCount": -1}, "urlCount"), ({"urlCount": 1.5}, "urlCount"), ({"urlCount": "1"}, "urlCount"),
        ({"frameCount": 10**30}, "frameCount"),
        ({"seedUrl": "localhost:3000"}, "seedUrl"), ({"seedUrl": "ftp://x"}, "seedUrl"),
        ({"seedUrl": "javascript:alert(1)"}, "seedUrl"), ({"seedUrl": "http://"}, "seedUrl"),
        ({"seedUrl": "/relative"}, "seedUrl"), ({"seedUrl": "http://a b/"}, "seedUrl"),
        ({"notes": "x" * 2001}, "notes"), ({"status": "complete"}, "status"), ({"id": "sess_1"}, "id"),
        ({"seed_url": "http://x"}, "seed_url"),
    ],
)  # fmt: skip
async def test_a_refusal_names_the_field(service: Service, change: dict[str, object], field: str) -> None:
    answer = await service.post("/api/sessions", {"title": "t", **change})
    assert (answer.status, answer.fields) == (400, [field])
    assert (await service.get("/api/sessions")).json == []


async def test_every_wrong_field_is_named_at_once(service: Service) -> None:
    answer = await service.post("/api/sessions", {"frameCount": -1, "notes": 5, "extra": 1})
    assert sorted(answer.fields) == ["extra", "frameCount", "notes", "title"]


async def test_the_longest_values_are_taken(service: Service) -> None:
    session = await made(service, title="ä" * 500, notes="ö" * 2000, prompt="p" * 1_000_000)
    assert (len(session["title"]), len(session["notes"]), len(session["prompt"])) == (500, 2000, 1_000_000)


async def test_a_body_larger_than_5_mib_is_refused(service: Service) -> None:
    body = io.BytesIO(b'{"title": "t", "prompt": "' + b"p" * 6 * 1024 * 1024 + b'"}')
    answer = await service.post("/api/sessions", data=body, headers={"Content-Type": "application/json"})
    assert answer.status == 400


async def test_the_owner_advances_a_hand_made_session(service: Service) -> None:
    path = f"/api/sessions/{(await made(service))['id']}"
    change = {
        "title": " New ", "notes": "n", "agentTarget": "RAW", "urls": ["http://a.example/", "https://b.example/"],
        "duration": 61, "processingTime": 1234, "prompt": "p", "frameCount": 7, "urlCount": 9, "status": "complete",
    }  # fmt: skip
    answer = await service.patch(path, change)
    assert answer.status == 200
    assert {name: answer.json[name] for name in change} == {**change, "title": "New"}
    assert answer.json["processingStatus"]["overallStage"] == "complete"
    assert answer.json["updatedAt"] >= answer.json["createdAt"]
    read = (await service.get(path)).json
    assert {name: read[name] for name in answer.json} == answer.json
    stats = (await service.get("/api/sessions/stats")).json
    assert stats.pop("perDay")[-1] == {"date": answer.json["createdAt"][:10], "sessions": 1, "completed": 1}
    assert stats == {"totalSessions": 1, "completedSessions": 1, "totalDuration": 61, "avgProcessingTime": 1234}


async def test_what_may_be_empty_can_be_emptied(service: Service) -> None:
    path = f"/api/sessions/{(await made(service, notes='n', prompt='p'))['id']}"
    answer = await service.patch(path, {"notes": None, "prompt": None, "urls": []})
    assert (answer.json["notes"], answer.json["prompt"], answer.json["urls"]) == (None, None, [])
    assert (answer.json["promptStatus"], answer.json["urlCount"]) == ("not_started", 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": None}, "title"), ({"title": " "}, "title"), ({"status": "done"}, "status"),
        ({"status": None}, "status"), ({"duration": -1}, "duration"), ({"duration": None}, "duration"),
        ({"urls": ["ftp://x"]}, "urls.0"), ({"urls": "http://x"}, "urls"), ({"processingTime": -1},
        "processingTime"),
        ({"processingTime": 2**70}, "processingTime"), ({"urls": ["http://x/"] * 51}, "urls"),
        ({"userId": "usr_b"}, "userId"), ({"createdAt": "2020-01-01T00:00:00Z"}, "createdAt"),
    ],
)  # fmt: skip
async def test_a_refused_change_changes_nothing(service: Service, change: dict[str, object], field: str) -> None:
    session = await made(service)
    answer = await service.patch(f"/api/sessions/{session['id']}", {"notes": "new", **change})
    assert (answer.status, answer.fields) == (400, [field])
    assert (await service.get(f"/api/sessions/{session['id']}")).json["notes"] is None


async def test_on_recorded_sessions_the_recording_decides(service: Service) -> None:
    session = await a_recorded_session(service)
    path = f"/api/sessions/{session.id}"
    for change in ({"status": "error"}, {"duration": 1}, {"processingTime": 1}, {"frameCount": 1}, {"urlCount": 1}):
        answer = await service.patch(path, change)
        assert (answer.status, answer.fields) == (400, list(change))
    allowed = {"title": "New", "notes": "n", "agentTarget": "RAW", "prompt": "mine", "urls": ["http://a.example/"]}
    answer = await service.patch(path, allowed)
    assert {name: answer.json[name] for name in allowed} == allowed
    assert (answer.json["status"], answer.json["urlCount"], answer.json["frameCount"]) == ("complete", 1, 3)


async def test_if_match_changes_only_what_was_read(service: Service) -> None:
    path = f"/api/sessions/{(await made(service))['id']}"
    etag = (await service.get(path)).headers["ETag"]
    changed = await service.patch(path, {"title": "one"}, headers={"If-Match": etag})
    assert (changed.status, changed.headers["ETag"] != etag) == (200, True)
    late = await service.patch(path, {"title": "two"}, headers={"If-Match": etag})
    assert late.status == 412
    assert (await service.delete(path, headers={"If-Match": etag})).status == 412
    assert (await service.get(path)).json["title"] == "one"
    either = f'"other", {changed.headers["ETag"]}'
    assert (await service.patch(path, {"title": "three"}, headers={"If-Match": either})).status == 200
    assert (await service.delete(path, headers={"If-Match": "*"})).status == 204


async def test_of_changes_at_once_with_one_etag_one_wins(service: Service) -> None:
    path = f"/api/sessions/{(await made(service))['id']}"
    etag = (await service.get(path)).headers["ETag"]
    changes = (service.patch(path, {"title": f"{n}"}, headers={"If-Match": etag}) for n in range(10))
    statuses = sorted([answer.status for answer in await asyncio.gather(*changes)])
    assert statuses == [200] + [412] * 9


async def test_changes_at_once_of_different_fields_are_all_kept(service: Service) -> None:
    path = f"/api/sessions/{(await made(service))['id']}"
    changes: list[dict[str, Any]] = [
        {"title": "t"},
        {"notes": "n"},
        {"prompt": "p"},
        {"duration": 5},
        {"urlCount": 4},
    ]
    await asyncio.gather(*(service.patch(path, change) for change in changes))
    read = (await service.get(path)).json
    for change in changes:
        assert {name: read[name] for name in change} == change


async def test_the_status_can_be_asked_for_with_an_etag(service: Service) -> None:
    session = await made(service)
    path = f"/api/sessions/{session['id']}/status"
    first = await service.get(path)
    expected = {
        "sessionId": session["id"],
        "sessionStatus": "processing",
        "processingStatus": session["processingStatus"],
        "processingTime": None,
        "lastError": None,
    }
    assert first.json == expected
    same = await service.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status, same.body, same.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert (await service.get(path, headers={"If-None-Match": f'W/{first.headers["ETag"]}, "x"'})).status == 304
    await service.patch(f"/api/sessions/{session['id']}", {"status": "error"})
    after = await service.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (after.status, after.json["sessionStatus"]) == (200, "error")


async def test_a_deleted_session_is_gone_with_everything(service: Service) -> None:
    session = await a_recorded_session(service)
    path = f"/api/sessions/{session.id}"
    detail = (await service.get(path)).json
    assert len(await service.blob_keys()) > 5
    answer = await service.delete(path)
    assert (answer.status, answer.body) == (204, b"")
    assert await service.blob_keys() == []
    gone = [
        await service.get(path), await service.get(f"{path}/status"), await service.get(f"{path}/prompt"),
        await service.patch(path, {"title": "t"}), await service.delete(path),
        await service.get(detail["frames"][0]["thumbnailUrl"]), await service.post(f"{path}/generate-prompt", {}),
    ]  # fmt: skip
    assert {each.status for each in gone} == {404}
    assert (await service.get("/api/sessions")).json == []
    left = await service.stored(session.id)
    assert (left.title, left.prompt, left.frames, left.seed_url) == ("deleted", None, (), None)


@pytest.mark.parametrize("session_id", ["sess_x", "%00", "%ff", "..", "%2e%2e%2f", "a%2fb", "x" * 4000, "'", "ä"])
async def test_an_unknown_id_is_a_404_whatever_it_is(service: Service, session_id: str) -> None:
    for path in (f"/api/sessions/{session_id}", f"/api/assets/{session_id}"):
        assert (await service.get(path)).status == 404
