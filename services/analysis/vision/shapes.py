"""Boxes by classic means: flat areas walled in by edges, measured for fill, border and roundness."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from services.analysis.vision.ink import Colour, distance, luma, mean_colour
from services.analysis.vision.ocr import Image
from services.analysis.vision.regions import Rect, clip, pad

EDGE = 9  # least step between neighbours, of 255, that walls off an area; codec noise in flat areas stays below 6
MIN_SIDE = 12
SAMPLED = 20_000  # pixels of an area that tell its colour
BORDER_REACH = 7  # pixels outside of an area that are looked at for its border or focus ring


@dataclass(frozen=True)
class Shape:
    """A box on the screen. `rect` includes its border; `border` is None where there is none."""

    rect: Rect
    fill: Colour
    outside: Colour
    border: Colour | None
    border_px: int
    solidity: float  # area over bounding rectangle: 1 square corners, 0.9 pill, 0.785 circle
    texture: float  # share of the inside that is not the flat fill, 0..1
    spread: float  # standard deviation of the fill, 0..128: 0 plain, above 10 a gradient
    chevron: bool = False  # a small arrow stands alone at its right end, as in a list to choose from


def edges(image: Image) -> NDArray[np.uint8]:
    """Per pixel the largest step to a neighbour in any channel, 0..255."""
    kernel = np.ones((3, 3), np.uint8)
    red, green, blue = cv2.split(cv2.morphologyEx(image, cv2.MORPH_GRADIENT, kernel))
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)


def find_shapes(image: Image, walls: NDArray[np.uint8]) -> tuple[Shape, ...]:
    """All box-like areas of the frame, largest first. `walls` is `edges(image)`."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((walls <= EDGE).astype(np.uint8), connectivity=4)
    shapes = [
        shape
        for label in _candidates(count, stats)
        if (shape := _shape(image, labels, stats[label], label)) is not None
    ]
    return tuple(sorted(_distinct(shapes), key=lambda shape: -shape.rect.area))


def _candidates(count: int, stats: NDArray[Any]) -> Iterator[int]:
    """Areas big enough and full enough to be a box; the frame's own background is none."""
    for label in range(1, count):
        _, _, width, height, area = stats[label]
        if width >= MIN_SIDE and height >= MIN_SIDE and area >= 0.12 * width * height:
            yield label


