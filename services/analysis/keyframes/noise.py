"""What moves for ever: spinners, loops, videos, clocks, sparklines. Known per tile, by the rhythm of changes.

Two rhythms: a place that is visited again and again without a rest (a spinner, a ball that circles in a canvas),
and one that changes at regular intervals (a clock). Typing, scrolling and dragging pass by and leave.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.analysis.keyframes.rhythm import LIKENESS, Numbers, Rhythms
from services.analysis.keyframes.small import TILE, Blob, Luma, Mask, Tiles

EPISODE_GAP_MS = 300.0  # a tile that is quiet for longer begins a new episode with its next change
REVISIT_MS = 8000.0  # a fourth episode within this is a visit again; people come back less often
LASTING_MS, LASTING_COUNT = 900.0, 9  # one episode of this length and so many changes is restless by itself
HASTY_MS, HASTY_PACE_MS = 900.0, 70.0  # changes so close to each other, for so long within two tiles: no typing
RUN_GAP_MS, RUN_COUNT, RUN_MS = 450.0, 6, 900.0  # visits in a row that make a place restless
VIDEO = 60  # tiles: a restless area so large may be a video
MANY = 24  # tiles at once: no spinner, whose next place is not known, but an area that is restless as a whole
LARGE_SHARE, LARGE_MS = 0.12, 2200.0  # so much of the frame in motion may be a scroll: it must go on for longer
TICK_GAP_MS = (400.0, 1700.0)
TICK_LARGE, TICK_GAP_LARGE_MS = 100, 250.0  # what is larger than a letter (small pixels) may tick faster
TICK_JITTER = 1.35  # largest gap over smallest
TICKS = 5
FLIPS, FLIP_ENDS_MS = 3, 2200.0  # times that the picture before the last one came back
SAME = 24  # of 255
MOST = 0.6  # share of the tiles of a change that must be restless for it to be noise
BRIDGE_FROM_MS, BRIDGE_MS = 2000.0, 3000.0  # what was restless for so long may pause for so long
_ROWS, _COLUMNS = np.divmod(np.arange(TILE * TILE), TILE)
_AROUND, _BESIDE = np.ones((5, 5), np.uint8), np.ones((3, 3), np.uint8)
_HOLE = np.ones((7, 7), np.uint8)  # tiles


@dataclass(frozen=True)
class Interval:
    """A set of tiles (flat indices) that was restless from `starts` to `ends`, in ms."""

    tiles: Tiles
    starts: Numbers
    ends: Numbers


class _Runs:
    """Per tile: since when something happened there without a longer pause, and how often."""

    def __init__(self, count: int) -> None:
        self.last = np.full(count, -np.inf)
        self.since = np.full(count, -np.inf)
        self.times = np.zeros(count, np.int32)

    def add(self, hit: Tiles, now: float, gap: float) -> None:
        again = now - self.last[hit] <= gap
        self.since[hit] = np.where(again, self.since[hit], now)
        self.times[hit] = np.where(again, self.times[hit] + (self.last[hit] < now), 1)
        self.last[hit] = now


class Noise:
    """Feed it every change; ask it which tiles are restless now, or were at an earlier time."""

    def __init__(self, rows: int, columns: int) -> None:
        count = rows * columns
        self._shape = (rows, columns)
        self._episodes = _Runs(count)
        self._left = np.full((count, 3), -np.inf)  # ends of the three episodes before, oldest first
        self._around = _Runs(count)  # changes within two tiles
        self._visits = _Runs(count)  # visits again within two tiles
        self._shown = np.zeros(
            (count, 2, TILE * TILE), np.int16
        )  # at the end of the last two episodes, older first
        self._flips = np.zeros(count, np.int32)
        self._ticks = np.full((count, TICKS), -np.inf)  # begins of the last episodes, oldest first
        self._extent = np.zeros(count)  # of the change that began the last episode, in small pixels
        self._usual = np.zeros(count)  # size of the changes there, which one large one does not raise much
        self._sizes = np.zeros(count)  # of the change at the last tick, in small pixels
        self._start = np.full(count, np.inf)  # of the open restless interval
        self._end = np.full(count, -np.inf)
        self._closed: list[Interval] = []
        self._rhythms = Rhythms()
        self._known = self._rhythms.runs()
        self._count = 0  # of what was seen
        self._answers: dict[float, Mask] = {}
        self._answered = (0, 0)  # as of that version and count
        self.version = 0  # counts what was learnt

    def changed(self, hit: Tiles, now: float, sizes: Numbers, before: Luma) -> None:
        """The tiles with these flat indices changed now, each as part of an area of so many small pixels.

        `before` is the small image as it was.
        """
        if not hit.size:
            return
        usual = self._usual[hit]
        self._usual[hit] = np.where(usual > 0, np.minimum(1.5 * usual, (7 * usual + sizes) / 8), sizes)
        is_fresh = now - self._episodes.last[hit] > EPISODE_GAP_MS
        if is_fresh.any():
            self._begun(hit[is_fresh], now, sizes[is_fresh], before)
        self._episodes.add(hit, now, EPISODE_GAP_MS)
        self._around.add(self._near(hit, _AROUND), now, RUN_GAP_MS)
        again = now - self._left[hit, 0] <= REVISIT_MS
        self._visited(hit[again], now)
        lasted = now - self._episodes.since[hit]
        longest = float(lasted.max())
        if longest >= LASTING_MS:
            often = self._episodes.times[hit] >= LASTING_COUNT
            self._restless(hit[(lasted >= LASTING_MS) & often], longest, now)
        ran = now - self._around.since[hit]
        longest = float(ran.max())
        if longest >= HASTY_MS:
            hasty = self._around.times[hit] * HASTY_PACE_MS >= ran
            self._restless(hit[(ran >= HASTY_MS) & hasty], longest, now)

    def _begun(self, fresh: Tiles, now: float, sizes: Numbers, before: Luma) -> None:
        """In these tiles a new episode begins."""
        self._count += 1
        self._left[fresh, :-1] = self._left[fresh, 1:]
        self._left[fresh, -1] = self._episodes.last[fresh]
        self._left[fresh[_unlike(self._extent[fresh], sizes)]] = -np.inf
        self._extent[fresh] = sizes
        self._flipped(fresh, now, before)
        beside, largest = self._beside(fresh, sizes)
        self._rhythms.changed(now, beside, largest)
        self._ticked(beside, now, largest)

    def _beside(self, tiles: Tiles, sizes: Numbers) -> tuple[Tiles, NDArray[np.float32]]:
        """These tiles and those beside them, with the largest size there: each digit of a clock touches others."""
        grid = np.zeros(self._shape, np.float32)
        grid.flat[tiles] = sizes
        largest = np.asarray(cv2.dilate(grid, _BESIDE), np.float32).ravel()
        beside = largest.nonzero()[0]
        return beside, largest[beside]

    def _flipped(self, fresh: Tiles, now: float, before: Luma) -> None:
        """What shows two pictures in turn (a blinking light) is restless, however irregular."""
        content = self._content(before, fresh)
        back = np.abs(content - self._shown[fresh, 0]).max(axis=1) <= SAME
        apart = np.abs(content - self._shown[fresh, 1]).max(axis=1) > SAME
        flips = back & apart & (now - self._left[fresh, 0] <= REVISIT_MS)
        self._flips[fresh] = np.where(flips, self._flips[fresh] + 1, 0)
        self._shown[fresh, 0] = self._shown[fresh, 1]
        self._shown[fresh, 1] = content
        tiles = fresh[self._flips[fresh] >= FLIPS]
        if tiles.size:
            near = self._near(tiles, _BESIDE)
            start = float(self._left[tiles, 0].min()) - RUN_GAP_MS
            self._mark(near, np.full(near.size, start), np.full(near.size, now + FLIP_ENDS_MS))

    def _content(self, image: Luma, tiles: Tiles) -> NDArray[np.int16]:
        """Tiles x pixels of one; what lies beyond the edge repeats it."""
        rows, columns = np.divmod(tiles, self._shape[1])
        ys = np.minimum(rows[:, None] * TILE + _ROWS, image.shape[0] - 1)
        xs = np.minimum(columns[:, None] * TILE + _COLUMNS, image.shape[1] - 1)
        content: NDArray[np.int16] = image[ys, xs].astype(np.int16)
        return content

    def _near(self, hit: Tiles, reach: NDArray[np.uint8]) -> Tiles:
        tiles = np.zeros(self._shape, np.uint8)
        tiles.flat[hit] = 1
        return np.asarray(cv2.dilate(tiles, reach)).ravel().nonzero()[0]

    def _visited(self, hit: Tiles, now: float) -> None:
        if not hit.size:
            return
        near = self._near(hit, _AROUND)
        self._visits.add(near, now, RUN_GAP_MS)
        lasted = now - self._visits.since[near]
        self._restless(near[(self._visits.times[near] >= RUN_COUNT) & (lasted >= RUN_MS)], lasted.max(), now)

    def _restless(self, tiles: Tiles, lasted: float, now: float) -> None:
        """These and those around them, unless it may be a scroll."""
        if not tiles.size:
            return
        near = self._near(tiles, _AROUND if tiles.size < MANY else _BESIDE)
        if near.size > LARGE_SHARE * self._end.size and lasted < LARGE_MS:
            near = near[now <= self._end[near]]
        if near.size:
            self._mark(near, self._began(near, now), np.full(near.size, now + RUN_GAP_MS))

    def _began(self, near: Tiles, now: float) -> Numbers:
        """Since when each connected group of tiles has been changing: what circles needs a round to come back."""
        grid = np.zeros(self._shape, np.uint8)
        grid.flat[near] = 1
        count, labels = cv2.connectedComponents(grid)
        since = np.where(now - self._around.last[near] <= RUN_GAP_MS, self._around.since[near], now)
        group, first = np.asarray(labels, np.intp).flat[near], np.full(count, now)
        np.minimum.at(first, group, since)
        began: Numbers = first[group]
        return began

    def _ticked(self, hit: Tiles, now: float, sizes: NDArray[np.float32]) -> None:
        """What changes at regular intervals, from one change to the next."""
        is_separate = now - self._ticks[hit, -1] > 0.8 * TICK_GAP_LARGE_MS
        separate, size = hit[is_separate], sizes[is_separate]
        if not separate.size:
            return
        self._ticks[separate[_unlike(self._sizes[separate], size)]] = -np.inf
        self._ticks[separate, :-1] = self._ticks[separate, 1:]
        self._ticks[separate, -1] = now
        self._sizes[separate] = size
        hit = hit[self._ticks[hit, 0] > -np.inf]  # those that have ticked often enough
        if not hit.size:
            return
        ticks = self._ticks[hit]
        gaps = np.diff(ticks, axis=1)
        longest, shortest = gaps.max(axis=1), gaps.min(axis=1)
        least = np.where(self._sizes[hit] >= TICK_LARGE, TICK_GAP_LARGE_MS, TICK_GAP_MS[0])
        regular = (longest <= TICK_GAP_MS[1]) & (shortest >= least)
        regular &= longest <= TICK_JITTER * shortest
        self._mark(hit[regular], (ticks[:, 0] - longest)[regular], (now + 1.35 * longest)[regular])

    def _mark(self, tiles: Tiles, starts: Numbers, ends: Numbers) -> None:
        """Open or prolong the intervals of these tiles."""
        if not tiles.size:
            return
        self.version += 1
        known = self._end[tiles] - self._start[tiles] >= BRIDGE_FROM_MS
        over = self._end[tiles] + np.where(known, BRIDGE_MS, 0.0) < starts
        self._close(tiles[over])
        self._start[tiles] = np.where(over, starts, np.minimum(self._start[tiles], starts))
        self._end[tiles] = np.maximum(self._end[tiles], ends)

    def _close(self, tiles: Tiles) -> None:
        known = tiles[np.isfinite(self._start[tiles])]
        if known.size:
            self._closed.append(Interval(known, self._start[known].copy(), self._end[known].copy()))

    def uncovered(self, blobs: Sequence[Blob], time: float) -> list[Blob]:
        """Those that are not what is usual in restless tiles, for a time not long past.

        The answer holds until `version` changes.
        """
        tiles = np.concatenate([blob.tiles for blob in blobs]) if len(blobs) > 1 else blobs[0].tiles
        inside = (self._start[tiles] <= time) & (time <= self._end[tiles])
        if not inside.any():
            return list(blobs)
        counts = np.array([blob.tiles.size for blob in blobs])
        starts = counts.cumsum() - counts
        share = np.add.reduceat(inside, starts, dtype=np.float64) / counts
        usual = np.minimum.reduceat(np.where(inside, self._usual[tiles], np.inf), starts)
        covered = (share >= MOST) & (np.array([blob.count for blob in blobs]) <= LIKENESS * usual)
        return [blob for blob, is_covered in zip(blobs, covered.tolist(), strict=True) if not is_covered]

    def at(self, time: float) -> Mask:
        """Tiles (rows x columns) that were restless at that time, as far as is known by now. Only to be read."""
        if self._answered != (self.version, self._count):
            self._answered = (self.version, self._count)
            self._answers.clear()
            self._known = self._rhythms.runs()
        if time not in self._answers:
            self._answers[time] = self._at(time)
        return self._answers[time]

    def _at(self, time: float) -> Mask:
        found = (self._start <= time) & (time <= self._end)
        tiles, starts, ends = self._known
        found[tiles[(starts <= time) & (time <= ends)]] = True
        for interval in self._closed:
            inside = (interval.starts <= time) & (time <= interval.ends)
            found[interval.tiles[inside]] = True
        return _without_holes(found.reshape(self._shape))


def _without_holes(restless: Mask) -> Mask:
    """What a large restless area nearly surrounds belongs to it: what moves in a video has not been everywhere."""
    if np.count_nonzero(restless) < VIDEO:
        return restless
    _, labels, stats, _ = cv2.connectedComponentsWithStats(restless.view(np.uint8))
    large = np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] >= VIDEO) + 1
    if not large.size:
        return restless
    video = np.isin(labels, large).view(np.uint8)
    closed: Mask = restless | cv2.morphologyEx(video, cv2.MORPH_CLOSE, _HOLE).view(bool)
    return closed


def _unlike(sizes: Numbers, size: Numbers | float) -> Mask:
    unlike: Mask = (sizes > LIKENESS * size) | (size > LIKENESS * sizes)
    return unlike
