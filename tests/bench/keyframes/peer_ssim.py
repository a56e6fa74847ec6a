"""GIFdroid's rule (Feng and Chen, "GIFdroid: Automated Replay of Visual Bug Reports for Android Apps", ICSE 2022).

Its first phase, keyframe location, compares the luma of consecutive frames by SSIM. Frames are steady where the
similarities around them (two before, two from the frame on) all lie above a threshold, 0.95 in the paper, and the
last frame of each steady run is a key frame. The strip of 25 rows that it cuts off for a phone's status bar stays:
tabs have none.
"""

from itertools import groupby
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from services.analysis.keyframes.small import Luma
from services.analysis.keyframes.video import luma

Seen = list[tuple[float, float]]

AROUND = 2  # similarities on each side of a frame that must be high
_SIDE = 7  # of the square window, the usual one for SSIM without Gaussian weights
_HALF = _SIDE // 2
_SAMPLE = _SIDE**2 / (_SIDE**2 - 1)  # the unbiased variance
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def similarities(video: Path) -> Seen:
    """Time of each frame in ms, and how much like the frame before it is (1 for the first)."""
    seen: Seen = []
    before: Luma | None = None
    with av.open(video) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for picture in container.decode(stream):
            after = luma(picture).copy()  # the decoder may write over its own
            seen.append((picture.time * 1000, 1.0 if before is None else ssim(before, after)))
            before = after
    return seen


def steady_ends(seen: Seen, threshold: float) -> list[float]:
    """The last frame of each run of steady ones."""
    alike = [value > threshold for _, value in seen[1:]]
    steady = [all(alike[max(0, i - AROUND) : i + AROUND]) for i in range(len(alike))]
    runs = [(calm, [i for i, _ in run]) for calm, run in groupby(enumerate(steady), key=lambda pair: pair[1])]
    return [seen[run[-1] + 1][0] for calm, run in runs if calm]


def ssim(a: Luma, b: Luma) -> float:
    """Mean structural similarity: 1 for equal pictures. Windows without a difference are 1 and are not computed."""
    height, width = a.shape
    left, top, wide, high = cv2.boundingRect(cv2.absdiff(a, b))
    if not wide:
        return 1.0
    rows = slice(max(0, top - 2 * _HALF), top + high + 2 * _HALF)
    columns = slice(max(0, left - 2 * _HALF), left + wide + 2 * _HALF)
    missing = (1 - _map(a[rows, columns], b[rows, columns])).sum(dtype=np.float64)
    windows = (height - 2 * _HALF) * (width - 2 * _HALF)
    return 1.0 - float(missing) / float(windows)


def _map(a: Luma, b: Luma) -> NDArray[np.float32]:
    """The similarity of each whole window, by its middle."""
    x, y = a.astype(np.float32), b.astype(np.float32)
    mx, my = _local(x), _local(y)
    covariance = (_local(x * y) - mx * my) * _SAMPLE
    variances = (_local(x * x) - mx * mx + _local(y * y) - my * my) * _SAMPLE
    similar = (2 * mx * my + _C1) * (2 * covariance + _C2) / ((mx * mx + my * my + _C1) * (variances + _C2))
    return np.asarray(similar[_HALF:-_HALF, _HALF:-_HALF], np.float32)


def _local(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.boxFilter(values, -1, (_SIDE, _SIDE)), np.float32)
