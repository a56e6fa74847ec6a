"""Our own key frames, as `scope frames` finds them, without pictures being written."""

from pathlib import Path

from services.analysis.keyframes import Album, Extraction, Limits, extract

LIMITS = Limits(max_duration_ms=30 * 60_000)


def extracted(video: Path, container: str) -> Extraction:
    """Times, reasons and boxes; the pictures are gone when this returns."""
    with Album() as album:
        return extract(video, album, container=container, limits=LIMITS)
