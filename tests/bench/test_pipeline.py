"""Where the time of one recording goes: `make bench` prints it. Shares and ratios, never absolute limits."""

import time
from datetime import datetime
from pathlib import Path
from typing import Any

import av
import pytest

from tests.e2e.server import page_at, serving

SAMPLES = Path(__file__).parents[2] / "samples"

pytestmark = [pytest.mark.bench, pytest.mark.browser, pytest.mark.timeout(300)]

LANES = {
    "frames (decode, key frames, pictures)": "frameExtraction",
    "vision lane (OCR)": "visionLane",
    "ARIA lane (browser)": "playwrightLane",
    "synthesis (merge, prompt)": "synthesis",
}


async def test_where_the_time_of_a_recording_goes(tmp_path: Path, chromium: Path) -> None:
    async with serving(tmp_path / "data") as server, page_at(SAMPLES / "shop") as page:
        runs = []
        for _ in range(2):  # the first one loads the models
            accepted = await server.upload(SAMPLES / "shop.webm", page)
            runs.append(await server.ended(accepted.json["sessionId"]))
    decode = decoding_ms(SAMPLES / "shop.webm")
    for name, session in zip(("first run", "second run"), runs, strict=True):
        report(name, session, decode)
        assert session["status"] == "complete"
    lanes = spans(runs[1])
    browser, frames = lanes["ARIA lane (browser)"], lanes["frames (decode, key frames, pictures)"]
    assert browser[0] < frames[1], "frames and browser do not overlap"


def report(name: str, session: dict[str, Any], decode: float) -> None:
    total = session["processingTime"]
    print(f"\n{name}: {session['duration']} s of video, {session['frameCount']} states, {total} ms to the prompt")
    for words, (start, end) in spans(session).items():
        print(
            f"  {words:<40} {end - start:7.0f} ms  {(end - start) / total:6.1%}   from {start:6.0f} to {end:6.0f}"
        )
    busy = union(list(spans(session).values()))
    print(f"  {'rest (queues, commits)':<40} {total - busy:7.0f} ms  {(total - busy) / total:6.1%}")
    print(f"  PyAV decoding the file to nothing: {decode:.0f} ms; the whole way is {total / decode:.1f} times that")


def spans(session: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Begin and end of each lane in ms since the upload was accepted."""
    began = moment(session["createdAt"])
    lanes = {words: session["processingStatus"][key] for words, key in LANES.items()}
    return {
        w: (moment(lane["startedAt"]) - began, moment(lane["completedAt"]) - began) for w, lane in lanes.items()
    }


def union(pieces: list[tuple[float, float]]) -> float:
    """How long at least one of them was running."""
    covered, until = 0.0, float("-inf")
    for start, end in sorted(pieces):
        covered += max(0.0, end - max(start, until))
        until = max(until, end)
    return covered


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() * 1000


def decoding_ms(film: Path) -> float:
    began = time.perf_counter()
    with av.open(film) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for _ in container.decode(stream):
            pass
    return (time.perf_counter() - began) * 1000
