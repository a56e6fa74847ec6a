"""What to record, and how a recording fails."""

from dataclasses import dataclass
from pathlib import Path

MIMES = {
    "vp8": "video/webm;codecs=vp8",
    "vp9": "video/webm;codecs=vp9",
    "av1": "video/webm;codecs=av01",
    "h264": "video/mp4;codecs=avc1.420020",
}


class RecordingFailed(Exception):
    """The recording is of no use; the message says why."""


@dataclass(frozen=True)
class Shot:
    """`viewport` in CSS pixels; `bitrate` in bit/s; `fps` caps the capture."""

    page: Path
    driver: Path
    name: str
    codec: str = "vp9"
    viewport: tuple[int, int] = (1280, 720)
    dpr: int = 1
    bitrate: int = 1_500_000
    fps: int = 30
    seed: int = 1
    pointer: bool = True
    cover: bool = True  # a plain sheet before the page is shown, the mark that ties page time to video time

    @property
    def suffix(self) -> str:
        return ".mp4" if self.codec == "h264" else ".webm"
