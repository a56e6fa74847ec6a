"""Pictures of candidates, laid aside on disk so that memory stays flat however many there are."""

import tempfile
from types import TracebackType
from typing import Any, Self

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from services.analysis.keyframes.small import Luma

Rgb = NDArray[np.uint8]


class Album:
    """Use as a context manager. Every picture has the size of the first; places of dropped ones are used again."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed by __exit__
        self._free: list[int] = []
        self._count = 0
        self._format, self._shape, self._height = "", (0, 0), 0
        self._colour: tuple[Any, Any] = (None, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def keep(self, picture: VideoFrame) -> int:
        """Lay a picture aside; return its place."""
        if not self._format:
            even = picture.width % 2 == 0 and picture.height % 2 == 0
            self._format = "yuv420p" if even else "rgb24"
            self._height, self._colour = picture.height, (picture.colorspace, picture.color_range)
        array = picture.reformat(format=self._format).to_ndarray()
        self._shape = array.shape
        place = self._free.pop() if self._free else self._count
        self._count += place == self._count
        self._file.seek(place * array.nbytes)
        self._file.write(np.ascontiguousarray(array).data)
        self._file.flush()
        return place

    def drop(self, place: int) -> None:
        self._free.append(place)

    def rgb(self, place: int) -> Rgb:
        """Height x width x 3."""
        array = self._array(place)
        if self._format == "rgb24":
            return array
        picture = VideoFrame.from_ndarray(array, format=self._format)
        picture.colorspace, picture.color_range = self._colour
        return np.asarray(picture.to_ndarray(format="rgb24"), np.uint8)

    def luma(self, place: int) -> Luma:
        """Height x width."""
        array = self._array(place)
        return array.mean(axis=2).astype(np.uint8) if self._format == "rgb24" else array[: self._height]

    def _array(self, place: int) -> NDArray[np.uint8]:
        """Mapped, so that only what is looked at is read."""
        size = int(np.prod(self._shape))
        return np.memmap(self._file, np.uint8, "r", place * size, self._shape)
