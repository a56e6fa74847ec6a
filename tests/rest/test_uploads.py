"""POST /recordings when all is well: accepted in any order of its parts, answered when it is done or at once."""

import asyncio
import itertools
from pathlib import Path
from typing import Any

import pytest

from shared.model.blob_keys import recording_key
from shared.model.transitions import Failed
from tests.contract.handlers import eventually
from tests.rest.forms import CONTENT_TYPE, MP4, WEBM, fields, multipart, text, video
from tests.rest.pipeline import analysed, end_lanes, ended, failed, keep_frames, only_session
from tests.rest.service import Answer, Service, started

ASYNC = {"Prefer": "respond-async"}


async def upload(service: Service, parts: Any = None, **request: Any) -> Answer:
    headers = {"Content-Type": CONTENT_TYPE, **request.pop("headers", {})}
    body = multipart([*fields(), video()] if parts is None else parts)
    return await service.call("POST", "/api/recordings", data=body, headers=headers, **request)


async def test_respond_async_accepts_at_once(service: Service) -> None:
    answer = await upload(service, headers=ASYNC)
    assert answer.status == 202
    session_id = answer.json["sessionId"]
    assert answer.json == {"sessionId": session_id, "status": "processing"}
    assert answer.headers["Location"] == f"/api/sessions/{session_id}"
    detail = (await service.get(answer.headers["Location"])).json
    assert (detail["status"], detail["title"], detail["frames"]) == ("processing", "Save does nothing", [])
    assert await service.ports.blobs.get(recording_key(session_id)) == WEBM


async def test_prefer_may_name_more(service: Service) -> None:
    for value in ("wait=10, respond-async", "Respond-Async", "handling=lenient,respond-async"):
        assert (await upload(service, headers={"Prefer": value})).status == 202


async def test_every_field_is_kept(service: Service) -> None:
    parts = [
        *fields(
            title="  Ünï ✓ ",
            notes="a\nb",
            agentTarget="CURSOR",
            durationMs="9000",
            trimEndMs="8000",
            trimStartMs="50",
        ),
        text("urls", "https://a.example/"),
        text("urls", "http://localhost:3000/"),
        text("urls", "https://b.example/"),
        video(MP4, "video/mp4; codecs=avc1"),
    ]
    session_id = (await upload(service, parts, headers=ASYNC)).json["sessionId"]
    session = await service.stored(session_id)
    assert (session.title, session.notes, session.agent_target) == ("Ünï ✓", "a\nb", "CURSOR")
    assert session.urls == ("http://localhost:3000/", "https://a.example/", "https://b.example/")
    recording = session.recording
    assert recording is not None
    assert (recording.size, recording.mime_type, recording.container) == (len(MP4), "video/mp4", "mp4")
    assert (recording.declared_duration_ms, recording.max_duration_ms) == (9000, 600_000)
    assert (recording.trim_start_ms, recording.trim_end_ms) == (50, 8000)


async def test_empty_optional_fields_count_as_not_given(service: Service) -> None:
    parts = [*fields(notes="", agentTarget="", durationMs=""), text("urls", "http://a.example/"), video()]
    assert (await upload(service, parts, headers=ASYNC)).status == 202


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_parts_may_come_in_any_order(service: Service, order: tuple[int, ...]) -> None:
    parts = [*fields(), video()]
    answer = await upload(service, [parts[number] for number in order], headers=ASYNC)
    assert answer.status == 202
    assert await service.ports.blobs.get(recording_key(answer.json["sessionId"])) == WEBM


@pytest.mark.parametrize("declared", ["video/webm", "video/x-matroska", "VIDEO/WebM;codecs=vp9"])
async def test_matroska_goes_by_two_names(service: Service, declared: str) -> None:
    assert (await upload(service, [*fields(), video(WEBM, declared)], headers=ASYNC)).status == 202


async def test_a_chunked_body_without_a_length_is_taken(service: Service) -> None:
    async def chunks() -> Any:
        body = multipart([video(WEBM * 20), *fields()])
        for start in range(0, len(body), 1000):
            yield body[start : start + 1000]

    headers = {"Content-Type": CONTENT_TYPE, **ASYNC}
    answer = await service.call("POST", "/api/recordings", data=chunks(), headers=headers)
    assert answer.status == 202
    assert await service.ports.blobs.get(recording_key(answer.json["sessionId"])) == WEBM * 20


async def test_the_settings_decide_what_the_upload_does_not(service: Service) -> None:
    settings = {"defaultAgent": "RAW", "includeRawDiff": True, "inlineAriaTree": False, "maxRecordingLength": 30}
    await service.patch("/api/settings", settings)
    session = await service.stored((await upload(service, headers=ASYNC)).json["sessionId"])
    options = session.options
    assert session.agent_target == "RAW"
    assert (options.include_raw_diff, options.inline_aria_tree, options.include_screenshots) == (True, False, True)
    assert session.recording is not None
    assert session.recording.max_duration_ms == 30 * 60_000


