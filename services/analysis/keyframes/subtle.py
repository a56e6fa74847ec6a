"""Changes too subtle to be a state: a blinking caret, a tint under the pointer, a bar that creeps. Pure."""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from services.analysis.keyframes.small import Blob, Mask, Region, cut

CARET_WIDTH, CARET_HEIGHT = 2, (4, 24)  # small pixels
TINT_COUNT, TINT_CORE = 12, 40  # small pixels: of any tint, and of the even part of one with the pointer in it
TINT_PEAK = 60  # of 255; a stronger change under the pointer is more than a hover effect
STILL = 4  # of 255: less is no change of the middle
POINTERS_COUNT = 50  # small pixels that the pointer takes, where it was and where it is
OUTLINE_WIDTH, OUTLINE_HEIGHT = 12, 6  # small pixels of the least thing with a frame
OUTLINE_SHARE, LINE_SHARE = 0.5, 0.75  # of its area that may change, of its width that a line takes
LINE, LINE_LENGTH = 2, 6  # small pixels: of what underlines a link, or marks a row at its side
SOLID = 14  # of 255: largest difference within a row of a bar's fill
CREEP_MS = 900.0  # between two steps of a bar
CREEP_STEPS = 3
GLOW_PEAK, GLOW_MS = 24, 700.0


def is_caret(blob: Blob) -> bool:
    """A thin upright line came or went."""
    region = blob.region
    low, high = CARET_HEIGHT
    return region.width <= CARET_WIDTH and low <= region.height <= high and region.height >= 2.5 * region.width


def is_outline(blob: Blob) -> bool:
    """The frame round something was drawn otherwise: two long lines above each other and little between them."""
    region = blob.region
    is_large = region.width >= OUTLINE_WIDTH and region.height >= OUTLINE_HEIGHT
    if not is_large or blob.count > OUTLINE_SHARE * blob.mask.size:
        return False
    lines = np.flatnonzero(blob.mask.mean(axis=1) >= LINE_SHARE)
    return lines.size >= 2 and int(lines[-1] - lines[0]) >= OUTLINE_HEIGHT - 2


def is_line(blob: Blob) -> bool:
    """A line was drawn or went: under a link, or beside a row."""
    width, height = blob.region.width, blob.region.height
    return (height <= LINE and width >= LINE_LENGTH) or (width <= LINE and height >= LINE_LENGTH)


def tint_of(blob: Blob, pointers: Sequence[Region] | None = None) -> float | None:
    """By how much of 255 the blob was tinted: nearly all of it alike. None when it was not.

    What lies in `pointers` does not count. Where nobody knows the pointer (None), some pixels may be it.
    """
    if blob.before.shape != blob.mask.shape or blob.count < TINT_COUNT:
        return None
    counts = _counts(blob, pointers or ())
    total = int(counts.sum())
    if total < TINT_COUNT:
        return None
    middle = _middle(counts)
    reach = _reach(middle)
    alike = int(counts[max(0, math.ceil(255 + middle - reach)) : math.floor(255 + middle + reach) + 1].sum())
    even = alike >= 0.84 * total or (pointers is None and alike >= TINT_CORE and total - alike <= POINTERS_COUNT)
    return abs(middle) if even and STILL <= abs(middle) <= TINT_PEAK else None


def beside_tint(blob: Blob, pointers: Sequence[Region]) -> Mask:
    """What in a tinted blob is not the tint: letters in a field that got the focus, say."""
    middle = _middle(_counts(blob, pointers))
    beside: Mask = np.abs(_change(blob) - middle) > _reach(middle)
    return _without(blob, pointers) & beside


def _change(blob: Blob) -> NDArray[np.int16]:
    return blob.after.astype(np.int16) - blob.before.astype(np.int16)


def _counts(blob: Blob, pointers: Sequence[Region]) -> NDArray[np.intp]:
    """How many pixels changed by -255, -254 … 255."""
    changes = _change(blob)[_without(blob, pointers)]
    return np.bincount(changes.astype(np.intp) + 255, minlength=511)


def _middle(counts: NDArray[np.intp]) -> float:
    """The median change."""
    upto = counts.cumsum()
    low, high = np.searchsorted(upto, [(upto[-1] + 1) // 2, upto[-1] // 2 + 1])
    return float(low + high) / 2 - 255


def _reach(middle: float) -> float:
    """How far from the middle a change is still much the same."""
    return max(8.0, 0.45 * abs(middle))


def _without(blob: Blob, pointers: Sequence[Region]) -> Mask:
    mask = blob.mask.copy()
    for pointer in pointers:
        cut(mask, pointer.grown(2).shifted(-blob.region.x0, -blob.region.y0))[:] = False
    return mask


class Afterglow:
    """After a strong change the codec sharpens the picture for some frames more: faint changes inside of it."""

    def __init__(self) -> None:
        self._strong: deque[tuple[float, Region, int]] = deque(maxlen=64)

    def is_afterglow(self, now: float, blob: Blob) -> bool:
        """Whether the blob is one; strong ones are remembered."""
        if blob.peak > GLOW_PEAK:
            self._strong.append((now, blob.region.grown(1), blob.peak))
            return False
        around = ((region, peak) for ms, region, peak in self._strong if now - ms <= GLOW_MS)
        return any(region.joined(blob.region) == region and peak >= 3 * blob.peak for region, peak in around)


@dataclass
class _Bar:
    ms: float
    region: Region
    level: float
    blobs: list[Blob] = field(default_factory=list)
    steps: int = 1


class Creep:
    """Bars that grow step by step: each step is solid, at the end of the one before, in the same rows."""

    def __init__(self) -> None:
        self._bars: list[_Bar] = []

    def see(self, now: float, blobs: list[Blob]) -> None:
        self._bars = [bar for bar in self._bars if now - bar.ms <= CREEP_MS]
        for blob in blobs:
            level = _solid(blob)
            if level is None:
                continue
            bar = next((bar for bar in self._bars if _goes_on(bar, blob.region, level)), None)
            if bar is None:
                self._bars.append(_Bar(now, blob.region, level, [blob]))
            else:
                self._grow(bar, blob, now)

    def _grow(self, bar: _Bar, blob: Blob, now: float) -> None:
        bar.ms, bar.region, bar.steps = now, blob.region, bar.steps + 1
        bar.blobs.append(blob)
        if bar.steps >= CREEP_STEPS:
            for step in bar.blobs:
                step.kind = "creep"
            bar.blobs.clear()


def _solid(blob: Blob) -> float | None:
    """The level of a piece of fill, or None: every row is even, but for the end of the bar, which is blurred."""
    if blob.after.shape != blob.mask.shape or blob.region.height > 8 or blob.region.width > 60:
        return None
    fill = blob.after[:, :-1] if blob.region.width > 1 else blob.after
    uneven = int((fill.max(axis=1) - fill.min(axis=1)).max())
    return float(fill[fill.shape[0] // 2].mean()) if uneven <= SOLID else None


def _goes_on(bar: _Bar, region: Region, level: float) -> bool:
    rows = abs(bar.region.y0 - region.y0) <= 1 and abs(bar.region.y1 - region.y1) <= 1
    beside = region.x0 <= bar.region.x1 + 2 and bar.region.x0 <= region.x1 + 2 and region.x0 != bar.region.x0
    return rows and beside and abs(bar.level - level) <= SOLID
