"""Models over HTTP, in both protocols: what they answer, what they fail with, what they cost."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from services.analysis.vision.by_model import Access, ModelLook, ModelVision
from services.analysis.vision.by_model.looking import Seen
from services.analysis.vision.pictures import png
from shared.adapters.blobs_files import FileBlobs
from shared.model.evidence import Box, Element, FrameElements
from shared.model.ids import new_id
from shared.runtime.outbound.policy import UrlPolicy
from tests.films import screen
from tests.models.server import KEY, SAVE, ModelServer, model_server

PROVIDERS = pytest.mark.parametrize("provider", ["anthropic", "openai"])
PRICE = (1.0, 5.0)
LOCAL = Element(
    id="e1", role="text", name="Save", box=Box(x=0.0625, y=0.166, width=0.19, height=0.09), confidence=0.9
)
TITLE = Element(id="e2", role="heading", name="Orders", box=Box(x=0.03, y=0.03, width=0.2, height=0.08))


@pytest.fixture
async def blobs(tmp_path: Path) -> AsyncIterator[FileBlobs]:
    store = FileBlobs(tmp_path / "blobs")
    yield store
    await store.close()


def looks(count: int = 1) -> list[ModelLook]:
    """Frames that differ in a word."""
    import numpy as np

    return [
        ModelLook(
            png(np.asarray(screen(["Orders", "Save", str(n)]))),
            (Box(x=0.0, y=0.3, width=0.2, height=0.1),) if n else (),
            FrameElements(frame_id=f"f{n}", elements=(TITLE, LOCAL)),
        )
        for n in range(count)
    ]


def model(server: ModelServer, provider: Any, **more: Any) -> ModelVision:
    name = "claude-test" if provider == "anthropic" else "gpt-test"
    access = Access(provider, name, KEY, server.base_url(provider), trusted=more.pop("trusted", True), price=PRICE)
    known = {"ceiling": 5.0, "timeout": 5.0, "backoff": 0.01, **more}
    return ModelVision(access, UrlPolicy("public"), **known)


async def seen(server: ModelServer, provider: str, blobs: FileBlobs, count: int = 1, **more: Any) -> Seen:
    session = more.pop("session", new_id("sess"))
    return await model(server, provider, **more).look(blobs, session, looks(count))


def roles(frame: FrameElements) -> list[tuple[str, str]]:
    return [(e.role, e.name) for e in frame.elements]


@PROVIDERS
async def test_an_answer_names_what_the_pixels_placed(provider: str, blobs: FileBlobs) -> None:
    async with model_server() as server:
        found = await seen(server, provider, blobs)
    frame = found.frames[0]
    assert roles(frame) == [("heading", "Orders"), ("button", "Save")]
    save = frame.elements[1]
    assert save.state == ("disabled",)
    assert save.box == LOCAL.box
    assert frame.model_ms is not None
    assert found.trouble is None
    assert (found.usage.calls, found.usage.frames) == (1, 1)
    assert (found.usage.tokens_in, found.usage.tokens_out) == (1000, 100)
    assert found.usage.cost_usd == pytest.approx(0.0015)
    assert KEY in server.keys[0]


@PROVIDERS
async def test_a_question_has_the_frames_in_order_with_the_changed_boxes(provider: str, blobs: FileBlobs) -> None:
    async with model_server() as server:
        await seen(server, provider, blobs, 2, concurrency=1)
    first, second = (str(body) for body in server.asked)
    assert "the first frame" in first
    assert "The screen before:" not in first
    assert "The screen before:" in second
    assert "0, 108, 128, 36" in second  # of 640 x 360 pixels
    for body in server.asked:
        parts = body["messages"][-1]["content"]
        assert [part["type"] for part in parts][-1] in {"image", "image_url"}


@PROVIDERS
@pytest.mark.parametrize("step", ["busy", "broken", "cut"])
async def test_what_passes_is_tried_again(provider: str, step: str, blobs: FileBlobs) -> None:
    async with model_server([step, step, "good"]) as server:
        found = await seen(server, provider, blobs)
    assert found.usage.calls == 3
    assert ("button", "Save") in roles(found.frames[0])
    assert found.trouble is None


@PROVIDERS
async def test_retry_after_is_kept_to(provider: str, blobs: FileBlobs) -> None:
    import time

    async with model_server(["busy", "good"], retry_after="1") as server:
        began = time.monotonic()
        await seen(server, provider, blobs)
        assert time.monotonic() - began >= 1.0


@PROVIDERS
@pytest.mark.parametrize(
    ("step", "words", "calls"),
    [
        ("refusal", "refused", 1),
        ("truncated", "truncated", 1),
        ("nonsense", "invalid", 2),
        ("wrong", "invalid", 2),
        ("empty", "empty", 2),
        ("broken", "500", 3),
        ("cut", "broke", 3),
        ("denied", "401", 1),
    ],
)
async def test_without_an_answer_the_local_reading_stands_and_says_why(
    provider: str, step: str, words: str, calls: int, blobs: FileBlobs
) -> None:
    async with model_server([step]) as server:
        found = await seen(server, provider, blobs)
    assert found.frames == (looks()[0].local,)
    assert found.trouble is not None
    assert words in found.trouble
    assert "1 of 1 frames were read locally" in found.trouble
    assert len(server.asked) == calls


@PROVIDERS
async def test_an_invalid_answer_is_asked_for_once_more_with_what_was_wrong(
    provider: str, blobs: FileBlobs
) -> None:
    async with model_server(["wrong", "good"]) as server:
        found = await seen(server, provider, blobs)
    assert found.trouble is None
    assert "elements.0.role" in str(server.asked[1])


@PROVIDERS
async def test_a_frame_that_fails_does_not_fail_the_rest(provider: str, blobs: FileBlobs) -> None:
    async with model_server(["good", "refusal", "good"]) as server:
        found = await seen(server, provider, blobs, 3, concurrency=1)
    answered = [("button", "Save") in roles(frame) for frame in found.frames]
    assert answered == [True, False, True]
    assert found.usage.frames == 2


@PROVIDERS
async def test_no_call_is_paid_twice(provider: str, blobs: FileBlobs) -> None:
    session = new_id("sess")
    async with model_server() as server:
        first = await seen(server, provider, blobs, 2, session=session)
        again = await seen(server, provider, blobs, 2, session=session)
    assert len(server.asked) == 2
    assert again.frames == tuple(
        frame.model_copy(update={"model_ms": other.model_ms})
        for frame, other in zip(first.frames, again.frames, strict=True)
    )
    assert (again.usage.calls, again.usage.cached) == (0, 2)
    assert again.usage.cost_usd == first.usage.cost_usd


@PROVIDERS
async def test_the_ceiling_holds_for_calls_at_the_same_time(provider: str, blobs: FileBlobs) -> None:
    async with model_server(tokens=(1000, 8000)) as server:  # 0.041 dollars a call, at most
        found = await seen(server, provider, blobs, 6, ceiling=0.1, concurrency=6)
    assert found.usage.cost_usd <= 0.1
    assert 1 <= len(server.asked) <= 2
    assert found.trouble is not None
    assert "ceiling of 0.10 US dollars" in found.trouble


@PROVIDERS
async def test_a_key_that_is_refused_is_not_tried_on_every_frame(provider: str, blobs: FileBlobs) -> None:
    async with model_server(["denied"]) as server:
        found = await seen(server, provider, blobs, 5, concurrency=1)
    assert len(server.asked) == 1
    assert found.usage.frames == 0


@PROVIDERS
async def test_an_accounts_own_address_is_held_to_the_policy(provider: str, blobs: FileBlobs) -> None:
    async with model_server() as server:
        found = await seen(server, provider, blobs, trusted=False)
        assert server.asked == []
        assert found.trouble is not None
        allowed = model(server, provider, trusted=False)
        policy = UrlPolicy("public", (f"127.0.0.1:{server.port}",))
        through = ModelVision(allowed.access, policy, 5.0, timeout=5.0, backoff=0.01)
        found = await through.look(blobs, new_id("sess"), looks())
        assert ("button", "Save") in roles(found.frames[0])


@PROVIDERS
async def test_large_pictures_are_made_as_small_as_the_model_sees_them(provider: str, blobs: FileBlobs) -> None:
    import base64
    import io

    import numpy as np

    large = ModelLook(
        png(np.zeros((1440, 2560, 3), np.uint8)), (), FrameElements(frame_id="f0", elements=(TITLE, LOCAL))
    )
    async with model_server() as server:
        await model(server, provider).look(blobs, new_id("sess"), [large])
    part = server.asked[0]["messages"][-1]["content"][-1]
    data = part["source"]["data"] if provider == "anthropic" else part["image_url"]["url"].partition("base64,")[2]
    size = Image.open(io.BytesIO(base64.b64decode(data))).size
    assert max(size) <= 1568
    assert size[0] * size[1] <= 1_200_000


@PROVIDERS
async def test_secrets_that_a_model_reads_are_masked(provider: str, blobs: FileBlobs) -> None:
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    told = {"elements": [SAVE, {**SAVE, "role": "text", "name": f"Token {token}", "box": [40, 200, 300, 20]}]}
    async with model_server(answer=told) as server:
        found = await seen(server, provider, blobs)
    assert token not in repr(found)
    assert "[masked api key]" in repr(found)
    stored = [await blobs.get(info.key) async for info in blobs.list("")]
    assert stored
    assert not any(token.encode() in data for data in stored)
