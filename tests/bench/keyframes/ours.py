"""Our own key frames, as `scope frames` finds them, without pictures being written."""

from pathlib import Path

from services.analysis.keyframes import Album, Extraction, Limits, extract
from tests.bench.keyframes.sets import Clip

LIMITS = Limits(max_duration_ms=30 * 60_000)


def key_frames(clip: Clip) -> list[float]:
    return [frame.timestamp_ms for frame in extracted(clip.video, clip.container).frames]


def extracted(video: Path, container: str) -> Extraction:
    """Times, reasons and boxes; the pictures are gone when this returns."""
    with Album() as album:
        return extract(video, album, container=container, limits=LIMITS)
