"""Pictures of candidates, laid aside on disk so that memory stays flat however many there are."""

import os
import tempfile
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from services.analysis.keyframes.small import Luma

Rgb = NDArray[np.uint8]


@dataclass(frozen=True)
class _Layout:
    """How a picture lies in its place: per plane its height, its width, and how many bytes a row takes."""

    planes: tuple[tuple[int, int, int], ...]

    @property
    def size(self) -> int:
        return sum(height * stride for height, _, stride in self.planes)


class Album:
    """Use as a context manager. Every picture has the size of the first; places of dropped ones are used again."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  closed by __exit__
        self._free: list[int] = []
        self._layouts: list[_Layout] = []  # by place
        self._room = 0  # bytes of a place
        self._colour: tuple[Any, Any] = (None, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def keep(self, picture: VideoFrame) -> int:
        """Lay a picture aside; return its place."""
        if picture.format.name not in {"yuv420p", "yuvj420p"}:
            picture = picture.reformat(format="yuv420p")
        layout = _Layout(tuple((plane.height, plane.width, plane.line_size) for plane in picture.planes))
        if not self._room:
            self._room = 2 * layout.size  # another decoder of the same stream may align rows otherwise
            self._colour = (picture.colorspace, picture.color_range)
        place = self._free.pop() if self._free else len(self._layouts)
        self._layouts[place : place + 1] = [layout]
        rows = [memoryview(plane)[: plane.height * plane.line_size] for plane in picture.planes]
        _write_all(self._file.fileno(), rows, place * self._room)
        return place

    def drop(self, place: int) -> None:
        self._free.append(place)

    def rgb(self, place: int) -> Rgb:
        """Height x width x 3."""
        planes = self._planes(place)
        height, width = planes[0].shape
        picture = VideoFrame(width, height, "yuv420p")
        for plane, rows in zip(picture.planes, planes, strict=True):
            padded = np.zeros((plane.height, plane.line_size), np.uint8)
            padded[:, : rows.shape[1]] = rows
            plane.update(padded.tobytes())
        picture.colorspace, picture.color_range = self._colour
        return np.asarray(picture.to_ndarray(format="rgb24"), np.uint8)

    def luma(self, place: int) -> Luma:
        """Height x width, read from the disk where it is looked at."""
        return self._planes(place)[0]

    def _planes(self, place: int) -> list[Luma]:
        layout = self._layouts[place]
        every = np.memmap(self._file, np.uint8, "r", place * self._room, (layout.size,))
        planes, start = [], 0
        for height, width, stride in layout.planes:
            end = start + height * stride
            planes.append(every[start:end].reshape(height, stride)[:, :width])
            start = end
        return planes


def _write_all(file: int, parts: list[memoryview], offset: int) -> None:
    """Write the parts one after the other from there. Raise OSError, for one when the disk is full."""
    while parts:
        written = os.pwritev(file, parts, offset)
        offset += written
        while parts and written >= parts[0].nbytes:
            written -= parts.pop(0).nbytes
        if parts:
            parts[0] = parts[0][written:]
