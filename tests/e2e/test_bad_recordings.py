"""Recordings that cannot be used: each is told what is wrong and what to do, and nothing of it stays."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.contract.handlers import eventually
from tests.e2e.server import Server, serving
from tests.films import screen, sound_only, three_states, timed_film, with_declared_hours, with_header_size

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """No browser is needed to refuse a video."""
    async with serving(tmp_path_factory.mktemp("up") / "data", SCOPE_BROWSER="/nowhere") as running:
        yield running


def garbage(folder: Path) -> Path:
    path = folder / "garbage.webm"
    path.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 200)
    return path


def header_only(folder: Path) -> Path:
    """All that a recorder writes before the first frame."""
    whole = three_states(folder / "whole.webm").read_bytes()
    path = folder / "header.webm"
    path.write_bytes(whole[: whole.index(b"\x1f\x43\xb6\x75")])  # EBML id of the first cluster
    return path


def cut_mp4(folder: Path) -> Path:
    """The index of an MP4 file comes last, so half of one has none."""
    whole = three_states(folder / "whole.mp4").read_bytes()
    path = folder / "cut.mp4"
    path.write_bytes(whole[: len(whole) // 2])
    return path


def sized(width: int, height: int) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        return with_header_size(three_states(folder / "whole.webm"), folder / "sized.webm", width, height)

    return make


def too_long(folder: Path) -> Path:
    """Twelve minutes, by the times of its frames; the account allows ten."""
    page = screen(["Orders", "3 open"])
    return timed_film(folder / "long.webm", [(minute * 60_000, page) for minute in range(13)])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (garbage, "damaged"),
        (header_only, "no frames"),
        (cut_mp4, "cut off or damaged"),
        (sized(16_383, 16_383), "16383 x 16383"),
        (sized(0, 0), ""),
        (too_long, "10 minutes"),
        (lambda folder: sound_only(folder / "sound.webm"), "no video track"),
    ],
    ids=["garbage", "no frames", "cut mp4", "16k x 16k", "0 x 0", "too long", "sound only"],
)
async def test_a_recording_at_fault_is_400_and_says_what_to_do(
    server: Server, tmp_path: Path, make: Callable[[Path], Path], words: str
) -> None:
    answer = await server.upload(make(tmp_path), wait=True)
    assert answer.status == 400, answer.body
    assert words in answer.message
    assert answer.json["processingMs"] >= 0
    session = (await server.call("GET", f"/api/sessions/{answer.json['sessionId']}")).json
    assert (session["status"], session["lastError"]) == ("error", answer.message)
    assert session["processingStatus"]["frameExtraction"]["status"] == "error"
    await eventually(lambda: "recording" not in server.files(session["id"]))


async def test_hours_in_the_header_are_not_believed(server: Server, tmp_path: Path) -> None:
    film = with_declared_hours(three_states(tmp_path / "whole.webm"), tmp_path / "hours.webm", 900)
    answer = await server.upload(film, wait=True)
    assert answer.status == 200
    session = (await server.call("GET", f"/api/sessions/{answer.json['sessionId']}")).json
    assert session["duration"] in {3, 4}


async def test_a_webm_that_was_cut_off_gives_what_came_before(server: Server, tmp_path: Path) -> None:
    whole = three_states(tmp_path / "whole.webm").read_bytes()
    cut = tmp_path / "cut.webm"
    cut.write_bytes(whole[: len(whole) * 2 // 3])
    answer = await server.upload(cut, wait=True)
    assert answer.status == 200
    assert 1 <= answer.json["frameCount"] <= 3


async def test_bytes_that_rot_in_the_middle_harm_nobody(server: Server, tmp_path: Path) -> None:
    data = bytearray(three_states(tmp_path / "whole.webm").read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4000] = bytes(4000)
    rotten = tmp_path / "rotten.webm"
    rotten.write_bytes(bytes(data))
    answer = await server.upload(rotten, wait=True)
    assert answer.status in {200, 400}
    assert answer.status == 200 or "damaged" in answer.message


@pytest.mark.parametrize("kind", [".webm", ".mp4"])
async def test_the_synchronous_answer_is_the_whole_result(server: Server, tmp_path: Path, kind: str) -> None:
    """As a documented client calls it: one request, the prompt in the answer."""
    answer = await server.upload(three_states(tmp_path / f"film{kind}"), wait=True, agentTarget="CODEX")
    assert answer.status == 200
    body = answer.json
    assert (body["status"], body["agentTarget"], body["frameCount"]) == ("complete", "CODEX", 3)
    assert body["prompt"].startswith("Goal: Save does nothing")
    assert "3 open" in body["prompt"]
    assert "2 open" in body["prompt"]
    assert body["processingStatus"]["playwrightLane"]["status"] == "error"
    assert "SCOPE_BROWSER" in body["processingStatus"]["playwrightLane"]["error"]


async def test_only_the_part_that_was_asked_for_counts(server: Server, tmp_path: Path) -> None:
    """The recording has twelve minutes, the account allows ten, and the part has five."""
    part = {"trimStartMs": "240000", "trimEndMs": "540000"}
    answer = await server.upload(too_long(tmp_path), wait=True, **part)
    assert answer.status == 200, answer.body
    [frame] = answer.json["frames"]
    assert 240_000 <= frame["timestamp"] <= 540_000
    assert "04:00.000 to 09:00.000" in answer.json["prompt"]
    session = (await server.call("GET", f"/api/sessions/{answer.json['sessionId']}")).json
    assert session["duration"] == 300


async def test_a_part_after_the_end_is_400_and_says_what_to_do(server: Server, tmp_path: Path) -> None:
    answer = await server.upload(three_states(tmp_path / "film.webm"), wait=True, trimStartMs="9000")
    assert answer.status == 400, answer.body
    assert "The recording ends at 3.5 s" in answer.message
    assert "with a trimStartMs below 3500" in answer.message
    session = (await server.call("GET", f"/api/sessions/{answer.json['sessionId']}")).json
    assert (session["status"], session["lastError"]) == ("error", answer.message)
