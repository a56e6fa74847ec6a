"""What of a frame has to be read, and reading it: detection per region, recognition per line."""

import math
from collections.abc import Sequence
from typing import cast

import cv2
import numpy as np

from services.analysis.vision.ink import ink_rows, inspect, without_caret
from services.analysis.vision.lines import TextLine, is_noise, joined
from services.analysis.vision.ocr import Image, Ocr, Reading
from services.analysis.vision.regions import (
    Rect,
    clip,
    grouped,
    merged,
    overlap,
    pad,
    same_span,
    share,
    shift,
    whole_lines,
)

MARGIN = 12  # pixels round what is read: the detector wants some ground round its text
BLUR = 3  # pixels above and below a changed box that a codec may have touched too
WHOLE_FRAME_FROM = 0.6  # share of the frame from which reading all of it at once is cheaper
MOVED = 24  # of 255, on 4-pixel means: a line that differs so much from the frame before is another text
RUN = 16_000  # pixels that the detector looks at in the time that it takes to be started once more
ENLARGED = 1.5  # small windows are enlarged for the detector, up to so many pixels
ENLARGED_TO = 225_000
GROWTH = (4, 16, 256)  # line heights by which a window grows while it cuts a line: the last is the whole width
MARKS = "□☐☑■▢◻◯○ "


def plan(image: Image, old: tuple[Image, tuple[TextLine, ...]] | None, changed: Sequence[Rect]) -> tuple[Rect, ...]:
    """Disjoint regions to read: the frame, or what changed, in whole lines and no line more."""
    height, width = image.shape[:2]
    frame = Rect(0, 0, width, height)
    if old is None:
        return (frame,)
    before, lines = old
    rects = [line.rect for line in lines]
    moved = [rect for rect in rects if _moved(before, image, rect)]
    wanted = [clip(pad(rect, MARGIN, BLUR), width, height) for rect in (*changed, *moved)]
    regions = tuple(clip(region, width, height) for region in whole_lines(merged(wanted), rects, MARGIN, BLUR))
    return (frame,) if share(regions, width, height) > WHOLE_FRAME_FROM else regions


def _moved(before: Image, after: Image, rect: Rect) -> bool:
    """A line that no box names but whose pixels changed: in a masked clock, or under the pointer."""
    window = (slice(rect.y0, rect.y1), slice(rect.x0, rect.x1))
    size = (max(1, rect.width // 4), max(1, rect.height // 4))
    one, two = (cv2.resize(part[window], size, interpolation=cv2.INTER_AREA) for part in (before, after))
    return bool(np.abs(one.astype(np.int16) - two).max() > MOVED)


def read_regions(
    ocr: Ocr, image: Image, regions: Sequence[Rect], kept: Sequence[Rect], cuts: Sequence[Rect]
) -> tuple[TextLine, ...]:
    """The lines of text in the regions, without those at `kept`, which are known.

    `cuts` are small forms (checkboxes, badges) that the detector may have glued to the text beside them.
    """
    height, width = image.shape[:2]
    windows = grouped([clip(pad(region, MARGIN, MARGIN), width, height) for region in regions], RUN)
    spots = _apart([spot for window in windows for spot in _find(ocr, image, window, regions)], kept)
    spots = [piece for spot in spots for piece in split(spot, cuts) if piece.width > 3 and piece.height > 5]
    crops = [_snug(image, spot) for spot in spots]
    lines = [_line(image, spot, reading) for spot, reading in zip(spots, ocr.read(crops), strict=True)]
    return joined([line for line in lines if line is not None])


def _find(ocr: Ocr, image: Image, window: Rect, regions: Sequence[Rect]) -> list[Rect]:
    """Text of the regions in one window; it grows sideways while text touches its rim, so that no line is cut.

    What lies in the window outside of the regions did not change, and is known from before.
    """
    width = image.shape[1]
    for reach in (*GROWTH, 0):
        found = [spot for spot in _detect(ocr, image, window) if any(_belongs(spot, region) for region in regions)]
        left = any(spot.x0 <= window.x0 for spot in found) and window.x0 > 0
        right = any(spot.x1 >= window.x1 for spot in found) and window.x1 < width
        if not reach or not (left or right):
            break
        step = reach * max(spot.height for spot in found)
        window = window._replace(x0=max(0, window.x0 - step * left), x1=min(width, window.x1 + step * right))
    return found


def _belongs(spot: Rect, region: Rect) -> bool:
    return region.y0 <= spot.cy < region.y1 and spot.x0 < region.x1 and region.x0 <= spot.x1


def _detect(ocr: Ocr, image: Image, region: Rect) -> list[Rect]:
    crop = image[region.y0 : region.y1, region.x0 : region.x1]
    scale = min(ENLARGED, max(1.0, math.sqrt(ENLARGED_TO / region.area)))
    if scale != 1.0:
        crop = resized(crop, round(crop.shape[1] * scale), round(crop.shape[0] * scale), cv2.INTER_CUBIC)
    found = [Rect(*(round(edge / scale) for edge in spot)) for spot in ocr.find(crop)]
    return [shift(spot, region.x0, region.y0) for spot in found]


def _apart(spots: Sequence[Rect], kept: Sequence[Rect]) -> list[Rect]:
    """Spots that are neither a known line nor found twice by regions that grew into each other."""
    apart: list[Rect] = []
    for spot in spots:
        if not any(overlap(spot, other) > 0.5 * min(spot.area, other.area) for other in (*kept, *apart)):
            apart.append(spot)
    return apart


def split(spot: Rect, cuts: Sequence[Rect]) -> list[Rect]:
    """The parts of a spot left and right of a small form; the inside of a badge is a part of its own."""
    for cut in cuts:
        if same_span(spot, cut) and spot.x0 < cut.cx < spot.x1 and cut.width < 0.7 * spot.width:
            left, right = spot._replace(x1=cut.x0 - 1), spot._replace(x0=cut.x1 + 1)
            inside = [Rect(cut.x0 + 2, cut.y0 + 1, cut.x1 - 2, cut.y1 - 1)] if cut.width > 13 else []
            return [*split(left, cuts), *inside, *split(right, cuts)]
    return [spot]


def _snug(image: Image, spot: Rect) -> Image:
    """The crop for the recogniser: snug above and below, because it scales every crop to the same height."""
    crop = without_caret(image[spot.y0 : spot.y1, spot.x0 : spot.x1])
    y0, y1 = ink_rows(crop)
    rim = max(3, (y1 - y0) // 4)
    return crop[max(0, y0 - rim) : y1 + rim]


def _line(image: Image, spot: Rect, reading: Reading) -> TextLine | None:
    text = reading.text.strip(MARKS)
    if is_noise(text, reading.score):
        return None
    rect, ink = inspect(image, spot, text)
    return TextLine(rect, text, reading.score, ink)


def resized(image: Image, width: int, height: int, how: int) -> Image:
    return cast(Image, cv2.resize(image, (width, height), interpolation=how))