def _shape(image: Image, labels: NDArray[Any], stat: NDArray[Any], label: int) -> Shape | None:
    x, y, width, height, area = (int(value) for value in stat)
    member = labels[y : y + height, x : x + width] == label
    outline, _ = cv2.findContours(member.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    solidity = max(float(cv2.contourArea(contour)) for contour in outline) / max(1, (width - 1) * (height - 1))
    if solidity < 0.74:
        return None
    inner = Rect(x, y, x + width, y + height)
    pixels = image[y : y + height, x : x + width][member]
    pixels = pixels[:: max(1, len(pixels) // SAMPLED)]
    fill, spread = mean_colour(pixels), float(pixels.std(axis=0).max())
    border, border_px, outside = _surroundings(image, inner, fill)
    frame = clip(pad(inner, 1 + border_px, 1 + border_px), image.shape[1], image.shape[0])
    texture = 1 - area / (width * height)
    return Shape(frame, fill, outside, border, border_px, solidity, texture, spread, _has_chevron(member))


def _has_chevron(member: NDArray[np.bool_]) -> bool:
    """`member`: which pixels of the inside are flat. A blob wider than high, in the middle, with room beside it."""
    height, width = member.shape
    if not 16 <= height <= 60 or width < 50:
        return False
    ink = ~member[2 : height - 2, max(0, width - 44) : width - 3]
    columns = np.flatnonzero(ink.any(axis=0))
    if not columns.size:
        return False
    last = columns[-1]
    gaps = np.flatnonzero(np.diff(columns) > 5)
    first = columns[gaps[-1] + 1] if gaps.size else columns[0]
    rows = np.flatnonzero(ink[:, first : last + 1].any(axis=1))
    tall, wide = int(rows[-1] - rows[0] + 1), int(last - first + 1)
    middle = abs((rows[0] + rows[-1]) / 2 - ink.shape[0] / 2) <= 0.15 * height
    alone = first >= 6 and ink.shape[1] - last <= 26
    return bool(alone and middle and 6 <= wide <= 20 and 4 <= tall <= 12 and wide > tall)


def _surroundings(image: Image, inner: Rect, fill: Colour) -> tuple[Colour | None, int, Colour]:
    """Border colour and width, and the colour behind the box, from the profiles across its four sides."""
    profile = [_ring(image, inner, reach) for reach in range(1, BORDER_REACH + 2)]
    outside = profile[-1]
    wall = [step for step in profile[:-1] if distance(step, fill) > EDGE and distance(step, outside) > EDGE]
    if not wall or (len(wall) == 1 and _between(wall[0], fill, outside)):
        return None, 0, outside
    strongest = max(wall, key=lambda step: min(distance(step, fill), distance(step, outside)))
    return strongest, min(len(wall), 4), outside


def _between(step: Colour, fill: Colour, outside: Colour) -> bool:
    """True for the soft edge of a box without a border: a blend of its two sides."""
    return all(min(a, b) - 2 <= c <= max(a, b) + 2 for a, b, c in zip(fill, outside, step, strict=True))


def _ring(image: Image, inner: Rect, reach: int) -> Colour:
    """The median colour of the four sides of the rectangle `reach` pixels outside; corners left out."""
    height, width = image.shape[:2]
    ring = pad(inner, reach, reach)
    dx, dy = inner.width // 5, inner.height // 5
    columns, rows = slice(inner.x0 + dx, inner.x1 - dx), slice(inner.y0 + dy, inner.y1 - dy)
    sides: list[NDArray[Any]] = []
    sides += [image[y, columns] for y in (ring.y0, ring.y1 - 1) if 0 <= y < height]
    sides += [image[rows, x] for x in (ring.x0, ring.x1 - 1) if 0 <= x < width]
    if not sides:
        return mean_colour(image[rows, columns][::4, ::4])  # of a box that is the whole frame
    return mean_colour(np.stack([np.median(side, axis=0) for side in sides]))


def _distinct(shapes: list[Shape]) -> Iterator[Shape]:
    """One shape per place: of two with nearly the same rectangle (a border, its inside) the larger stays."""
    kept: list[Shape] = []
    for shape in sorted(shapes, key=lambda shape: -shape.rect.area):
        if not any(_same_place(shape.rect, other.rect) for other in kept):
            kept.append(shape)
            yield shape


def _same_place(inner: Rect, outer: Rect) -> bool:
    return all(abs(a - b) <= 3 for a, b in zip(inner, outer, strict=True))


def is_badge(shape: Shape) -> bool:
    """A small filled pill or disc, as for a counter beside a label."""
    small = shape.rect.height <= 26 and shape.rect.width <= 60
    return small and shape.border is None and distance(shape.fill, shape.outside) > 60


def is_dimmed(image: Image, shapes: tuple[Shape, ...]) -> bool:
    """True when one box stands bright before a page that has no other bright spot, as under a modal's veil."""
    frame = image.shape[0] * image.shape[1]
    boxes = [shape for shape in shapes if 0.02 < shape.rect.area / frame < 0.7 and luma(shape.fill) > 120]
    brightest = max(boxes, key=lambda shape: (luma(shape.fill) // 8, shape.rect.area), default=None)
    if brightest is None:
        return False
    rest, (x0, y0, x1, y1) = image[::4, ::4].max(axis=2).astype(np.int16), brightest.rect
    rest[y0 // 4 : -(-y1 // 4), x0 // 4 : -(-x1 // 4)] = -1
    outside = rest[rest >= 0]
    # A plain dark page round a light card is no veil: under one, there are things to see.
    return bool(outside.size and np.percentile(outside, 99.5) < luma(brightest.fill) - 50 and outside.std() > 4)
