"""A film and the journal of the page on one time line: what changed between two frames, apart from noise."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.recorder.journal import Journal
from tests.recorder.picture import Box, Film, Grid

VISIBLE = 4.0  # luma levels of a tile's mean; codec noise on a page at rest stays below 1.5
MOVING = 12.0  # the same while waiting for rest: at low bit rates a key frame may shift flat areas by 10
POINTER = (20.0, 24.0)  # CSS pixels, drawn from two left and one above the hot spot
LEAD = 30.0  # ms that a frame may be stamped before the event that it shows
STILL = 120.0  # ms
PACING = {"caret", "video", "loop_animation"}
SPREAD = 10.0  # CSS pixels around noise that a codec may disturb
CARET = (3, 6)  # a blinking caret touches at most so many columns and rows of tiles
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Scene:
    """`offset` turns the page's clock into ms of video."""

    film: Film
    journal: Journal
    offset: float
    scale: float  # pixels of video per CSS pixel

    def video(self, page_ms: float) -> float:
        return page_ms + self.offset

    def quiet_until(self, start: float, end: float) -> float:
        """Until when the pointer surely rests after `start`, at most `end` (ms of video)."""
        return min([self.video(a) - LEAD for a, _ in self.journal.moves() if self.video(a) > start] + [end])

    def change(self, a: int, b: int) -> Grid:
        """Difference of two frames, zero where a pointer or noise that ran at both of them explains it."""
        difference = np.abs(self.film.grids[a] - self.film.grids[b])
        difference[self._explained(self._shown(a), self._shown(b))] = 0
        return difference

    def _shown(self, i: int) -> float:
        """A moment that frame `i` shows: of a frame that stands long, one near its end, when all is painted."""
        following = self.film.times[i + 1] if i + 1 < len(self.film.times) else self.film.times[i]
        return float(max(self.film.times[i], following - STILL))

    def differs(self, a: int, b: int, *, caret: bool = False, level: float = VISIBLE) -> bool:
        """Whether a person would see a change; a blinking caret alone is none when `caret` says one is there."""
        rows, columns = np.nonzero(self.change(a, b) > level)
        if not len(rows):
            return False
        small = np.ptp(columns) < CARET[0] * max(1, self.scale) and np.ptp(rows) < CARET[1] * max(1, self.scale)
        return not (caret and small)

    def paced(self, ms: float) -> bool:
        """Whether a caret or a film is there: Chromium paces its capture by a film and may hold frames back."""
        return any(self.video(n.start) <= ms <= self.video(n.end) for n in self.journal.noise if n.kind in PACING)

    def caret(self, ms: float) -> bool:
        return any(
            n.kind == "caret" and self.video(n.start) <= ms <= self.video(n.end) + 50 for n in self.journal.noise
        )

    def _explained(self, one: float, other: float) -> Mask:
        mask = np.zeros(self.film.grids.shape[1:], dtype=bool)
        for box in self._boxes(min(one, other), max(one, other)):
            mask[self.film.tiles(box)] = True
        return mask

    def _boxes(self, early: float, late: float) -> Iterator[Box]:
        for noise in self.journal.noise:
            if (
                noise.kind != "caret"
                and self.video(noise.start) <= early + 60
                and self.video(noise.end) >= late - 60
            ):
                left, top, right, bottom = noise.box
                yield self.scaled(left - SPREAD, top - SPREAD, right + SPREAD, bottom + SPREAD)
        if self.pointer_moves(early - 60, late):
            for at in (early, late):
                yield from self._pointer(at)

    def noisy(self, x: float, y: float) -> bool:
        """Whether noise, or a caret, was ever at that place of the page."""
        boxes = (noise.box for noise in self.journal.noise)
        return any(left - 30 < x < right + 30 and top - 30 < y < bottom + 30 for left, top, right, bottom in boxes)

    def pointer_moves(self, early: float, late: float) -> bool:
        return any(early < self.video(t) < late for t, _, _ in self.journal.pointer)

    def _pointer(self, ms: float) -> Iterator[Box]:
        """Where the pointer may be in a frame of that time: the capture may lag by two or three frames."""
        trace = [(self.video(t), x, y) for t, x, y in self.journal.pointer]
        earlier = [p for p in trace if p[0] <= ms - 100][-1:]
        for _, x, y in earlier + [p for p in trace if ms - 100 < p[0] <= ms + 40]:
            yield self.scaled(x - 4, y - 3, x + POINTER[0], y + POINTER[1])

    def scaled(self, left: float, top: float, right: float, bottom: float) -> Box:
        return left * self.scale, top * self.scale, right * self.scale, bottom * self.scale


def revealed(film: Film, *, cover: bool) -> float:
    """Video time of the first frame without the plain cover; without a cover, of the first with the pointer.

    Raise ValueError if there is none."""
    changed = (np.abs(film.grids - film.grids[0]) > 2 * VISIBLE).mean(axis=(1, 2))
    shown = np.nonzero(changed > (0.02 if cover else 0.0))[0]
    if not len(shown):
        raise ValueError("the page was never seen in the recording")
    return float(film.times[shown[0]])
