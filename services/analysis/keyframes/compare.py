"""What really differs between two candidates: not noise, not a highlight, not the pointer. Pure but for `luma`."""

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np

from services.analysis.keyframes.changes import FAINT, STEP, WHOLE, is_speck
from services.analysis.keyframes.lit import Pair, unlit
from services.analysis.keyframes.noise import Noise
from services.analysis.keyframes.small import (
    Blob,
    Luma,
    Mask,
    Region,
    blobs,
    changed,
    cut,
    share,
    untiled,
    whole,
)
from services.analysis.keyframes.sprite import Cover, Sprites
from services.analysis.keyframes.subtle import beside_tint, is_caret, is_line, tint_of
from services.analysis.keyframes.watch import Candidate

TINY, TINY_PEAK = 2, 42  # a difference of so few small pixels must be so strong
HIGHLIGHT = 25.0  # of 255: what is tinted by less is highlighted and nothing else
POINTER_SIDE, POINTER_RIM = 12, 2  # small pixels; at a device pixel ratio of 2 a pointer has 6 x 10
SAME = 12  # of 255: a state that came back may differ by so much
SEARCHED = 4000  # small pixels in which a pointer is looked for everywhere
FEW, NARROW = 8, 40  # so many differences, of so many small pixels a side, may all be the pointer's doing
HOVER = 40.0  # of 255: what is tinted by less where the pointer is
RIM = 3  # small pixels beside a pointer that may be its own
GHOST = 30  # of 255: what a codec leaves of a pointer for a while
_KERNEL = np.ones((5, 5), np.uint8)


class Comparison:
    """Compares candidates by what is known at the end: what was restless when, and what the pointer looks like.

    `luma` gives the whole picture of a candidate, height x width.
    """

    def __init__(self, noise: Noise, sprites: Sprites, luma: Callable[[Candidate], Luma]) -> None:
        self.noise, self._sprites, self._luma = noise, sprites, luma

    def difference(self, before: Candidate, after: Candidate, real: Mask) -> Mask:
        """Where they differ for real: backed by a real change in between, and not restless at both times."""
        found = np.zeros_like(real)
        apart = [blob for blob in self._apart(before, after, real) if not negligible(blob)]
        pointers = [place for place in (before.pointer, after.pointer) if place is not None]
        if len(apart) > FEW:  # too much to be a highlight or the pointer
            for blob in apart:
                cut(found, blob.region)[blob.mask] = True
            return found
        seen: list[Region] = []
        if all(_is_narrow(blob) or _is_highlight(blob, pointers, HOVER) for blob in apart):
            apart, seen = self._without_pointer(before, after, apart)
        for blob in apart:
            cut(found, blob.region)[_telling(blob, [*pointers, *seen], seen)] = True
        return found

    def redrawn(self, before: Candidate, after: Candidate, real: Mask) -> Mask:
        """All of what looks different: highlights too, and what vanished faintly within a large change."""
        found = np.zeros_like(real)
        for blob in self._apart(before, after, real):
            if not negligible(blob) or cut(real, blob.region)[blob.mask].any():
                cut(found, blob.region)[blob.mask] = True
        return found

    def same(self, one: Candidate, other: Candidate) -> bool:
        """Whether they look alike, but for the pointer and what never rests."""
        mask, amount = changed(one.image, other.image, SAME)
        if share(mask) > 0.02:
            return False
        mask &= ~untiled(self.noise.at(one.ms) & self.noise.at(other.ms), mask.shape)
        pointers = [c.pointer.grown(POINTER_RIM) for c in (one, other) if c.pointer is not None]
        apart = (blob for blob in blobs(mask, amount) if not negligible(blob))
        return all(_may_be_pointer(blob, pointers) for blob in apart)

    def _apart(self, before: Candidate, after: Candidate, real: Mask) -> Iterator[Blob]:
        if not real.any():
            return
        mask, amount = changed(before.image, after.image, STEP)
        mask &= cv2.dilate(real.view(np.uint8), _KERNEL).view(bool)
        tiles = self.noise.at(before.ms) & self.noise.at(after.ms)
        moves = bool(tiles.any())
        restless = untiled(tiles, mask.shape) if moves else tiles
        found = [whole(mask, amount)] if share(mask) > WHOLE else blobs(mask, amount)
        for blob in found:
            blob.before, blob.after = cut(before.image, blob.region), cut(after.image, blob.region)
            if not moves or cut(restless, blob.region)[blob.mask].mean() < 0.5:
                yield blob

    def _without_pointer(
        self, before: Candidate, after: Candidate, apart: list[Blob]
    ) -> tuple[list[Blob], list[Region]]:
        """The blobs without what shows the pointer, and where it was seen."""
        seen: list[Region] = []
        for shown, bare in ((before, after), (after, before)):
            hint = shown.pointer
            places = [place for blob in apart for place in _places(blob)]
            for region in sorted(places, key=lambda region: hint is None or not region.touches(hint.grown(4))):
                cover = self._sprites.covered(self._luma(shown), self._luma(bare), region)
                if cover is not None:
                    place = cover.bounds
                    parts = [part for each in apart for part in _uncovered(each, cover)]
                    apart = [part for part in parts if not _is_trace(part, place)]
                    apart = unlit(apart, Pair(before, after, self._luma(before), self._luma(after)), cover)
                    seen.append(place)
                    break
        return apart, seen