async def test_without_prefer_it_answers_when_the_pipeline_is_done(service: Service) -> None:
    uploading = asyncio.create_task(upload(service))
    session = await analysed(service, (await only_session(service)).id)
    answer = await uploading
    assert answer.status == 200
    body = answer.json
    assert (body["sessionId"], body["status"], body["promptStatus"]) == (session.id, "complete", "complete")
    assert (body["fileSize"], body["mimeType"], body["agentTarget"]) == (len(WEBM), "video/webm", "CLAUDE_CODE")
    assert body["prompt"].startswith("# Save does nothing")
    assert body["frameCount"] == len(body["frames"]) == 3
    assert body["urlsInspected"] == ["http://localhost:3000/"]
    assert body["processingMs"] == session.processing_ms
    assert body["processingStatus"]["overallStage"] == "complete"
    ok, broken = body["inspection"]["snapshots"]
    assert ok["counts"] == {
        "buttons": 1, "inputs": 0, "links": 0, "headings": 0, "images": 0, "total": 1,
        "byRole": {"form": 1, "button": 1},
    }  # fmt: skip
    assert (broken["success"], broken["error"], "ariaTree" in broken) == (False, "it answered 500", False)
    detail = (await service.get(f"/api/sessions/{session.id}")).json
    assert detail["frames"] == body["frames"]
    assert detail["analysis"]["inspection"] == body["inspection"]
    await eventually(lambda: _gone(service, recording_key(session.id)))  # a video is kept until its session ends


async def _gone(service: Service, key: str) -> bool:
    return key not in await service.blob_keys()


async def test_frames_say_what_changed(service: Service) -> None:
    session_id = (await upload(service, headers=ASYNC)).json["sessionId"]
    await analysed(service, session_id)
    one, two, three = (await service.get(f"/api/sessions/{session_id}")).json["frames"]
    assert [frame["timestamp"] for frame in (one, two, three)] == [0.0, 1200.0, 3400.5]
    assert one["diffSummary"] == {"added": 0, "changed": 0, "removed": 0}
    assert two["diffSummary"] == {"added": 1, "changed": 1, "removed": 0}
    assert three["diffSummary"] == {"added": 0, "changed": 0, "removed": 1}
    [form] = two["ariaTree"]
    marks = {node["name"]: node.get("diffStatus") for node in form["children"]}
    expected = {"Name": None, "Save": "changed", "All changes are saved": None, "Name is required": "added"}
    assert marks == expected
    [removed] = [node for node in three["ariaTree"][0]["children"] if node.get("diffStatus") == "removed"]
    assert removed["name"] == "All changes are saved"
    field = next(node for node in form["children"] if node["name"] == "Name")
    assert (field["locator"], field["source"], field["value"]) == ("getByLabel('Name')", "both", "Ann")
    assert two["url"] == "http://localhost:3000/"
    assert (one["reason"], two["reason"], two["settledMs"]) == ("initial", "settled", 1300.0)


async def test_a_page_that_could_not_be_opened_does_not_fail_the_session(service: Service) -> None:
    session_id = (await upload(service, headers=ASYNC)).json["sessionId"]
    await analysed(service, session_id, aria_error="the page answered 500")
    status = (await service.get(f"/api/sessions/{session_id}/status")).json
    assert (status["sessionStatus"], status["lastError"]) == ("complete", "the page answered 500")
    assert status["processingStatus"]["playwrightLane"]["status"] == "error"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("not_a_video", 400), ("empty_recording", 400), ("damaged_recording", 400), ("unsupported_size", 400),
        ("too_long", 400), ("decode_limits", 400), ("vision_failed", 500), ("prompt_failed", 500),
        ("storage_failed", 500), ("internal", 500),
    ],
)  # fmt: skip
async def test_a_failed_run_says_whose_fault_it_is_and_the_session_stays(
    service: Service, code: Any, status: int
) -> None:
    uploading = asyncio.create_task(upload(service))
    session = await only_session(service)
    await failed(service, session.id, Failed("frame_extraction", code, "Record it again."))
    answer = await uploading
    assert (answer.status, answer.message) == (status, "Record it again.")
    assert (answer.json["sessionId"], answer.json["processingMs"] >= 0) == (session.id, True)
    read = (await service.get(f"/api/sessions/{session.id}")).json
    assert (read["status"], read["lastError"]) == ("error", "Record it again.")


async def test_a_wait_that_passes_its_limit_answers_202(tmp_path: Path) -> None:
    async with started(tmp_path / "data", sync_wait=0.2) as service:
        answer = await upload(service)
        assert answer.status == 202
        assert answer.headers["Location"] == f"/api/sessions/{answer.json['sessionId']}"
        await analysed(service, answer.json["sessionId"])


async def test_a_session_deleted_while_one_waits_is_a_404(service: Service) -> None:
    uploading = asyncio.create_task(upload(service))
    session = await only_session(service)
    assert (await service.delete(f"/api/sessions/{session.id}")).status == 204
    assert (await uploading).status == 404
    await eventually(lambda: _empty(service))


async def _empty(service: Service) -> bool:
    return await service.blob_keys() == []


async def test_a_client_that_hangs_up_while_it_waits_does_not_stop_the_work(service: Service) -> None:
    uploading = asyncio.create_task(upload(service))
    session = await only_session(service)
    await keep_frames(service, session.id)
    uploading.cancel()
    await asyncio.gather(uploading, return_exceptions=True)
    await end_lanes(service, session.id)
    await ended(service, session.id)
    assert (await service.get(f"/api/sessions/{session.id}")).json["status"] == "complete"


async def test_uploads_at_once_do_not_mix(service: Service) -> None:
    data = [WEBM + b"%d" % number * 50_000 for number in range(8)]
    uploads = (upload(service, [video(each), *fields(title=f"{n}")], headers=ASYNC) for n, each in enumerate(data))
    answers = await asyncio.gather(*uploads)
    for number, answer in enumerate(answers):
        session_id = answer.json["sessionId"]
        assert (await service.stored(session_id)).title == f"{number}"
        assert await service.ports.blobs.get(recording_key(session_id)) == data[number]
