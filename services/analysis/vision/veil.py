"""A page that a modal dialog dims: what of it is what it was, and where the dialog stands. Pure over pixels.

A veil of one colour over a page makes every pixel `k * before + c`, with the same two numbers everywhere. What does
not obey is new. So the page behind need not be read again, and cannot be misread.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.analysis.vision.ocr import Image
from services.analysis.vision.regions import Rect, clip, merged, pad

_CELL = 8  # pixels of a frame that are looked at as one
_OBEYS = 4.5  # of 255, between what the veil makes of a pixel and what it is
_DIMS = (0.2, 0.94)  # k: below, nothing of the page can be seen; above, there is no veil
_PAGE = 0.3  # share of the frame that must obey
_PAGE_CHANGED = 0.5  # and of what the veil changes of it
_RIM_OBEYS = 0.35  # share of the frame's rim that must obey
_LEVELS = 7  # brightnesses of a page that are looked at: the commonest
_TELLING = 0.015  # share of the frame that a veil must change
_DIALOG = (0.015, 0.8)  # share of the frame
_FULL = 0.6  # share of its bounds that a dialog fills
_ROOMY = 1.6  # times as large as what is solid and new: such a box holds more than the dialog
_SHADOW = 56  # pixels round a dialog that its shadow darkens further
_ALL_NEW = 0.8  # share of what is new that lies within a box that is not filled by it
_CHANGED = 14.0  # of 255, on means of four by four pixels
_FINE = 4


@dataclass(frozen=True)
class Veil:
    """`dialog` is where the largest new thing stands, `others` what else changed behind or beside it."""

    dialog: Rect
    others: tuple[Rect, ...] = ()
    page: float = 0.0  # share of the frame that is the page as it was, dimmed


def veil(before: Image, after: Image, boxes: Sequence[Rect] = ()) -> Veil | None:
    """None when the page is not dimmed, or nothing stands before it. `boxes` are those seen in `after`."""
    one, other = _small(before, _CELL), _small(after, _CELL)
    obeys = _obeying(one, other)
    if obeys is None or obeys.mean() < _PAGE or _rim(obeys).mean() < _RIM_OBEYS:
        return None
    new = ~obeys
    solid = cv2.morphologyEx(new.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)).astype(bool)
    size = after.shape[0] * after.shape[1]
    large = [rect for rect in _components(solid, _CELL, after) if _is_dialog(rect, size) and _filled(rect, new)]
    # A dialog of nearly the veil's own colour shows by its rim and its words: all that is new lies in one box.
    whole = [box for box in boxes if _is_dialog(box, size) and _share_within(box, new) >= _ALL_NEW]
    rough = max(large, key=lambda rect: rect.area, default=None)
    dialog = min(whole, key=lambda rect: rect.area, default=rough)
    if rough is not None and dialog is not None and _explains(rough, new) and dialog.area > _ROOMY * rough.area:
        dialog = rough
    if dialog is None:
        return None
    rest = new.copy()
    x0, y0, x1, y1 = clip(pad(dialog, _SHADOW, _SHADOW), after.shape[1], after.shape[0])
    rest[y0 // _CELL : -(-y1 // _CELL), x0 // _CELL : -(-x1 // _CELL)] = False
    return Veil(dialog, _components(rest, _CELL, after), float(obeys.mean()))


def _rim(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The outer cells: a dialog leaves most of them to the page, a drawer at least half."""
    rows, columns = max(1, mask.shape[0] // 20), max(1, mask.shape[1] // 20)
    parts = (mask[:rows], mask[-rows:], mask[:, :columns], mask[:, -columns:])
    return np.concatenate([part.ravel() for part in parts])


def _explains(rect: Rect, new: NDArray[np.bool_]) -> bool:
    return _share_within(rect, new) >= _PAGE_CHANGED


def _is_dialog(rect: Rect, size: int) -> bool:
    return _DIALOG[0] <= rect.area / size <= _DIALOG[1]


def _share_within(rect: Rect, mask: NDArray[np.bool_]) -> float:
    part = mask[rect.y0 // _CELL : -(-rect.y1 // _CELL), rect.x0 // _CELL : -(-rect.x1 // _CELL)]
    return float(part.sum() / max(1, mask.sum()))


def differences(before: Image, after: Image) -> tuple[Rect, ...]:
    """Where two frames differ, in disjoint boxes of pixels."""
    away = np.abs(_small(before, _FINE) - _small(after, _FINE)) > _CHANGED
    return _components(away, _FINE, after)


def _small(image: Image, cell: int) -> NDArray[np.float32]:
    height, width = image.shape[:2]
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    size = (max(1, width // cell), max(1, height // cell))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32)


def _obeying(before: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.bool_] | None:
    """Which cells are what the likeliest veil makes of them; None when there is none that could be.

    Candidates go through what became of any two brightnesses; that of most cells is taken.
    """
    bins = (before // 16).astype(int)
    counts = np.bincount(bins.ravel(), minlength=16)
    usual = sorted(level for level in np.argsort(counts)[-_LEVELS:] if counts[level] >= 24)
    points = [(float(np.median(before[bins == n])), float(np.median(after[bins == n]))) for n in usual]
    best: NDArray[np.bool_] | None = None
    for number, (x, y) in enumerate(points):
        for x2, y2 in points[number + 1 :]:
            k = (y2 - y) / (x2 - x)
            if x2 - x <= 24 or not _DIMS[0] <= k <= _DIMS[1]:
                continue
            dimmed = k * before + y - k * x
            obeys = np.abs(after - dimmed) <= _OBEYS
            tells = np.abs(dimmed - before) > 2 * _OBEYS  # the veil changes nothing of its own colour
            if tells.mean() < _TELLING or obeys[tells].mean() < _PAGE_CHANGED:
                continue
            if best is None or obeys.sum() > best.sum():
                best = obeys
    return best


def _components(mask: NDArray[np.bool_], cell: int, image: Image) -> tuple[Rect, ...]:
    closed = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    height, width = image.shape[:2]
    rects = []
    for label in range(1, count):
        x, y, w, h, _ = (int(value) for value in stats[label])
        rects.append(
            clip(pad(Rect(x * cell, y * cell, (x + w) * cell, (y + h) * cell), -cell + 1, -cell + 1), width, height)
        )
    return merged(rect for rect in rects if rect.area > 0)


def _filled(rect: Rect, mask: NDArray[np.bool_]) -> bool:
    part = mask[rect.y0 // _CELL : -(-rect.y1 // _CELL), rect.x0 // _CELL : -(-rect.x1 // _CELL)]
    return bool(part.size and part.mean() >= _FULL)
