"""A recording as a row of small luma grids: enough to see what changed where, and when."""

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

TILE = 8  # pixels of video

Grid = NDArray[np.float32]
Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels of video


@dataclass(frozen=True)
class Film:
    """`times` in ms of video, `grids` (frames, rows, columns): the mean luma of each tile."""

    times: NDArray[np.float64]
    grids: Grid
    width: int
    height: int
    duration: float | None  # what the container says, ms

    def before(self, ms: float) -> int:
        """The last frame at or before `ms`, or the first."""
        return max(0, int(np.searchsorted(self.times, ms, side="right")) - 1)

    def within(self, start: float, end: float) -> range:
        """Frames with start <= time < end."""
        return range(int(np.searchsorted(self.times, start)), int(np.searchsorted(self.times, end)))

    def tiles(self, box: Box) -> tuple[slice, slice]:
        """Rows and columns of every tile that `box` touches."""
        left, top, right, bottom = box
        rows = slice(max(0, int(top // TILE)), max(0, int(-(-bottom // TILE))))
        return rows, slice(max(0, int(left // TILE)), max(0, int(-(-right // TILE))))


def _grid(frame: av.VideoFrame) -> Grid:
    luma = frame.reformat(format="gray").to_ndarray()
    rows, columns = luma.shape[0] // TILE, luma.shape[1] // TILE
    tiles = luma[: rows * TILE, : columns * TILE].reshape(rows, TILE, columns, TILE)
    mean: Grid = tiles.mean(axis=(1, 3), dtype=np.float32)
    return mean


def watch(path: Path) -> Film:
    """Decode `path`. Raise av.FFmpegError when it is no video."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        pairs = [(float(frame.time or 0) * 1000, _grid(frame)) for frame in container.decode(stream)]
        duration = container.duration / 1000 if container.duration else None
        width, height = stream.width, stream.height
    return Film(np.array([t for t, _ in pairs]), np.stack([g for _, g in pairs]), width, height, duration)
