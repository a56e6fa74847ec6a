"""Places that change again and again all through a recording: clocks, counters, lights, charts that are fed.

Seen from the end: a clock whose ticks are shown late or not at all has no rhythm from one tick to the next, but
it has one over ten. Small changes only; an interface that is worked with changes much at a time, or seldom in the
same place.
"""

import itertools
from statistics import median

import numpy as np
from numpy.typing import NDArray

from services.analysis.keyframes.small import Tiles

Numbers = NDArray[np.float64]

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


class Rhythms:
    """Feed it every change by tile."""

    def __init__(self) -> None:
        self._log: list[tuple[float, NDArray[np.int32], NDArray[np.float32]]] = []

    def changed(self, ms: float, tiles: Tiles, sizes: NDArray[np.float32]) -> None:
        """In or beside these tiles an area of so many small pixels changed."""
        small = sizes <= LARGEST
        if small.any():
            self._log.append((ms, tiles[small].astype(np.int32), sizes[small]))

    def runs(self) -> tuple[Tiles, Numbers, Numbers]:
        """Tiles, and from when to when each was restless, in ms."""
        if not self._log:
            return np.empty(0, np.intp), np.empty(0), np.empty(0)
        tiles = np.concatenate([each for _, each, _ in self._log]).astype(np.intp)
        times = np.repeat([ms for ms, _, _ in self._log], [each.size for _, each, _ in self._log])
        sizes = np.concatenate([each for _, _, each in self._log]).astype(np.float64)
        order = np.argsort(tiles, kind="stable")
        tiles, times, sizes = tiles[order], times[order], sizes[order]
        starts = np.flatnonzero(np.diff(tiles, prepend=-1))
        ends = np.append(starts[1:], tiles.size)
        apart = np.add.reduceat(np.diff(times, prepend=0.0) > APART_MS, starts)
        often = (apart >= COUNT - 1) & (times[ends - 1] - times[starts] >= LASTING_MS)
        found: list[tuple[int, float, float]] = []
        alike: dict[bytes, list[tuple[float, float]]] = {}  # all tiles of an area change together
        for start, end in zip(starts[often].tolist(), ends[often].tolist(), strict=True):
            own = times[start:end], sizes[start:end]
            key = b"".join(each.tobytes() for each in own)
            if key not in alike:
                alike[key] = _restless(*own)
            found += [(int(tiles[start]), a, b) for a, b in alike[key]]
        columns = np.array(found, np.float64).reshape(-1, 3)
        return columns[:, 0].astype(np.intp), columns[:, 1], columns[:, 2]


def _restless(times: Numbers, sizes: Numbers) -> list[tuple[float, float]]:
    """From when to when one place was restless. Plain lists: they are short, and there are many."""
    usual = median(sizes.tolist())
    runs: list[list[float]] = [[]]
    last = -APART_MS
    for ms, size in zip(times.tolist(), sizes.tolist(), strict=True):
        if size > LIKENESS * usual or usual > LIKENESS * size:
            continue
        if ms - last > PAUSE_MS and runs[-1]:
            runs.append([])
        if ms - last > APART_MS:
            runs[-1].append(ms)
        last = ms
    spans = [(run, [b - a for a, b in itertools.pairwise(run)]) for run in runs if len(run) > 1]
    steady = [_is_steady(gaps, small=usual <= LARGE) for _, gaps in spans]
    base = next((median(gaps) for (_, gaps), is_steady in zip(spans, steady, strict=True) if is_steady), None)
    return [
        (run[0] - max(gaps), run[-1] + 1.35 * max(gaps))
        for (run, gaps), is_steady in zip(spans, steady, strict=True)
        if is_steady or (base is not None and len(run) >= AGAIN and _is_regular(gaps, base))
    ]


def _is_steady(gaps: list[float], *, small: bool) -> bool:
    count, lasted = len(gaps) + 1, sum(gaps)
    if count < (COUNT if small else LONG_COUNT) or lasted < LASTING_MS:
        return False
    return _is_regular(gaps, median(gaps)) or (small and count >= LONG_COUNT and lasted >= 2 * LASTING_MS)


def _is_regular(gaps: list[float], base: float) -> bool:
    """Whether nearly all gaps are once, twice or three times as long as `base`."""
    times = [max(1, round(gap / base)) for gap in gaps]
    near = sum(abs(gap / base - n) <= JITTER * min(n, 1.5) for gap, n in zip(gaps, times, strict=True))
    return near >= MOSTLY * len(gaps) and max(times) <= SKIPPED
