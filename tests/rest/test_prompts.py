"""Prompts anew: rebuilt for any target, each of the switches changes them, downloads store nothing."""

from typing import Any

import pytest

from tests.rest.pipeline import a_recorded_session, keep_frames
from tests.rest.service import Service
from tests.samples import a_session

STARTS = {"CLAUDE_CODE": "# Save", "CODEX": "Goal: Save", "CURSOR": "## Save", "RAW": "title: Save"}


async def rebuilt(service: Service, session_id: str, **wish: Any) -> str:
    answer = await service.post(f"/api/sessions/{session_id}/generate-prompt", wish)
    assert (answer.status, answer.json["sessionId"], answer.json["promptStatus"]) == (200, session_id, "complete")
    stored = (await service.get(f"/api/sessions/{session_id}")).json
    assert (stored["prompt"], stored["promptStatus"]) == (answer.json["prompt"], "complete")
    return str(answer.json["prompt"])


@pytest.mark.parametrize("target", STARTS)
async def test_a_prompt_is_rebuilt_for_any_target_and_kept(service: Service, target: str) -> None:
    session = await a_recorded_session(service)
    prompt = await rebuilt(service, session.id, agentTarget=target)
    assert prompt.startswith(STARTS[target])
    assert (await service.get(f"/api/sessions/{session.id}")).json["agentTarget"] == target


async def test_without_a_wish_the_prompt_is_as_the_session_has_it(service: Service) -> None:
    session = await a_recorded_session(service)
    assert await rebuilt(service, session.id) == session.prompt
    empty = await service.post(
        f"/api/sessions/{session.id}/generate-prompt", headers={"Content-Type": "application/json"}
    )
    assert empty.json["prompt"] == session.prompt


async def test_each_switch_changes_the_prompt(service: Service) -> None:
    session = await a_recorded_session(service)
    as_it_is = await rebuilt(service, session.id)
    assert "data:image/webp;base64," in as_it_is
    assert "data:image" not in await rebuilt(service, session.id, includeScreenshots=False)
    assert "ACCESSIBILITY TREE" in as_it_is
    assert "ACCESSIBILITY TREE" not in await rebuilt(service, session.id, inlineAriaTree=False)
    assert "DIFFERENCES BETWEEN THE STATES' TREES" not in as_it_is
    assert "DIFFERENCES BETWEEN THE STATES' TREES" in await rebuilt(service, session.id, includeRawDiff=True)
    assert await rebuilt(service, session.id) == as_it_is  # a wish is for one call


async def test_a_prompt_may_speak_of_some_frames_only(service: Service) -> None:
    session = await a_recorded_session(service)
    prompt = await rebuilt(service, session.id, frameIds=[session.frames[0].id, session.frames[2].id])
    assert "Only 2 of 3 kept states are shown here." in prompt
    assert "00:01.200" not in prompt.split("\n### Elements")[0]
    unknown = {"frameIds": ["frm_unknown"]}
    answer = await service.post(f"/api/sessions/{session.id}/generate-prompt", unknown)
    assert (answer.status, answer.fields) == (400, ["frameIds"])


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"agentTarget": "X"}, "agentTarget"),
        ({"includeScreenshots": "perhaps"}, "includeScreenshots"),
        ({"frameIds": "frm_1"}, "frameIds"),
        ({"frameIds": ["x"] * 1001}, "frameIds"),
        ({"extra": 1}, "extra"),
    ],
)
async def test_a_wrong_wish_is_named(service: Service, wish: dict[str, Any], field: str) -> None:
    session = await a_recorded_session(service)
    answer = await service.post(f"/api/sessions/{session.id}/generate-prompt", wish)
    assert (answer.status, answer.fields) == (400, [field])
    assert (await service.stored(session.id)).prompt == session.prompt


async def test_a_changed_title_is_in_the_next_prompt(service: Service) -> None:
    session = await a_recorded_session(service)
    await service.patch(f"/api/sessions/{session.id}", {"title": "Another wish", "notes": "quite another"})
    prompt = await rebuilt(service, session.id)
    assert prompt.startswith("# Another wish")
    assert "quite another" in prompt


async def test_a_hand_made_session_gets_a_prompt_whatever_its_status(service: Service) -> None:
    made = (await service.post("/api/sessions", {"title": "Save does nothing", "notes": "see above"})).json
    for status in ("processing", "error", "complete"):
        await service.patch(f"/api/sessions/{made['id']}", {"status": status})
        prompt = await rebuilt(service, made["id"], agentTarget="RAW")
        assert "There is no recording: the session was made by hand." in prompt
        assert (await service.get(f"/api/sessions/{made['id']}")).json["status"] == status


async def test_a_recording_in_work_brings_its_own_prompt(service: Service) -> None:
    session = a_session(user_id="usr_ann")
    await service.process.ledger.insert(session)
    await keep_frames(service, session.id)
    answer = await service.post(f"/api/sessions/{session.id}/generate-prompt", {})
    assert (answer.status, "still in work" in answer.message) == (409, True)


@pytest.mark.parametrize("target", STARTS)
async def test_a_download_is_markdown_for_any_target_and_stores_nothing(service: Service, target: str) -> None:
    session = await a_recorded_session(service)
    before = await service.stored(session.id)
    answer = await service.get(f"/api/sessions/{session.id}/prompt?agentTarget={target}")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/markdown")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="save-does-nothing.md"'
    assert answer.body.decode().startswith(STARTS[target])
    after = await service.stored(session.id)
    assert (after.prompt, after.agent_target, after.updated_at) == (before.prompt, "CLAUDE_CODE", before.updated_at)


async def test_a_download_without_a_target_is_the_sessions_own(service: Service) -> None:
    session = await a_recorded_session(service)
    answer = await service.get(f"/api/sessions/{session.id}/prompt")
    assert answer.body.decode() == session.prompt
    assert (await service.get(f"/api/sessions/{session.id}/prompt?agentTarget=x")).fields == ["agentTarget"]


@pytest.mark.parametrize(
    "title", ['"; filename="evil.exe', "日本語", "../../etc/passwd", "a\r\nX-Evil: 1", "x" * 500]
)
async def test_a_title_cannot_leave_the_file_name(service: Service, title: str) -> None:
    made = (await service.post("/api/sessions", {"title": title})).json
    answer = await service.get(f"/api/sessions/{made['id']}/prompt")
    name = answer.headers["Content-Disposition"].removeprefix('attachment; filename="').removesuffix('.md"')
    assert name.replace("-", "").isalnum()
    assert len(name) <= 60
    assert "X-Evil" not in answer.headers


async def test_a_damaged_analysis_is_our_fault_and_said_so(service: Service) -> None:
    session = await a_recorded_session(service)
    await service.ports.blobs.put(f"sessions/{session.id}/analysis.json", b"damaged")
    for answer in (
        await service.get(f"/api/sessions/{session.id}/prompt"),
        await service.post(f"/api/sessions/{session.id}/generate-prompt", {}),
    ):
        assert (answer.status, "our side" in answer.message) == (500, True)
    assert (await service.stored(session.id)).prompt == session.prompt