def _may_be_pointer(blob: Blob, pointers: Sequence[Region]) -> bool:
    """Whether it is where a pointer was and no larger than one."""
    is_small = max(blob.region.width, blob.region.height) <= POINTER_SIDE + POINTER_RIM
    return is_small and any(blob.region.touches(pointer) for pointer in pointers)


def _places(blob: Blob) -> list[Region]:
    """Where in a blob the pointer may be: anywhere, or in what stands out from a wide highlight."""
    if _is_narrow(blob) or blob.mask.size <= SEARCHED:
        return [blob.region]
    parts = blobs(beside_tint(blob, ()), blob.amount, FAINT)
    return [part.region.shifted(blob.region.x0, blob.region.y0) for part in parts if _is_narrow(part)]


def _uncovered(blob: Blob, cover: Cover) -> Iterator[Blob]:
    """What remains of a blob."""
    region, mask = cover
    x0, y0 = max(region.x0, blob.region.x0), max(region.y0, blob.region.y0)
    x1, y1 = min(region.x1, blob.region.x1), min(region.y1, blob.region.y1)
    if x0 >= x1 or y0 >= y1:
        yield blob
        return
    rest = blob.mask.copy()
    rest[y0 - blob.region.y0 : y1 - blob.region.y0, x0 - blob.region.x0 : x1 - blob.region.x0] &= ~mask[
        y0 - region.y0 : y1 - region.y0, x0 - region.x0 : x1 - region.x0
    ]
    for part in blobs(rest, blob.amount):
        part.before, part.after = cut(blob.before, part.region), cut(blob.after, part.region)
        part.region = part.region.shifted(blob.region.x0, blob.region.y0)
        if not negligible(part):
            yield part


def _is_trace(blob: Blob, pointer: Region) -> bool:
    """Whether it is an underline under a pointer that is there, or what a codec leaves of one for a while."""
    underline = is_line(blob) and blob.region.width > blob.region.height
    return blob.region.touches(pointer.grown(3)) and (underline or blob.peak < GHOST or blob.count <= RIM)


def _is_narrow(blob: Blob) -> bool:
    return max(blob.region.width, blob.region.height) <= NARROW


def _is_highlight(blob: Blob, pointers: Sequence[Region], most: float) -> bool:
    tint = tint_of(blob, pointers)
    return tint is not None and tint < most


def _telling(blob: Blob, pointers: Sequence[Region], seen: Sequence[Region]) -> Mask:
    """All of a blob; of a faint highlight only what stands out from it, if anything does.

    `pointers` is where the pointer may have been, `seen` where it was seen: there a highlight may be stronger.
    """
    tint = tint_of(blob, pointers)
    under = any(blob.region.touches(place.grown(2)) for place in seen)
    if tint is None or tint >= (HOVER if under else HIGHLIGHT):
        return blob.mask
    rest = beside_tint(blob, pointers)
    kept = np.zeros_like(rest)
    for part in blobs(rest, blob.amount):
        if not negligible(part):
            cut(kept, part.region)[part.mask] = True
    return kept


def negligible(blob: Blob) -> bool:
    """Whether it is too little to be a difference."""
    tiny = blob.count <= TINY and blob.peak < TINY_PEAK
    return is_speck(blob) or tiny or is_caret(blob)
