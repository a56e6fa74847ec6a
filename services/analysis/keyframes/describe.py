"""What is said of a kept frame: where it changed, in pixels, and why it was kept. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from services.analysis.keyframes.small import SCALE, Luma, Mask, Region, blobs, parts, share
from services.analysis.keyframes.states import State

MAX_BOXES = 16
EDGE = 16  # of 255: what counts as changed when a box is drawn tight
GAPS = (3, 7, 15, 31)  # small pixels that are bridged, more of them until there are few enough boxes
SCROLL_MS = 120.0  # a scroll takes at least this long
SCROLL_SHARE = 0.08  # of the frame that moves
SCROLL_FIT = 0.45  # how much less the rows differ at the best shift


class PixelBox(NamedTuple):
    x: int
    y: int
    width: int
    height: int


def changed_boxes(differs: Mask, before: Luma, after: Luma) -> tuple[PixelBox, ...]:
    """Tight boxes round what differs; `before` and `after` are the full lumas."""
    gap = next((gap for gap in GAPS if parts(differs, gap) <= MAX_BOXES), GAPS[-1])
    regions = [blob.region for blob in blobs(differs, differs.view(np.uint8), bridge=gap)]
    largest = sorted(regions, key=lambda region: -region.width * region.height)[:MAX_BOXES]
    boxes = [_tight(region, before, after) for region in largest]
    return tuple(sorted(boxes, key=lambda box: (box.y, box.x)))


def _bounds(mask: Mask) -> PixelBox:
    """Round what is set; all 0 where nothing is."""
    return PixelBox(*cv2.boundingRect(mask.view(np.uint8)))


def _tight(region: Region, before: Luma, after: Luma) -> PixelBox:
    x, y, width, height = (SCALE * side for side in (region.x0, region.y0, region.width, region.height))
    window = (slice(y, y + height), slice(x, x + width))
    left, top, wide, high = _bounds(np.asarray(cv2.absdiff(before[window], after[window])) > EDGE)
    if not wide:
        return PixelBox(x, y, width, height)
    return PixelBox(x + left, y + top, wide, high)


def reason(state: State, before: State | None) -> str:
    """initial | settled | scroll | transient."""
    if before is None:
        return "initial"
    if state.transient:
        return "transient"
    candidate = state.candidate
    lasted = candidate.settled_ms - state.changed_ms
    if lasted >= SCROLL_MS and is_scroll(before.candidate.image, candidate.image, state.differs):
        return "scroll"
    return "settled"


def is_scroll(before: Luma, after: Luma, differs: Mask) -> bool:
    """Whether the area that differs shows the same rows, moved up or down."""
    if share(differs) < SCROLL_SHARE:
        return False
    x, y, width, height = _bounds(differs)
    old, new = (_rows(image[y : y + height, x : x + width]) for image in (before, after))
    still = float(np.abs(new - old).mean())
    return any(_misfit(old, new, shift) < SCROLL_FIT * still for shift in _shifts(height))


def _rows(image: Luma) -> NDArray[np.float32]:
    """Each row as eight means."""
    return np.asarray(cv2.resize(image, (8, image.shape[0]), interpolation=cv2.INTER_AREA), np.float32)


def _shifts(height: int) -> Sequence[int]:
    reach = int(height * 0.8)
    return [shift for shift in range(-reach, reach + 1) if abs(shift) >= 2]


def _misfit(old: NDArray[np.float32], new: NDArray[np.float32], shift: int) -> float:
    """Mean difference of the rows that both show after moving the old ones down by `shift`."""
    height = len(old)
    one = old[max(0, -shift) : height - max(0, shift)]
    other = new[max(0, shift) : height - max(0, -shift)]
    return float(np.abs(one - other).mean())
