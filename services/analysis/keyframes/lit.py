"""What a pointer lights up where it comes to or goes from: other colours, a frame. It is no state. Pure.

As strong as a designer likes it, so its strength does not tell. Three things do: it came in the very frame in which
the pointer came; it is the frame of a thing and nothing within it; its shapes are those of before in other colours.
Where the pointer had rested long enough for a click, nobody can tell, and it counts.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from services.analysis.keyframes.small import SCALE, Blob, Luma, Mask, Region, cut
from services.analysis.keyframes.sprite import Cover
from services.analysis.keyframes.watch import Candidate

LARGEST = 4000  # small pixels of what may be lit up
LEVEL, RECOLOURED = 16, 18.0  # of 255: what differs by less looks alike, and may do so after by as much
CLICK_MS = 200.0  # whoever clicks does so about so long after the pointer has come
CAME = 0.7  # share of a pointer's place that changed as it came or went
FRAME, FRAME_LINE = 7, 2  # small pixels: the least thing with a frame, and the width of its line
FRAME_SIDE, FRAME_WITHIN = 0.7, 0.01  # shares: of its sides, and of what they surround, that changed


class Pair(NamedTuple):
    """Two candidates and their whole pictures, height x width."""

    before: Candidate
    after: Candidate
    luma_before: Luma
    luma_after: Luma


def unlit(apart: Sequence[Blob], pair: Pair, pointer: Cover) -> list[Blob]:
    """The differences without what the pointer lights up where it is in one of the two pictures."""
    if _was_there(pair.after, pointer):
        return list(apart)
    came_with = _came_with(pair.after, pointer)
    left, places = list(apart), [pointer.bounds]
    while places:
        lit = [
            blob
            for blob in left
            if blob.mask.size <= LARGEST
            and any(blob.region.touches(place.grown(1)) for place in places)
            and (came_with or _frames(blob, pointer.bounds) or _is_recoloured(pair, blob, pointer))
        ]
        left, places = [blob for blob in left if blob not in lit], [blob.region for blob in lit]
    return left


def _was_there(after: Candidate, pointer: Cover) -> bool:
    """Whether the pointer was known to rest there for a while before what changed last: time to click."""
    place = after.pointer
    is_there = place is not None and place.touches(pointer.bounds.grown(1))
    return is_there and after.pointer_still_ms > CLICK_MS


def _came_with(after: Candidate, pointer: Cover) -> bool:
    """Whether all that changed did so in the very frame in which the pointer came or went.

    What it lit up there is its doing: whoever clicks does so some frames after the pointer has come.
    """
    if after.changed_ms < after.settled_ms:
        return False
    changed = cut(after.real, pointer.region)
    return float(changed[pointer.mask[: changed.shape[0], : changed.shape[1]]].mean()) >= CAME


def _frames(blob: Blob, pointer: Region) -> bool:
    """Whether it is the frame of something that the pointer is on: drawn otherwise, and nothing within it."""
    region = blob.region
    if min(region.width, region.height) < FRAME or not region.touches(pointer):
        return False
    free = np.ones_like(blob.mask)  # where the pointer does not hide it
    cut(free, pointer.shifted(-region.x0, -region.y0))[:] = False
    middle = (slice(FRAME_LINE, -FRAME_LINE),) * 2
    within = blob.mask[middle][free[middle]]
    line = np.concatenate([_edge(np.rot90(blob.mask, turn))[_edge(np.rot90(free, turn))] for turn in range(4)])
    return line.size > 0 and float(line.mean()) >= FRAME_SIDE and float(within.sum()) <= FRAME_WITHIN * within.size


def _edge(mask: Mask) -> Mask:
    """Where anything is set near the upper side."""
    return np.asarray(mask[:FRAME_LINE].any(axis=0), bool)


def _is_recoloured(pair: Pair, blob: Blob, pointer: Cover) -> bool:
    """Whether what looked alike in a blob before looks alike after: other colours, and no other shapes.

    Where the pointer is does not count.
    """
    region, counts = blob.region, blob.mask.copy()
    x0, y0, x1, y1 = (SCALE * side for side in region)
    covered = pointer.region.shifted(-region.x0, -region.y0)
    rows, columns = slice(max(0, covered.y0), max(0, covered.y1)), slice(max(0, covered.x0), max(0, covered.x1))
    hidden = counts[rows, columns]
    top, left = max(0, -covered.y0), max(0, -covered.x0)
    hidden &= ~pointer.mask[top : top + hidden.shape[0], left : left + hidden.shape[1]]
    free = counts.repeat(SCALE, axis=0).repeat(SCALE, axis=1)
    old, new = (image[y0:y1, x0:x1] for image in (pair.luma_before, pair.luma_after))
    free = free[: old.shape[0], : old.shape[1]]
    levels, values = (old[free] // LEVEL).astype(np.intp), new[free].astype(np.float64)
    if not levels.size:
        return True
    many = np.maximum(np.bincount(levels), 1)
    usual = np.bincount(levels, values) / many
    return float(np.sqrt(np.mean((values - usual[levels]) ** 2))) <= RECOLOURED
