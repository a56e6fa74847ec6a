"""How frames and pages look, in small grey pictures, and how alike a place of both is. Pure over arrays."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.model.evidence import Box

Grey = NDArray[np.uint8]  # rows x columns of luma

HALF = 2  # frames are halved: what is to be told apart is twelve pixels and more
_REACH = 2  # halved pixels by which a place may be off
_PAD = 2
_DARK, _LIGHT = 70.0, 150.0  # median lumas of themes; a page that a dialog dims is seldom that dark
_FLAT = 3.0  # standard deviation of luma below which there is nothing to be seen


@dataclass(frozen=True)
class View:
    """A frame: its luma at half size, and its real size in pixels."""

    grey: Grey
    width: int
    height: int

    @property
    def aspect(self) -> float:
        """Height in widths."""
        return self.height / self.width


@dataclass(frozen=True)
class PageView:
    """A page from its top down, its luma with one pixel for each CSS pixel."""

    grey: Grey
    viewport: tuple[int, int]
    scrolled: float = 0.0

    def at_scale_of(self, view: View) -> Grey:
        scale = view.width / HALF / self.viewport[0]
        size = (max(1, round(self.grey.shape[1] * scale)), max(1, round(self.grey.shape[0] * scale)))
        return np.asarray(cv2.resize(self.grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def grey(rgb: NDArray[np.uint8]) -> Grey:
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def halved(rgb: NDArray[np.uint8]) -> View:
    height, width = rgb.shape[:2]
    size = (max(1, width // HALF), max(1, height // HALF))
    return View(np.asarray(cv2.resize(grey(rgb), size, interpolation=cv2.INTER_AREA), np.uint8), width, height)


def is_turned(frame: Grey, page: Grey) -> bool:
    """Whether one is dark on light and the other light on dark, as after a change of the theme."""
    dark, light = sorted((float(np.median(frame)), float(np.median(page))))
    return dark < _DARK and light > _LIGHT


def turned(picture: Grey) -> Grey:
    return np.asarray(255 - picture, np.uint8)


@dataclass(frozen=True)
class Likeness:
    """`pattern` -1..1: correlation of what is drawn; `off` 0..255: mean difference of luma at the best fit."""

    pattern: float
    off: float


NOTHING = Likeness(0.0, 255.0)


def likeness(frame: Grey, place: Box, page: Grey, source: Box) -> Likeness:
    """How the frame at `place` resembles the page at `source`; both in fractions of the frame's width and height.

    Of what the rim of the frame cuts off, only the rest is compared. NOTHING when nothing is drawn there.
    """
    height, width = frame.shape
    at, wanted_at = _pixels(place, width, height), _pixels(source, width, height)
    window = _clipped(_padded(at, _PAD + _REACH), width, height)
    # What the window could not take at a side, beyond what it may slide by, the pattern must do without.
    lost = [max(0, abs(got - full) - _REACH) for got, full in zip(window, _padded(at, _PAD + _REACH), strict=True)]
    x0, y0, x1, y1 = _padded(wanted_at, _PAD)
    pattern = _clipped((x0 + lost[0], y0 + lost[1], x1 - lost[2], y1 - lost[3]), page.shape[1], page.shape[0])
    shown, wanted = _cut(frame, window), _cut(page, pattern)
    if shown is None or wanted is None or wanted.std() < _FLAT or shown.std() < _FLAT:
        return NOTHING
    rows, columns = min(wanted.shape[0], shown.shape[0]), min(wanted.shape[1], shown.shape[1])
    wanted = wanted[:rows, :columns]
    fits = cv2.matchTemplate(shown, wanted, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(fits)
    fitted = shown[y : y + rows, x : x + columns]
    off = float(np.abs(fitted.astype(np.int16) - wanted).mean())
    return Likeness(float(best) if np.isfinite(best) else 0.0, off)


_Pixels = tuple[int, int, int, int]  # left, top, right, bottom


def _pixels(box: Box, width: int, height: int) -> _Pixels:
    left, top = round(box.x * width), round(box.y * height)
    return left, top, round((box.x + box.width) * width), round((box.y + box.height) * height)


def _padded(box: _Pixels, pad: int) -> _Pixels:
    return box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad


def _clipped(box: _Pixels, width: int, height: int) -> _Pixels:
    return max(0, box[0]), max(0, box[1]), min(width, box[2]), min(height, box[3])


def _cut(picture: Grey, box: _Pixels) -> Grey | None:
    x0, y0, x1, y1 = box
    return picture[y0:y1, x0:x1] if x1 - x0 >= 4 and y1 - y0 >= 4 else None
