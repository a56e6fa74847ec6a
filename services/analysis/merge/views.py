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


@dataclass(frozen=True)
class Likeness:
    """`pattern` -1..1: correlation of what is drawn; `off` 0..255: mean difference of luma at the best fit."""

    pattern: float
    off: float


NOTHING = Likeness(0.0, 255.0)


def likeness(frame: Grey, place: Box, page: Grey, source: Box) -> Likeness:
    """How the frame at `place` resembles the page at `source`; both in fractions of the frame's width and height.

    NOTHING when either has nothing drawn there, or the place lies outside.
    """
    wanted = _cut(page, source, frame.shape[1], frame.shape[0], _PAD)
    window = _cut(frame, place, frame.shape[1], frame.shape[0], _PAD + _REACH)
    if wanted is None or window is None or wanted.std() < _FLAT or window.std() < _FLAT:
        return NOTHING
    rows, columns = min(wanted.shape[0], window.shape[0]), min(wanted.shape[1], window.shape[1])
    wanted = wanted[:rows, :columns]
    fits = cv2.matchTemplate(window, wanted, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(fits)
    fitted = window[y : y + rows, x : x + columns]
    off = float(np.abs(fitted.astype(np.int16) - wanted).mean())
    return Likeness(float(best) if np.isfinite(best) else 0.0, off)


def _cut(picture: Grey, box: Box, width: int, height: int, pad: int) -> Grey | None:
    """`width` and `height` are what the fractions are of; the picture may be taller."""
    x0, y0 = round(box.x * width) - pad, round(box.y * height) - pad
    x1, y1 = round((box.x + box.width) * width) + pad, round((box.y + box.height) * height) + pad
    x0, y0 = max(0, x0), max(0, y0)
    x1, y1 = min(picture.shape[1], x1), min(picture.shape[0], y1)
    return picture[y0:y1, x0:x1] if x1 - x0 >= 4 and y1 - y0 >= 4 else None
