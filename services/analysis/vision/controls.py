"""Checkboxes, radio buttons, switches: small closed forms on plain ground, and how they are filled."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from services.analysis.vision.ink import Colour, distance, mean_colour
from services.analysis.vision.ocr import Image
from services.analysis.vision.regions import Rect, intersects, pad
from services.analysis.vision.shapes import EDGE

Kind = Literal["checkbox", "radio", "switch"]
SMALLEST, LARGEST = 11, 34
_UNEVEN = 0.2  # share of a circle that may be of another colour
_ROUND = 0.8  # share of a circle that must be drawn: thin soft lines are lost here and there in a recording
CONTRAST = 40  # of 255: between a control's line and the ground


@dataclass(frozen=True)
class Control:
    rect: Rect
    kind: Kind
    checked: bool


def find_controls(image: Image, walls: NDArray[np.uint8], known: tuple[Control, ...] = ()) -> tuple[Control, ...]:
    """Controls of this frame; those of the frame before (`known`) are found again even half under the pointer."""
    found = [control for rect in _candidates(walls) if (control := _classify(image, rect)) is not None]
    hidden = [old for old in known if not any(intersects(old.rect, new.rect) for new in found)]
    found += [again for old in hidden if (again := _revisit(image, old)) is not None]
    return tuple(sorted(found, key=lambda control: (control.rect.y0, control.rect.x0)))


def _candidates(walls: NDArray[np.uint8]) -> Iterator[Rect]:
    count, _, stats, _ = cv2.connectedComponentsWithStats((walls > 3 * EDGE).astype(np.uint8), connectivity=8)
    for label in range(1, count):
        x, y, width, height, _ = (int(value) for value in stats[label])
        rect = Rect(
            x + 1, y + 1, x + width - 1, y + height - 1
        )  # an edge is seen one pixel outside of the form too
        if SMALLEST <= rect.height <= LARGEST and 0.86 <= rect.width / rect.height <= 2.4:
            yield rect


def _classify(image: Image, rect: Rect) -> Control | None:
    ground = _ground(image, rect)
    if ground is None:
        return None
    ratio = rect.width / rect.height
    if ratio >= 1.5:
        return _switch(image, rect, ground)
    if ratio > 1.16 or rect.height > 26:
        return None
    if _is_square(image, rect, ground):
        checked = _checked_box(image, rect, ground)
        return None if checked is None else Control(rect, "checkbox", checked)
    if abs(rect.width - rect.height) <= 2 and _is_circle(image, rect, ground):
        checked = _checked_radio(image, rect, ground)
        return None if checked is None else Control(rect, "radio", checked)
    return None


def _ground(image: Image, rect: Rect) -> Colour | None:
    """The one colour all around the form, or None when something else touches it (as letters do in a word)."""
    height, width = image.shape[:2]
    ring = pad(rect, 3, 3)
    if ring.x0 < 2 or ring.y0 < 0 or ring.x1 + 2 > width or ring.y1 > height:
        return None
    rows = [image[y, ring.x0 : ring.x1] for y in (ring.y0, ring.y1 - 1)]
    columns = [image[ring.y0 : ring.y1, x] for x in (ring.x0 - 2, ring.x0, ring.x1 - 1, ring.x1 + 1)]
    around = np.concatenate(rows + columns)
    ground = mean_colour(around)
    away = _away(around, ground)
    return ground if (away > CONTRAST).mean() < 0.06 else None


def _away(pixels: NDArray[np.uint8], colour: Colour) -> NDArray[np.int16]:
    away: NDArray[np.int16] = np.abs(pixels.astype(np.int16) - np.array(colour, np.int16)).max(axis=-1)
    return away


def _side_marks(image: Image, rect: Rect, ground: Colour, corner: int = 5) -> list[float]:
    """For top, bottom, left, right: the share of the side that is not ground, without its corners.

    At top and bottom these take one part in `corner` of the height.
    """
    away = _away(image[rect.y0 : rect.y1, rect.x0 : rect.x1], ground) > CONTRAST // 2
    across, down = max(2, rect.height // corner), max(2, rect.height // 5)
    level = [away[:2, across:-across].any(axis=0), away[-2:, across:-across].any(axis=0)]
    upright = [away[down:-down, :2].any(axis=1), away[down:-down, -2:].any(axis=1)]
    return [float(np.mean(line)) if line.size else 0.0 for line in level + upright]


def _is_square(image: Image, rect: Rect, ground: Colour) -> bool:
    away = _away(image[rect.y0 : rect.y1, rect.x0 : rect.x1], ground) > CONTRAST // 2
    third = rect.height // 4
    corners = [away[:third, :third], away[:third, -third:], away[-third:, :third], away[-third:, -third:]]
    drawn = min(corner.mean() for corner in corners) >= 0.3 and _has_corners(away)
    return drawn and min(_side_marks(image, rect, ground)) >= 0.95


def _has_corners(away: NDArray[np.bool_]) -> bool:
    """Whether it reaches further into its corners than a circle does: a rounded box does, an O does not."""
    height, width = away.shape
    y, x = max(1, round(0.08 * height)), max(1, round(0.08 * width))
    blocks = [away[: y + 1, : x + 1], away[: y + 1, -x - 1 :], away[-y - 1 :, : x + 1], away[-y - 1 :, -x - 1 :]]
    return all(block.any() for block in blocks)


def _is_circle(image: Image, rect: Rect, ground: Colour) -> bool:
    away = _away(image[rect.y0 : rect.y1, rect.x0 : rect.x1], ground) > CONTRAST // 3
    height, width = away.shape
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    marks = np.zeros(48, bool)
    for inset in (0.5, 1.5):
        xs = (width - 1) / 2 + ((width - 1) / 2 - inset) * np.cos(angle)
        ys = (height - 1) / 2 + ((height - 1) / 2 - inset) * np.sin(angle)
        marks |= away[np.rint(ys).astype(int), np.rint(xs).astype(int)]
    return bool(marks.mean() >= _ROUND and not _has_corners(away))


def _checked_box(image: Image, rect: Rect, ground: Colour) -> bool | None:
    """True for a tick on a fill or in a frame, False for an empty frame, None for a plain filled square."""
    inside = image[rect.y0 + 3 : rect.y1 - 3, rect.x0 + 3 : rect.x1 - 3]
    fill = mean_colour(inside)
    marked = float((_away(inside, fill) > 60).mean())
    if 0.08 <= marked <= 0.6:
        return True
    border = mean_colour(image[rect.y0 : rect.y0 + 1, rect.x0 + 4 : rect.x1 - 4])
    return False if marked < 0.05 and distance(border, fill) > CONTRAST // 2 else None


def _checked_radio(image: Image, rect: Rect, ground: Colour) -> bool | None:
    """True with a dot in the middle, False for an empty ring, None for anything else, such as a digit in a disc."""
    band, heart = _circle(image, rect, 0.66), _circle(image, rect, 0.22)
    between, dot = mean_colour(band), mean_colour(heart)
    if (_away(band, between) > CONTRAST).mean() > _UNEVEN or (_away(heart, dot) > CONTRAST).mean() > _UNEVEN:
        return None
    if distance(dot, between) > CONTRAST:
        return True
    line = mean_colour(_circle(image, rect, 0.93))
    return False if distance(line, between) > CONTRAST // 2 and distance(dot, ground) < 2 * CONTRAST else None


def _circle(image: Image, rect: Rect, share: float) -> NDArray[np.uint8]:
    """Pixels on a circle round the middle, `share` of the way to the rim."""
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    xs = (rect.x0 + rect.x1 - 1) / 2 + share * (rect.width - 1) / 2 * np.cos(angle)
    ys = (rect.y0 + rect.y1 - 1) / 2 + share * (rect.height - 1) / 2 * np.sin(angle)
    return np.asarray(image[np.rint(ys).astype(int), np.rint(xs).astype(int)], np.uint8)


def _switch(image: Image, rect: Rect, ground: Colour) -> Control | None:
    """A pill whose knob fills one end: the end that is not coloured like the middle of the track."""
    radius = rect.height // 2
    row = int(rect.cy)
    left = mean_colour(image[row - 2 : row + 3, rect.x0 + radius - 2 : rect.x0 + radius + 3])
    right = mean_colour(image[row - 2 : row + 3, rect.x1 - radius - 3 : rect.x1 - radius + 2])
    track = mean_colour(image[rect.y0 + 2 : rect.y0 + 4, int(rect.cx) - 2 : int(rect.cx) + 3])
    corners = image[[rect.y0, rect.y0, rect.y1 - 1, rect.y1 - 1], [rect.x0, rect.x1 - 1, rect.x0, rect.x1 - 1]]
    round_ends = bool((_away(corners, ground) < CONTRAST).all())
    top, bottom, _, _ = _side_marks(image, rect, ground, 2)
    knob_left, knob_right = distance(left, track) > CONTRAST, distance(right, track) > CONTRAST
    if (
        not round_ends
        or min(top, bottom) < 0.95
        or _busy(image, rect)
        or knob_left == knob_right
        or rect.height < 14
        or distance(track, ground) < CONTRAST // 2
    ):
        return None
    return Control(rect, "switch", checked=knob_right)


def _busy(image: Image, rect: Rect) -> bool:
    """True when the middle row changes colour as often as letters do; a track with a knob changes three times."""
    row = image[int(rect.cy), rect.x0 + 1 : rect.x1 - 1].astype(np.int16)
    jumps = np.abs(row[2:] - row[:-2]).max(axis=1) > CONTRAST
    return int((jumps[1:] & ~jumps[:-1]).sum()) > 3


def _revisit(image: Image, old: Control) -> Control | None:
    """A known checkbox whose outline is still there on two sides at least; the pointer may hide the others."""
    rect = old.rect
    if old.kind != "checkbox" or rect.x0 < 3 or rect.y0 < 3:
        return None
    ground = mean_colour(image[rect.y0 - 3, rect.x0 - 3 : rect.x1])
    top, _, left, _ = _side_marks(image, rect, ground)
    if min(top, left) < 0.9:
        return None
    corner = image[
        rect.y0 + 2 : int(rect.cy) + 1, rect.x0 + 2 : int(rect.cx) + 1
    ]  # the pointer's tip is never there
    filled = float((_away(corner, ground) > CONTRAST).mean()) > 0.4
    return Control(rect, "checkbox", filled)
