"""The recording as frames with times: the thin edge to PyAV."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from services.analysis.keyframes.small import Luma
from shared.model.errors import PermanentFailure

MAX_SIDE = 8192
MAX_PIXELS = 7680 * 4320
MIN_SIDE = 16
# One core looks at the frames while the others decode.
DECODING_THREADS = max(1, min(4, (os.cpu_count() or 2) - 1))
_FORMATS = {"matroska": "matroska", "mp4": "mp4"}
_EMPTY = "The recording has no frames: it was stopped before the first one was written. Record for a little longer."
_PLANAR = frozenset(
    {"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "yuva420p", "gray"}
)


@dataclass(frozen=True)
class Frame:
    ms: float
    picture: VideoFrame


class Video:
    """An open recording. `note` says afterwards what was wrong with its end, `last_ms` how far it went."""

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container, self._stream = container, stream
        self.note: str | None = None
        self.count = 0
        self.last_ms = 0.0
        self._size: tuple[int, int] | None = None

    @property
    def codec(self) -> str:
        return str(self._stream.codec_context.name)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels of every frame that is given out."""
        return self._size or (self._stream.codec_context.width, self._stream.codec_context.height)

    @property
    def declared_ms(self) -> float | None:
        """What the header says; recorders that stream do not know it, and hostile ones lie."""
        return self._container.duration / 1000 if self._container.duration else None

    def frames(self, max_ms: float) -> Iterator[Frame]:
        """In order of time. A damaged tail ends them with a note; PermanentFailure when there is none at all."""
        try:
            for picture in self._container.decode(self._stream):
                frame = self._timed(picture, max_ms)
                if frame is not None:
                    yield frame
        except av.error.FFmpegError as error:
            if self.count == 0:
                raise PermanentFailure("damaged_recording", _damaged(error)) from error
            at = f"{self.last_ms / 1000:.1f} s"
            self.note = f"The recording is damaged after {at}; what came before was used."
        if self.count == 0:
            raise PermanentFailure("empty_recording", _EMPTY)

    def _timed(self, picture: VideoFrame, max_ms: float) -> Frame | None:
        if picture.pts is None or picture.time_base is None:
            return None
        ms = float(picture.pts * picture.time_base * 1000)
        if ms < self.last_ms or (self.count and ms == self.last_ms):
            return None  # out of order, or a second picture for the same moment
        if ms > max_ms:
            raise PermanentFailure("too_long", _too_long(max_ms))
        self.count, self.last_ms = self.count + 1, ms
        return Frame(ms, self._sized(picture))

    def _sized(self, picture: VideoFrame) -> VideoFrame:
        """A tab that was resized while it was recorded: all frames get the size of the first."""
        checked_size(picture.width, picture.height)
        if self._size is None:
            self._size = (picture.width, picture.height)
        width, height = self._size
        return picture if (picture.width, picture.height) == self._size else picture.reformat(width, height)


@contextmanager
def opened(path: Path, container: str | None) -> Iterator[Video]:
    """Open a recording; its container (matroska | mp4) is forced where it is known. Raises PermanentFailure."""
    try:
        source = av.open(path, format=_FORMATS[container] if container else None)
    except av.error.EOFError as error:
        raise PermanentFailure("empty_recording", _EMPTY) from error
    except (av.error.FFmpegError, ValueError) as error:
        raise PermanentFailure("damaged_recording", _damaged(error)) from error
    with source:
        stream = next(iter(source.streams.video), None)
        if stream is None:
            message = "The file has no video track. Record the tab's picture, not only its sound."
            raise PermanentFailure("not_a_video", message)
        checked_size(stream.codec_context.width, stream.codec_context.height)
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = DECODING_THREADS
        yield Video(source, stream)


def checked_size(width: int, height: int) -> None:
    """PermanentFailure for sizes that no tab has."""
    if min(width, height) < MIN_SIDE or max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        words = f"The video is {width} x {height} pixels; from {MIN_SIDE} to {MAX_SIDE} a side can be used."
        raise PermanentFailure("unsupported_size", f"{words} Record a tab or window of an ordinary size.")


def luma(picture: VideoFrame) -> Luma:
    """The brightness of a frame, height x width; a view where the format allows it."""
    if picture.format.name not in _PLANAR:
        picture = picture.reformat(format="gray")
    plane = picture.planes[0]
    rows: Luma = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: picture.height, : picture.width]


def _damaged(error: Exception) -> str:
    reason = getattr(error, "strerror", None) or str(error)
    return f"The recording cannot be read ({reason}). It is cut off or damaged: record and upload it again."


def _too_long(max_ms: float) -> str:
    return (
        f"The recording is longer than the {max_ms / 60000:g} minutes that this account allows. Record a shorter"
        " time, or raise maxRecordingLength in the settings."
    )
