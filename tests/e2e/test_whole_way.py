"""A real recording of a real page through everything, as a user of the REST API sees it."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.contract.handlers import eventually
from tests.e2e.server import Server, page_at

SAMPLES = Path(__file__).parents[2] / "samples"
TARGETS = ("CLAUDE_CODE", "CODEX", "CURSOR", "RAW")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def session(server: Server) -> AsyncIterator[dict[str, Any]]:
    """The sample recording, done."""
    async with page_at(SAMPLES / "shop") as page:
        answer = await server.upload(
            SAMPLES / "shop.webm", page, title="Total ignores the coupon", notes="20 % off!"
        )
        assert answer.status == 202
        assert answer.headers["Location"] == f"/api/sessions/{answer.json['sessionId']}"
        yield await server.ended(answer.json["sessionId"])


async def test_it_completes_with_both_lanes(session: dict[str, Any]) -> None:
    status = session["processingStatus"]
    lanes = [status[name] for name in ("frameExtraction", "visionLane", "playwrightLane", "synthesis")]
    assert session["status"] == status["overallStage"] == "complete", session["lastError"]
    assert [lane["status"] for lane in lanes] == ["complete"] * 4
    assert session["lastError"] is None
    assert 20 <= session["duration"] <= 40
    assert session["promptStatus"] == "complete"


async def test_the_lanes_run_at_the_same_time(session: dict[str, Any]) -> None:
    status = session["processingStatus"]
    assert status["playwrightLane"]["startedAt"] < status["frameExtraction"]["completedAt"]


async def test_frames_are_states_with_elements_and_real_differences(session: dict[str, Any]) -> None:
    frames = session["frames"]
    assert 9 <= len(frames) == session["frameCount"] <= 18
    assert [f["timestamp"] for f in frames] == sorted(f["timestamp"] for f in frames)
    assert frames[0]["reason"] == "initial"
    assert all(f["ariaTree"] for f in frames)
    assert sum(any(f["diffSummary"].values()) for f in frames[1:]) >= len(frames) - 2
    roles = {node["role"] for frame in frames for node in flat(frame["ariaTree"])}
    assert {"button", "textbox", "checkbox", "heading"} <= roles


async def test_what_the_frames_show_is_matched_to_the_page(session: dict[str, Any]) -> None:
    nodes = [node for node in flat(session["frames"][0]["ariaTree"]) if node["source"] == "both"]
    named = {(node["role"], node["name"]): node.get("locator") for node in nodes}
    assert named[("textbox", "Coupon code")] == "getByRole('textbox', { name: 'Coupon code' })"
    assert ("button", "Place order") in named


async def test_the_inspection_counts_the_page(session: dict[str, Any]) -> None:
    inspection = session["analysis"]["inspection"]
    [page] = inspection["snapshots"]
    counts = page["counts"]
    assert page["success"] is True
    assert inspection["urlsInspected"] == [session["seedUrl"]]
    assert counts["total"] == sum(counts[key] for key in ("buttons", "inputs", "links", "headings", "images"))
    assert counts["inputs"] >= 4
    assert counts["buttons"] >= 5


async def test_thumbnails_are_small_pictures_behind_signed_links(server: Server, session: dict[str, Any]) -> None:
    for frame in session["frames"]:
        async with server.http.get(server.url + frame["thumbnailUrl"]) as response:  # no token: the link is signed
            data = await response.read()
        assert response.status == 200
        assert data[:4] + data[8:12] == b"RIFFWEBP"
        assert len(data) < 60_000
    async with server.http.get(server.url + frame["thumbnailUrl"].partition("?")[0]) as response:
        assert response.status == 404


async def test_the_prompt_tells_the_story(session: dict[str, Any]) -> None:
    prompt = session["prompt"]
    for words in ("Total ignores the coupon", "20 % off!", "SPRING20", "dana@example.org"):
        assert words in prompt
    assert re.search(r"S1\s+00:0\d\.\d{3}", prompt)
    assert "getByRole('textbox', { name: 'Coupon code' })" in prompt


async def test_each_target_has_its_own_form(server: Server, session: dict[str, Any]) -> None:
    prompts = []
    for target in TARGETS:
        answer = await server.call("GET", f"/api/sessions/{session['id']}/prompt?agentTarget={target}")
        assert answer.headers["Content-Type"].startswith("text/markdown")
        assert "SPRING20" in answer.body.decode()
        prompts.append(answer.body.decode())
    headings = [
        tuple(re.findall(r"^(?:#+ .*|\[[a-z ]+\]|[A-Z][a-z ]+:|[a-z ]+:)$", p, re.MULTILINE)) for p in prompts
    ]
    assert len(set(headings)) == 4


@pytest.mark.parametrize(
    ("switch", "mark"),
    [("includeScreenshots", "data:image/webp;base64,"), ("inlineAriaTree", "ACCESSIBILITY TREE"),
     ("includeRawDiff", "DIFFERENCES BETWEEN THE STATES' TREES")],
)  # fmt: skip
async def test_each_switch_changes_the_prompt(
    server: Server, session: dict[str, Any], switch: str, mark: str
) -> None:
    path = f"/api/sessions/{session['id']}/generate-prompt"
    on = (await server.call("POST", path, json={switch: True})).json["prompt"]
    off = (await server.call("POST", path, json={switch: False})).json["prompt"]
    assert mark in on
    assert mark not in off


async def test_the_raw_video_is_gone_and_pictures_stay(server: Server, session: dict[str, Any]) -> None:
    await eventually(lambda: "recording" not in server.files(session["id"]))
    files = server.files(session["id"])
    assert len([name for name in files if name.startswith("thumbnails/")]) == session["frameCount"]


async def test_a_stranger_sees_nothing(server: Server, session: dict[str, Any]) -> None:
    for path in ("", "/status", "/prompt"):
        assert (await server.call("GET", f"/api/sessions/{session['id']}{path}", user="usr_eve")).status == 404


async def test_z_removing_a_frame_and_the_session_leaves_nothing(server: Server, session: dict[str, Any]) -> None:
    path, frame = f"/api/sessions/{session['id']}", session["frames"][3]
    assert (await server.call("DELETE", f"{path}/frames/{frame['id']}")).status == 204
    left = (await server.call("GET", path)).json
    assert len(left["frames"]) == len(session["frames"]) - 1
    assert f"thumbnails/{frame['id']}.webp" not in server.files(session["id"])
    assert (await server.call("DELETE", path)).status == 204
    assert (await server.call("GET", path)).status == 404
    assert server.files(session["id"]) == set()


def flat(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for node in nodes for each in (node, *flat(node.get("children", [])))]


async def test_the_page_comes_with_everything_it_names(server: Server) -> None:
    async with server.http.get(server.url + "/") as response:
        assert response.status == 200
        index = await response.text()
    files = re.findall(r'(?:src|href)="(/web/[^"]+)"', index)
    assert len(files) >= 3
    for file in files:
        async with server.http.get(server.url + file) as response:
            assert response.status == 200
