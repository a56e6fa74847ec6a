"""The recording as frames with times: the thin edge to PyAV."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from services.analysis.keyframes.small import Luma
from shared.model.errors import PermanentFailure
from shared.model.part import WHOLE, Part

MAX_SIDE = 8192
MAX_PIXELS = 7680 * 4320
MIN_SIDE = 16
# One core looks at the frames while the others decode.
DECODING_THREADS = max(1, min(4, (os.cpu_count() or 2) - 1))
_FORMATS = {"matroska": "matroska", "mp4": "mp4"}
_EMPTY = "The recording has no frames: it was stopped before the first one was written. Record for a little longer."
_EMPTY_PART = (
    "The recording shows nothing yet in the part that was asked for. Upload it again with a greater trimEndMs."
)
_END_GAP_MS = 300_000.0  # a header may claim so much more than its last frame: nothing moved until the end
_PLANAR = frozenset(
    {"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "yuva420p", "gray"}
)


@dataclass(frozen=True)
class Frame:
    ms: float
    picture: VideoFrame


class Video:
    """An open recording.

    `note` says afterwards what was wrong with its end, `last_ms` how far it went, `cut` whether it goes on after
    the part that was asked for.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container, self._stream = container, stream
        self.note: str | None = None
        self.count = 0
        self.last_ms = 0.0
        self.cut = False
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

    def frames(self, max_ms: float, part: Part = WHOLE) -> Iterator[Frame]:
        """Those within the part, which may last for `max_ms`, in order of time.

        A damaged tail ends them with a note; PermanentFailure when there is none at all. Where the picture stood
        still for the whole part, it is given out once, as of the part's start.
        """
        standing: VideoFrame | None = None  # what was to be seen when the part began
        begun = False
        try:
            for picture in self._pictures(part):
                ms = self._time_of(picture, part)
                if ms is None:
                    continue
                if ms < part.start_ms:
                    standing = picture
                    continue
                if ms - part.start_ms > max_ms:
                    raise PermanentFailure("too_long", _too_long(max_ms))
                begun = True
                yield Frame(ms, self._sized(picture))
        except av.error.FFmpegError as error:
            if self.count == 0:
                raise PermanentFailure("damaged_recording", _damaged(error)) from error
            at = f"{self.last_ms / 1000:.1f} s"
            self.note = f"The recording is damaged after {at}; what came before was used."
        if self.count == 0 and not self.cut:
            raise PermanentFailure("empty_recording", _EMPTY)
        if not begun:
            yield self._still(standing, part)

    def _pictures(self, part: Part) -> Iterator[VideoFrame]:
        """As they are decoded; nothing is decoded that is shown after the part."""
        for packet in self._container.demux(self._stream):
            if _comes_after(packet, part):
                self.cut = True
                yield from self._stream.codec_context.decode(None)  # what the decoder still holds
                return
            yield from packet.decode()

    def _time_of(self, picture: VideoFrame, part: Part) -> float | None:
        """Counts it and gives its time in ms; None for one that is not to be used."""
        if picture.pts is None or picture.time_base is None:
            return None
        ms = float(picture.pts * picture.time_base * 1000)
        if part.has_ended(ms):  # decoded all the same: others are made from it
            self.cut = True
            return None
        if ms < self.last_ms or (self.count and ms == self.last_ms):
            return None  # out of order, or a second picture for the same moment
        self.count, self.last_ms = self.count + 1, ms
        return ms

    def _still(self, standing: VideoFrame | None, part: Part) -> Frame:
        """The only picture of a part in which nothing moved. PermanentFailure when the recording ends before it."""
        declared = plausible(self.declared_ms, self.last_ms, float("inf"))
        if not self.cut and (declared or self.last_ms) < part.start_ms:
            raise PermanentFailure("empty_recording", _outside(self.last_ms, part))
        if standing is None:
            raise PermanentFailure("empty_recording", _EMPTY_PART)
        return Frame(part.start_ms, self._sized(standing))

    def _sized(self, picture: VideoFrame) -> VideoFrame:
        """A tab that was resized while it was recorded: all frames get the size of the first."""
        checked_size(picture.width, picture.height)
        if self._size is None:
            self._size = (picture.width, picture.height)
        width, height = self._size
        return picture if (picture.width, picture.height) == self._size else picture.reformat(width, height)


def plausible(declared_ms: float | None, last_ms: float, max_ms: float) -> float | None:
    """The declared length, if the last frame lets one believe it."""
    if declared_ms is None or not last_ms - 1 <= declared_ms <= min(max_ms, last_ms + _END_GAP_MS):
        return None
    return declared_ms


def _comes_after(packet: "Packet[VideoStream]", part: Part) -> bool:
    """Packets come in the order of decoding, and nothing is shown before it is decoded."""
    if packet.dts is None or packet.time_base is None:
        return False
    return part.has_ended(float(packet.dts * packet.time_base * 1000))


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


def _outside(last_ms: float, part: Part) -> str:
    return (
        f"The recording ends at {last_ms / 1000:.1f} s, before the part that was asked for begins"
        f" ({part.start_ms / 1000:.1f} s). Upload it again with a trimStartMs below {max(1, round(last_ms))},"
        " or without one."
    )


def _too_long(max_ms: float) -> str:
    return (
        f"The recording is longer than the {max_ms / 60000:g} minutes that this account allows. Record a shorter"
        " time, trim it, or raise maxRecordingLength in the settings."
    )
