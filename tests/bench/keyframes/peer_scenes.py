"""PySceneDetect's cutters, reading through PyAV because OpenCV's wheel has no AV1.

The shortest scene is 0.6 s, the default of its command; the library's default of 15 frames means nothing in
recordings whose header claims a thousand frames a second.
"""

import logging
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from scenedetect import AdaptiveDetector, ContentDetector, FrameTimecode, SceneManager, open_video

DEFAULT = 27.0
SHORTEST = "0.6s"

Seen = list[tuple[FrameTimecode, float]]

logging.getLogger("pyscenedetect").setLevel(logging.ERROR)  # it warns of each recording without a duration


class Noting(ContentDetector):
    """Writes down the value of every frame."""

    def __init__(self) -> None:
        super().__init__(min_scene_len=SHORTEST)
        self.seen: Seen = []

    def process_frame(self, timecode: FrameTimecode, frame_img: Any) -> list[FrameTimecode]:
        cuts = super().process_frame(timecode, frame_img)
        self.seen.append((timecode, self._frame_score or 0.0))
        return cuts


class Replaying(ContentDetector):
    """Cuts by values that were written down: the same decisions without the pictures."""

    def __init__(self, seen: Seen, threshold: float) -> None:
        super().__init__(threshold=threshold, min_scene_len=SHORTEST)
        self._values = dict(seen)

    def _calculate_frame_score(self, timecode: FrameTimecode, frame_img: Any) -> float:
        return self._values[timecode]

    def cuts(self) -> list[float]:
        found = [cut for timecode in self._values for cut in self.process_frame(timecode, None)]
        return [cut.seconds * 1000 for cut in found]


def content_values(video: Path) -> Seen:
    detector = Noting()
    run(video, detector)
    return detector.seen


def middles(seen: Seen, threshold: float) -> list[float]:
    return middle_of_each(Replaying(seen, threshold).cuts(), seen[-1][0].seconds * 1000)


def adaptive(video: Path) -> list[float]:
    cuts, end_ms = run(video, AdaptiveDetector(min_scene_len=SHORTEST))
    return middle_of_each(cuts, end_ms)


def run(video: Path, detector: ContentDetector) -> tuple[list[float], float]:
    """Where it cuts, and the end of the video, in ms."""
    manager = SceneManager()
    manager.add_detector(detector)
    stream = open_video(str(video), backend="pyav")
    manager.detect_scenes(stream)
    return [cut.seconds * 1000 for cut in manager.get_cut_list()], stream.position.seconds * 1000


def middle_of_each(cuts: Sequence[float], end_ms: float) -> list[float]:
    """The middle of each scene; a video without a cut is one scene."""
    return [(start + end) / 2 for start, end in pairwise([0.0, *cuts, end_ms])]
