"""The vision job: kept frames → elements with roles, texts and boxes."""

import asyncio
import io
import threading
from collections.abc import Iterator

import numpy as np
from PIL import Image

from services.analysis.merge.lanes import lane_end
from services.analysis.settings import AnalysisSettings
from services.analysis.vision import FrameInput, LocalVision
from shared.model.analysis import VisionReport
from shared.model.blob_keys import vision_key
from shared.model.errors import FailureCode, PermanentFailure
from shared.model.evidence import FrameElements
from shared.model.session import FrameRef
from shared.model.transitions import LaneEnded
from shared.runtime.ledger import Decision
from shared.runtime.wiring import Ports
from shared.runtime.worker import Job, Work


def vision_job(ports: Ports, settings: AnalysisSettings, provider: LocalVision) -> Job:
    async def look(work: Work) -> Decision:
        pictures = {frame.id: await ports.blobs.get(frame.image_key) for frame in work.session.frames}
        if not pictures:
            raise PermanentFailure("vision_failed", "There are no frames to look at.")
        seen = await _read(provider, work, pictures)
        report = VisionReport(provider="local", frames=tuple(seen))
        await ports.blobs.put(vision_key(work.session.id), report.model_dump_json(by_alias=True).encode())
        elements = sum(len(frame.elements) for frame in seen)
        detail = f"local: {elements} elements in {len(seen)} frames"
        return lane_end(ports.blobs, LaneEnded("vision_lane", detail=detail))

    def failed(code: FailureCode, message: str) -> Decision:
        return lane_end(ports.blobs, LaneEnded("vision_lane", error=message))

    return Job("vision", look, "vision_lane", failed, settings.vision_timeout)


async def _read(provider: LocalVision, work: Work, pictures: dict[str, bytes]) -> list[FrameElements]:
    """In a thread of its own, frame by frame, so that a stopped job stops after the frame in work."""
    loop, stopped = asyncio.get_running_loop(), threading.Event()
    frames = work.session.frames

    def run() -> list[FrameElements]:
        seen: list[FrameElements] = []
        for frame in provider.read(_inputs(frames, pictures, stopped)):
            seen.append(frame)
            asyncio.run_coroutine_threadsafe(work.progress(f"{len(seen)} of {len(frames)} frames read"), loop)
        return seen

    try:
        return await asyncio.to_thread(run)
    finally:
        stopped.set()


def _inputs(
    frames: tuple[FrameRef, ...], pictures: dict[str, bytes], stopped: threading.Event
) -> Iterator[FrameInput]:
    for frame in frames:
        if stopped.is_set():
            return
        image = np.asarray(Image.open(io.BytesIO(pictures[frame.id])).convert("RGB"))
        yield FrameInput(frame.id, image, frame.changed_boxes)
