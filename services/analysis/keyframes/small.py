"""A frame as the selection sees it: its luma at a quarter of the size, and what differs between two of them. Pure.

The mean of 4 x 4 pixels keeps a ticked box, a typed letter and a caret far above the noise of the codecs (a step
of 1 to 4 of 255), and makes every look at a frame sixteen times cheaper.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Tiles = NDArray[np.intp]  # flat indices in the grid of tiles

SCALE = 4  # pixels of the frame in one pixel of the small image
TILE = 4  # small pixels in one side of a tile


class Region(NamedTuple):
    """Half-open rectangle in small pixels."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        return self.y1 - self.y0

    def grown(self, by: int) -> "Region":
        return Region(self.x0 - by, self.y0 - by, self.x1 + by, self.y1 + by)

    def shifted(self, x: int, y: int) -> "Region":
        return Region(self.x0 + x, self.y0 + y, self.x1 + x, self.y1 + y)

    def touches(self, other: "Region") -> bool:
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1

    def joined(self, other: "Region") -> "Region":
        return Region(
            min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1)
        )


Kind = Literal["open", "real", "pointer", "caret", "creep", "hover", "speck"]


@dataclass(eq=False)
class Blob:
    """One connected area that changed. `mask` covers `region`; `peak` is the largest difference, of 255; `tiles`
    are those that it touches.

    `kind` is `open` until time has told what it was; `ms` is when it changed.
    """

    region: Region
    mask: Mask
    count: int
    peak: int
    tiles: Tiles = field(repr=False)
    kind: Kind = "open"
    ms: float = 0.0
    after: Luma = field(default_factory=lambda: np.empty((0, 0), np.uint8), repr=False)
    before: Luma = field(default_factory=lambda: np.empty((0, 0), np.uint8), repr=False)
    lights_up: bool | None = None  # whether it may be what a pointer does to a thing, once somebody has asked

    @property
    def amount(self) -> Luma:
        """By how much each pixel of the region changed."""
        return np.asarray(
            cv2.absdiff(np.ascontiguousarray(self.before), np.ascontiguousarray(self.after)), np.uint8
        )

    @property
    def counts(self) -> bool:
        """Whether it is, as far as is known, a change of the interface itself."""
        return self.kind in {"open", "real"}


