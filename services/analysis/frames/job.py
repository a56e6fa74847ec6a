"""The frames job: recording → kept frames in the object store, as raw as the recording until vision masked them."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import structlog

from services.analysis.frames.decoder import Decoded, DecodeLimits, decode
from services.analysis.settings import AnalysisSettings
from shared.model.blob_keys import image_key, raw_image_key, thumbnail_key
from shared.model.errors import PermanentFailure
from shared.model.evidence import Box
from shared.model.ids import asset_id, derived_id
from shared.model.session import FrameRef, Recording, Session
from shared.model.transitions import FramesKept
from shared.ports.blobs import BlobMissing
from shared.runtime.wiring import Ports
from shared.runtime.worker import Job, Work, session_fails

_log = structlog.get_logger(__name__)


def frames_job(ports: Ports, settings: AnalysisSettings) -> Job:
    async def keep_frames(work: Work) -> FramesKept:
        recording = work.session.recording
        if recording is None:
            raise PermanentFailure("internal", "This session has no recording.")
        with tempfile.TemporaryDirectory(prefix="scope-frames-") as folder:
            video, out = Path(folder) / "recording", Path(folder)
            await _fetch(ports, recording, video)
            decoded = await decode(
                video,
                out,
                container=recording.container,
                limits=_limits(recording, settings),
                part=recording.part,
                progress=_teller(work),
            )
            frames = await _store(ports, work.session, decoded, out)
        _log.info("frames kept", frames=len(frames), **decoded.facts)
        return FramesKept(frames, _duration_ms(decoded.facts, recording), decoded.facts.get("note"))

    return Job(
        "frames", keep_frames, "frame_extraction", session_fails("frame_extraction"), settings.frames_timeout + 60
    )


async def _fetch(ports: Ports, recording: Recording, video: Path) -> None:
    try:
        await ports.blobs.fetch(recording.key, video)
    except BlobMissing as error:
        message = "The video is no longer in the object store. Upload it again."
        raise PermanentFailure("storage_failed", message) from error


def _limits(recording: Recording, settings: AnalysisSettings) -> DecodeLimits:
    return DecodeLimits(
        recording.max_duration_ms, settings.frame_budget, settings.frames_memory, settings.frames_timeout
    )


def _teller(work: Work) -> Any:
    async def tell(video_ms: int) -> None:
        await work.progress(f"{video_ms / 1000:.0f} s of video looked at")

    return tell


async def _store(ports: Ports, session: Session, decoded: Decoded, folder: Path) -> tuple[FrameRef, ...]:
    """Pictures first, then the references to them."""
    now = ports.clock.now()
    ids = [derived_id("frm", session.id, frame["timestamp"]) for frame in decoded.frames]
    for frame_id, frame in zip(ids, decoded.frames, strict=True):
        image = await asyncio.to_thread((folder / frame["image"]).read_bytes)
        await ports.blobs.put(raw_image_key(session.id, frame_id), image)
    width, height = decoded.facts["width"], decoded.facts["height"]
    return tuple(
        FrameRef(
            id=frame_id,
            timestamp=frame["timestamp"],
            settled_ms=frame["settledMs"],
            changed_at_ms=frame["changedAtMs"],
            reason=frame["reason"],
            changed_boxes=tuple(_fractions(box, width, height) for box in frame["changedBoxes"]),
            pointer=_point(frame["pointer"], width, height),
            returns_to=ids[frame["returnsTo"]] if frame["returnsTo"] is not None else None,
            image_key=image_key(session.id, frame_id),
            thumbnail_key=thumbnail_key(session.id, frame_id),
            asset_id=asset_id(session.id, frame_id),
            width=width,
            height=height,
            created_at=now,
        )
        for frame_id, frame in zip(ids, decoded.frames, strict=True)
    )


def _fractions(box: list[float], width: int, height: int) -> Box:
    x, y, w, h = box
    return Box(x=x / width, y=y / height, width=w / width, height=h / height)


def _point(pixel: list[int] | None, width: int, height: int) -> tuple[float, float] | None:
    return None if pixel is None else (pixel[0] / width, pixel[1] / height)


def _duration_ms(facts: dict[str, Any], recording: Recording) -> float:
    """How long the part lasts that counts."""
    part = recording.part
    end = part.end_ms if facts["cut"] and part.end_ms is not None else part.until(_end_ms(facts, recording))
    return max(0.0, float(end - part.start_ms))


def _end_ms(facts: dict[str, Any], recording: Recording) -> float:
    """The container knows best; recorders that stream do not write it, so the last frame or the recorder's word."""
    if facts["containerDurationMs"]:
        return float(facts["containerDurationMs"])
    last_frame = float(facts["durationMs"])
    declared = float(recording.declared_duration_ms or 0)
    return declared if last_frame <= declared <= recording.part.start_ms + recording.max_duration_ms else last_frame
