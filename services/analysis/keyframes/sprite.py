"""What the mouse pointer looks like in this recording, and where it is in a picture. Works on full-size luma.

A pointer is the same few hundred pixels wherever it goes. Learnt from places to which it was seen to jump, it is
found again where its motion could not be followed: come in from the side, or merged with what it lights up.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np

from services.analysis.keyframes.small import SCALE, Luma, Mask, Region

INK = 40  # of 255: so much a pixel must differ from the background to be the pointer's
SIDES = (6, 56)  # pixels of a pointer's height and width; the largest at a device pixel ratio of 2
LEAST = 24  # pixels
FITS = 22.0  # of 255, root of the mean square: codecs blur what has just moved
BLURRED, APART, CLEAR = 36.0, 2.0, 0.6  # a worse fit will do where the bare picture fits so much worse, and differs
SHOWN = 0.15  # share of the pointer's pixels that differ from what was there without it: less than its rim
MOST = 6  # shapes that are kept: arrow, hand, beam, each on dark and on light
SEEN = 2  # times that a shape must have been seen to be trusted
ENOUGH = 60  # lessons
BESIDE = 4  # pixels of a small one that changed beside the pointer are more than its rim
RIM = 10  # a pointer of so many pixels in height has a rim of one


@dataclass(eq=False)
class Sprite:
    """`image` shows it where `mask` is set; both height x width."""

    image: Luma = field(repr=False)
    mask: Mask = field(repr=False)
    seen: int = 1


class Cover(NamedTuple):
    """Small pixels of `region` that show the pointer and nothing else that is new."""

    region: Region
    mask: Mask

    @property
    def bounds(self) -> Region:
        x, y, width, height = cv2.boundingRect(self.mask.view(np.uint8))
        return Region(x, y, x + width, y + height).shifted(self.region.x0, self.region.y0)


class Sprites:
    def __init__(self) -> None:
        self.known: list[Sprite] = []
        self._lessons = 0

    def learn(self, before: Luma, after: Luma, place: Region) -> None:
        """The pointer jumped to that place between two whole pictures."""
        if self._lessons >= ENOUGH:
            return
        self._lessons += 1
        x0, y0, x1, y1 = _window(place, after, SCALE)
        patch = np.ascontiguousarray(after[y0:y1, x0:x1])
        ink = np.asarray(cv2.absdiff(np.ascontiguousarray(before[y0:y1, x0:x1]), patch)) > INK
        x, y, width, height = cv2.boundingRect(ink.view(np.uint8))
        mask, image = ink[y : y + height, x : x + width], patch[y : y + height, x : x + width]
        if not (SIDES[0] <= width <= SIDES[1] and SIDES[0] <= height <= SIDES[1]) or mask.sum() < LEAST:
            return
        for sprite in self.known:
            if _found(sprite, patch) is not None:
                sprite.seen += 1
                self.known.sort(key=lambda each: -each.seen)  # the usual ones are looked for first
                return
        if len(self.known) >= MOST:
            self.known.pop()
        self.known.append(Sprite(image.copy(), mask.copy()))

    def covered(self, image: Luma, bare: Luma, place: Region) -> Cover | None:
        """What the pointer covers near that place of `image`, where `bare` shows the same without it.

        Both are whole pictures. None when it is not there, or in both at the same place.
        """
        trusted = [sprite for sprite in self.known if sprite.seen >= SEEN]
        if not trusted:
            return None
        largest = max(max(sprite.mask.shape) for sprite in trusted)
        x0, y0, x1, y1 = _window(place, image, -(-largest // SCALE) * SCALE)
        patch, other = (np.ascontiguousarray(each[y0:y1, x0:x1]) for each in (image, bare))
        ink = np.asarray(cv2.absdiff(patch, other)) > INK
        blurred: list[tuple[Sprite, _Fit]] = []
        for sprite in trusted:
            fit = _best(sprite, patch)
            if fit is None:
                continue
            here = _there(sprite, fit)
            shown = float(ink[here][sprite.mask].mean())
            if fit.misfit <= FITS and shown >= SHOWN:
                return _cover(sprite, fit, ink, (x0, y0))
            if shown >= CLEAR and fit.misfit <= min(BLURRED, _misfit(sprite, other[here]) / APART):
                blurred.append((sprite, fit))
        if not blurred:
            return None
        return _cover(*min(blurred, key=lambda each: each[1].misfit), ink, (x0, y0))

    def tip(self, image: Luma) -> tuple[int, int] | None:
        """Where the pointer points to in a whole picture, x and y; None when it is not to be seen."""
        for sprite in self.known:
            at = _found(sprite, image) if sprite.seen >= SEEN else None
            if at is not None:
                row = int(np.flatnonzero(sprite.mask.any(axis=1))[0])  # arrows and hands point upwards
                return at[0] + int(np.flatnonzero(sprite.mask[row])[0]), at[1] + row
        return None


def _there(sprite: Sprite, fit: "_Fit") -> tuple[slice, slice]:
    height, width = sprite.mask.shape
    return slice(fit.y, fit.y + height), slice(fit.x, fit.x + width)


def _cover(sprite: Sprite, fit: "_Fit", ink: Mask, corner: tuple[int, int]) -> Cover:
    """Of a sprite in a patch at that place of the picture, of which `ink` differs from the bare one."""
    pointer = np.zeros(ink.shape, np.uint8)
    pointer[_there(sprite, fit)] = _filled(sprite.mask)
    near = np.asarray(cv2.dilate(pointer, np.ones((_rim(sprite.mask.shape[0]),) * 2, np.uint8)), np.uint8)
    found = _small(near, 1)
    beside = _small((ink & (near == 0)).view(np.uint8), BESIDE)
    left, top = corner[0] // SCALE, corner[1] // SCALE
    return Cover(Region(left, top, left + found.shape[1], top + found.shape[0]), found & ~beside)


def _small(pixels: Luma, least: int) -> Mask:
    """Small pixels of which so many pixels are set."""
    height, width = (-(-side // SCALE) * SCALE for side in pixels.shape)
    padded = np.zeros((height, width), np.uint8)
    padded[: pixels.shape[0], : pixels.shape[1]] = pixels
    counts = padded.reshape(height // SCALE, SCALE, width // SCALE, SCALE).sum(axis=(1, 3))
    enough: Mask = counts >= least
    return enough


def _window(place: Region, image: Luma, rim: int) -> tuple[int, int, int, int]:
    height, width = image.shape
    x0, y0, x1, y1 = (SCALE * side for side in place)
    return max(0, x0 - rim), max(0, y0 - rim), min(width, x1 + rim), min(height, y1 + rim)


class _Fit(NamedTuple):
    """Where in a patch a sprite fits best, and how badly: of 255, root of the mean square."""

    x: int
    y: int
    misfit: float


def _best(sprite: Sprite, patch: Luma) -> _Fit | None:
    """None where the patch is smaller than the sprite."""
    height, width = sprite.mask.shape
    if patch.shape[0] < height or patch.shape[1] < width:
        return None
    misfit = cv2.matchTemplate(patch, sprite.image, cv2.TM_SQDIFF, mask=sprite.mask.view(np.uint8))
    least, _, (x, y), _ = cv2.minMaxLoc(np.asarray(misfit))
    return _Fit(x, y, float(np.sqrt(max(least, 0) / int(sprite.mask.sum()))))


def _found(sprite: Sprite, patch: Luma) -> tuple[int, int] | None:
    """Where in the patch it fits best, if it fits."""
    fit = _best(sprite, patch)
    return (fit.x, fit.y) if fit is not None and fit.misfit <= FITS else None


def _misfit(sprite: Sprite, there: Luma) -> float:
    """How badly it fits a patch of its own size."""
    apart = (sprite.image.astype(np.float32) - there)[sprite.mask]
    return float(np.sqrt(np.mean(apart**2)))


def _rim(height: int) -> int:
    """Size in pixels of a square round each pixel of a sprite: what a larger pointer is drawn with is wider."""
    return 2 * max(2, height // RIM) + 1


def _filled(mask: Mask) -> Luma:
    """With what a rim encloses: where only the rim was learnt, the pointer is more than that."""
    outer, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(np.zeros(mask.shape, np.uint8), outer, -1, 1, cv2.FILLED), np.uint8)