def shrink(luma: Luma) -> Luma:
    """The luma plane (height x width, uint8) at a quarter of its size; an odd rim is left out."""
    height, width = (side // SCALE * SCALE for side in luma.shape)
    # Two halvings are eight times faster than one area mean over 4 x 4: OpenCV has a fast path for 2 x 2 only.
    half = cv2.resize(luma[:height, :width], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(half, (width // 4, height // 4), interpolation=cv2.INTER_AREA), np.uint8)


def changed(before: Luma, after: Luma, threshold: int) -> tuple[Mask, Luma]:
    """Where two small images differ by more than the threshold, and by how much."""
    difference = np.asarray(cv2.absdiff(before, after), np.uint8)
    return difference > threshold, difference


def bounds(mask: Mask) -> Region | None:
    """Round what is set; None where nothing is."""
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    return Region(x, y, x + width, y + height) if width else None


def share(mask: Mask) -> float:
    """How much of it is set, 0..1."""
    return cv2.countNonZero(mask.view(np.uint8)) / mask.size


def blobs(
    mask: Mask, difference: Luma, least: int = 0, bridge: int = 3, around: Region | None = None
) -> list[Blob]:
    """Connected areas with a difference of `least` or more. Gaps narrower than `bridge` do not part them.

    `around` is the bounds of the mask, where they are known.
    """
    around = around or bounds(mask)
    if around is None:
        return []
    joined = cv2.dilate(cut(mask, around).view(np.uint8), np.ones((bridge, bridge), np.uint8))
    count, labels = cv2.connectedComponents(joined, connectivity=8)
    if count > 2:
        return _parted(mask, difference, np.asarray(labels, np.int32), around, least)
    ys, xs = cut(mask, around).nonzero()  # what is most frequent can be said without sorting
    peak = int(cut(difference, around)[ys, xs].max())
    tiles = _each_once(np.sort(_tile_of(ys, xs, around, mask.shape)))
    return [Blob(around, cut(mask, around), ys.size, peak, tiles)] if peak >= least else []


def parts(mask: Mask, bridge: int) -> int:
    """How many blobs there are."""
    around = bounds(mask)
    if around is None:
        return 0
    joined = cv2.dilate(cut(mask, around).view(np.uint8), np.ones((bridge, bridge), np.uint8))
    return int(cv2.connectedComponents(joined, connectivity=8)[0]) - 1


def _parted(mask: Mask, difference: Luma, labels: NDArray[np.int32], around: Region, least: int) -> list[Blob]:
    """Several blobs, all within `around`, of which `labels` says where each is."""
    shape = mask.shape
    mask, difference = cut(mask, around), cut(difference, around)
    ys, xs = mask.nonzero()
    of = labels[ys, xs].astype(np.intp)
    order = np.argsort(of, kind="stable")
    ys, xs, of = ys[order], xs[order], of[order]
    starts = np.flatnonzero(_begins(of))
    ends = np.append(starts[1:], of.size)
    sides = (np.minimum.reduceat(xs, starts), ys[starts], np.maximum.reduceat(xs, starts) + 1, ys[ends - 1] + 1)
    peaks = np.maximum.reduceat(difference[ys, xs], starts)
    columns_of = (of[starts], ends - starts, peaks, *sides)
    found = []
    for label, size, peak, x0, y0, x1, y1, touched in zip(
        *(each.tolist() for each in columns_of), _tiles(of, _tile_of(ys, xs, around, shape)), strict=True
    ):
        if peak >= least:
            inner = mask[y0:y1, x0:x1] & (labels[y0:y1, x0:x1] == label)
            region = Region(x0, y0, x1, y1).shifted(around.x0, around.y0)
            found.append(Blob(region, inner, size, peak, touched))
    return found


def _tile_of(ys: Tiles, xs: Tiles, around: Region, shape: Sequence[int]) -> Tiles:
    """The tile of each pixel, whose place is given from the corner of `around`."""
    tiles: Tiles = (ys + around.y0) // TILE * -(-shape[1] // TILE) + (xs + around.x0) // TILE
    return tiles


def whole(mask: Mask, difference: Luma) -> Blob:
    """All of the mask as one change of the interface."""
    (height, width), (rows, columns) = mask.shape, (-(-side // TILE) for side in mask.shape)
    count, peak = int(mask.sum()), int(difference.max())
    return Blob(Region(0, 0, width, height), mask, count, peak, np.arange(rows * columns), kind="real")


def _begins(values: Tiles) -> Mask:
    """Where a run of equal values begins."""
    begins = np.empty(values.size, bool)
    begins[:1] = True
    np.not_equal(values[1:], values[:-1], out=begins[1:])
    return begins


def _each_once(ordered: Tiles) -> Tiles:
    return ordered[_begins(ordered)]


def _tiles(of: NDArray[np.intp], tiles: Tiles) -> list[Tiles]:
    """The tiles of each group, each once and in order, where pixel after pixel the group and the tile are given."""
    base = int(tiles.max()) + 1
    keys = of * base + tiles
    keys = _each_once(np.sort(_each_once(keys)))
    groups = keys // base
    within = keys - groups * base
    starts = np.flatnonzero(_begins(groups)).tolist()
    return [within[start:end] for start, end in itertools.pairwise([*starts, within.size])]


A = TypeVar("A", bound=np.generic)


def cut(image: NDArray[A], region: Region) -> NDArray[A]:
    """The part of an image inside a region, clipped to the image. A view."""
    x0, y0, x1, y1 = region
    return image[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)]


def untiled(tiles: Mask, shape: Sequence[int]) -> Mask:
    """The small pixels that lie in the given tiles."""
    return tiles.repeat(TILE, axis=0).repeat(TILE, axis=1)[: shape[0], : shape[1]]
