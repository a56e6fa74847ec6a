"""Places that change again and again all through a recording: clocks, counters, lights, charts that are fed.

Seen from the end: a clock whose digits a frame rate shows late, or that skips a digit here and there, has no rhythm
from one tick to the next, but it has one over ten. Small changes only; an interface that is worked with changes much
at a time, or seldom in the same place.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Indices = NDArray[np.intp]

APART_MS = 200.0  # changes of one place that are closer are one
PAUSE_MS = 2600.0  # a longer pause ends a run
COUNT, LONG_COUNT = 6, 10  # changes that make a run: at regular times, at any
LASTING_MS = 3500.0
LIKENESS = 6.0  # times that one change may be larger than the usual one
JITTER = 0.25  # of the usual gap; a gap may be as many times longer as changes were not seen
SKIPPED = 3
MOSTLY = 0.85  # share of the gaps
LARGE, LARGEST = 160, 2500  # small pixels: more is no clock, but may be a chart that is fed; more is neither
AGAIN = 2  # changes at the rhythm that a place is known for
_BESIDE = np.ones((3, 3), np.uint8)


@dataclass
class Rhythms:
    """Feed it every frame's changes by tile, `rows` x `columns` of them."""

    rows: int
    columns: int
    _log: list[tuple[float, Indices, NDArray[np.float32]]] = field(default_factory=list, repr=False)

    def changed(self, ms: float, tiles: Indices, sizes: Numbers) -> None:
        """These tiles changed, each as part of an area of so many small pixels.

        Each digit of a clock touches other tiles, so a change counts for the tiles beside it too.
        """
        small = sizes <= LARGEST
        if not small.any():
            return
        grid = np.zeros((self.rows, self.columns), np.float32)
        grid.flat[tiles[small]] = sizes[small]
        near = np.asarray(cv2.dilate(grid, _BESIDE)).ravel()
        touched = np.flatnonzero(near)
        self._log.append((ms, touched.astype(np.int32), near[touched]))

    def runs(self) -> tuple[Indices, Numbers, Numbers]:
        """Tiles, and from when to when each was restless, in ms."""
        if not self._log:
            return np.empty(0, np.intp), np.empty(0), np.empty(0)
        tiles = np.concatenate([each for _, each, _ in self._log]).astype(np.intp)
        times = np.repeat([ms for ms, _, _ in self._log], [each.size for _, each, _ in self._log])
        sizes = np.concatenate([each for _, _, each in self._log]).astype(np.float64)
        order = np.argsort(tiles, kind="stable")
        found: list[tuple[int, float, float]] = []
        ends = np.flatnonzero(np.diff(tiles[order], append=-1)) + 1
        start = 0
        for end in ends.tolist():
            own, start = order[start:end], end
            if own.size >= COUNT:
                tile = int(tiles[own[0]])
                found += [(tile, a, b) for a, b in _restless(times[own], sizes[own])]
        columns = np.array(found, np.float64).reshape(-1, 3)
        return columns[:, 0].astype(np.intp), columns[:, 1], columns[:, 2]


def _restless(times: Numbers, sizes: Numbers) -> list[tuple[float, float]]:
    """From when to when one place was restless."""
    usual = np.median(sizes)
    alike = (sizes <= LIKENESS * usual) & (usual <= LIKENESS * sizes)
    times = times[alike]
    times = times[np.diff(times, prepend=-np.inf) > APART_MS]
    breaks = np.flatnonzero(np.diff(times) > PAUSE_MS) + 1
    runs = [run for run in np.split(times, breaks) if run.size > 1]
    steady = [_is_steady(run, small=bool(usual <= LARGE)) for run in runs]
    base = next((float(np.median(np.diff(run))) for run, is_steady in zip(runs, steady, strict=True) if is_steady), None)
    return [
        (float(run[0] - np.diff(run).max()), float(run[-1] + 1.35 * np.diff(run).max()))
        for run, is_steady in zip(runs, steady, strict=True)
        if is_steady or (base is not None and run.size >= AGAIN and _is_regular(np.diff(run), base))
    ]


def _is_steady(run: Numbers, *, small: bool) -> bool:
    lasted = run[-1] - run[0]
    if run.size < (COUNT if small else LONG_COUNT) or lasted < LASTING_MS:
        return False
    gaps = np.diff(run)
    return _is_regular(gaps, float(np.median(gaps))) or (
        small and run.size >= LONG_COUNT and lasted >= 2 * LASTING_MS
    )


def _is_regular(gaps: Numbers, base: float) -> bool:
    """Whether nearly all gaps are once, twice or three times as long as `base`."""
    times = np.maximum(1.0, np.round(gaps / base))
    near = np.abs(gaps / base - times) <= JITTER * np.minimum(times, 1.5)
    return bool(near.mean() >= MOSTLY and times.max() <= SKIPPED)
