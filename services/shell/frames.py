"""`scope frames`: the key frames of a file, without a server."""

from pathlib import Path
from typing import Any

from services.analysis.frames.decoder import DecodeLimits, decode
from services.ingest.sniff import HEAD, container_of, looks_like
from shared.model.errors import PermanentFailure
from shared.model.part import WHOLE, Part

_LONGEST_MS = 30 * 60_000


async def key_frames(file: Path, out: Path | None, budget: int, part: Part = WHOLE) -> dict[str, Any]:
    """`{durationMs, frames: [{timestamp, settledMs, reason, changedBoxes}]}`, boxes in pixels.

    Only `part` of the file is looked at. Pictures go into `out`, if given.

    Raise PermanentFailure when the file cannot be decoded.
    """
    with file.open("rb") as handle:
        head = handle.read(HEAD)
    if not head:
        raise PermanentFailure("empty_recording", f"{file} is empty. Record again.")
    container = container_of(head)
    if container is None:
        message = f"{file} is not a video: its content is {looks_like(head)}. Give a WebM, Matroska or MP4 file."
        raise PermanentFailure("not_a_video", message)
    decoded = await decode(file, out, container=container, limits=DecodeLimits(_LONGEST_MS, budget), part=part)
    return {"durationMs": decoded.facts["durationMs"], "frames": [_row(frame) for frame in decoded.frames]}


def _row(frame: dict[str, Any]) -> dict[str, Any]:
    boxes = [dict(zip(("x", "y", "width", "height"), box, strict=True)) for box in frame["changedBoxes"]]
    return {
        "timestamp": frame["timestamp"],
        "settledMs": frame["settledMs"],
        "reason": frame["reason"],
        "changedBoxes": boxes,
    }
