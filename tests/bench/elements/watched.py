"""A played scenario as a recording, and what our lanes make of it."""

import asyncio
import functools
import http.server
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2

from services.analysis.aria import BrowserSettings, UrlPolicy, open_pages
from services.analysis.aria.job import as_recorded
from services.analysis.keyframes import Album, KeyFrame, Limits, extract
from services.analysis.merge import Views, merge
from services.analysis.merge.views import PageView, halved
from services.analysis.vision import FrameInput, LocalVision
from services.analysis.vision.pictures import decoded
from shared.model.analysis import Analysis, Inspection, VisionReport
from shared.model.evidence import Box, FrameElements
from shared.model.session import Recording
from tests.bench.elements.scenario import State

_HOLD_MS, _STEP_MS = 1500, 100


@dataclass(frozen=True)
class Watched:
    """`states` tells for each state of the scenario which analysed frame shows it, if one was kept."""

    alone: tuple[FrameElements, ...]  # as where no page can be opened: by the vision lane, with identities
    merged: Analysis
    states: tuple[int | None, ...]
    pictures: tuple[Any, ...]  # RGB of each kept frame


def film(path: Path, states: Sequence[State]) -> Path:
    """VP9 as browsers record it: every state for a second and a half, ten frames a second."""
    height, width = states[0].picture.shape[:2]
    with av.open(path, "w") as container:
        stream = container.add_stream("libvpx-vp9", rate=30)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        stream.bit_rate = 2_500_000
        stream.options = {"deadline": "realtime", "cpu-used": "7", "row-mt": "1"}
        for number, state in enumerate(states):
            for ms in range(number * _HOLD_MS, (number + 1) * _HOLD_MS, _STEP_MS):
                frame = av.VideoFrame.from_ndarray(state.picture, format="rgb24")
                frame.pts, frame.time_base = ms, Fraction(1, 1000)
                container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def watched(video: Path, states: Sequence[State], vision: LocalVision, url: str | None) -> Watched:
    """The whole way of a recording, without the services around it. `url` None: no page can be opened."""
    with Album() as album:
        found = extract(video, album, container="matroska", limits=Limits(max_duration_ms=600_000))
        inputs = [_input(number, frame, found.width, found.height) for number, frame in enumerate(found.frames)]
    report = VisionReport(provider="local", frames=tuple(sight.elements for sight in vision.read(inputs)))
    returns = {
        f"f{n}": f"f{frame.returns_to}" for n, frame in enumerate(found.frames) if frame.returns_to is not None
    }
    inspection, pages = _inspected(url, found.width, found.height) if url else (Inspection(), {})
    views = Views({each.frame_id: halved(each.image) for each in inputs}, pages)
    alone, merged = merge(report, Inspection(), returns).frames, merge(report, inspection, returns, views)
    return Watched(alone, merged, _shown(states, found.frames), tuple(each.image for each in inputs))


def _input(number: int, frame: KeyFrame, width: int, height: int) -> FrameInput:
    boxes = tuple(
        Box(x=b.x / width, y=b.y / height, width=b.width / width, height=b.height / height)
        for b in frame.changed_boxes
    )
    return FrameInput(f"f{number}", frame.image(), boxes)


def _shown(states: Sequence[State], frames: Sequence[KeyFrame]) -> tuple[int | None, ...]:
    result = []
    for number in range(len(states)):
        inside = [i for i, f in enumerate(frames) if number * _HOLD_MS <= f.timestamp_ms < (number + 1) * _HOLD_MS]
        result.append(inside[-1] if inside else None)
    return tuple(result)


def _inspected(url: str, width: int, height: int) -> tuple[Inspection, dict[str, PageView]]:
    """As the ARIA job does it."""
    video = Recording(key="-", size=0, mime_type="-", container="matroska", sha256="-", max_duration_ms=0)
    settings = as_recorded(BrowserSettings(), video.model_copy(update={"declared_pixels": (width, height)}))
    opened = asyncio.run(open_pages([url], policy=UrlPolicy("any"), settings=settings))
    pages = {}
    for page in opened:
        if page.picture is not None and page.snapshot.viewport is not None:
            grey = cv2.cvtColor(decoded(page.picture), cv2.COLOR_RGB2GRAY)
            pages[url] = PageView(grey, page.snapshot.viewport, page.snapshot.scrolled)
    return Inspection(urls_inspected=(url,), snapshots=tuple(page.snapshot for page in opened)), pages


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder's files on a free port of this machine."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  named so by the base class
        return
