"""What else finds key frames, run for real on the same files.

A rule looks at a file once, which is slow, and then keeps frames by a threshold, which is not: so every threshold
can be tried on what was seen. Cutters of scenes keep the frame in the middle of each scene.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
from av.video.frame import VideoFrame

from tests.bench.keyframes import peer_scdet, peer_scenes, peer_ssim
from tests.bench.keyframes.score import score, total
from tests.bench.keyframes.sets import Clip

FIRST = 20


@dataclass(frozen=True)
class Rule:
    """`look` gives what `keep` needs besides a threshold to name the kept frames in ms of video."""

    look: Callable[[Path], Any]
    keep: Callable[[Any, float], list[float]]


@dataclass(frozen=True)
class Peer:
    """A rule at a fixed threshold, or at the best of several (`choices`) on the tuned clips."""

    name: str
    rule: Rule
    choices: tuple[float, ...] = (0.0,)

    def __call__(self, video: Path) -> list[float]:
        """The kept frames at the first threshold."""
        return self.rule.keep(self.rule.look(video), self.choices[0])


def incumbent(video: Path) -> list[float]:
    """One picture a second as PNG, those equal to an earlier one dropped, and of the rest the first twenty."""
    seen: set[bytes] = set()
    kept: list[float] = []
    for second, picture in each_second(video):
        png = cv2.imencode(".png", picture.to_ndarray(format="bgr24"))[1]
        digest = hashlib.sha256(png.data).digest()
        if digest not in seen:
            seen.add(digest)
            kept.append(second * 1000.0)
    return kept[:FIRST]


def each_second(video: Path) -> Iterator[tuple[int, VideoFrame]]:
    """What is on the screen at 0 s, 1 s, 2 s and so on."""
    second, before = 0, None
    with av.open(video) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for picture in container.decode(stream):
            while before is not None and picture.time > second:
                yield second, before
                second += 1
            before = picture
        if before is not None and before.time >= second:
            yield second, before


def as_they_are(kept: list[float], _: float) -> list[float]:
    return kept


CONTENT = Rule(peer_scenes.content_values, peer_scenes.middles)
SCDET = Rule(peer_scdet.scores, peer_scdet.middles)
SSIM = Rule(peer_ssim.similarities, peer_ssim.steady_ends)

PEERS = (
    Peer("one frame a second, the first 20", Rule(incumbent, as_they_are)),
    Peer("PySceneDetect content, default", CONTENT, (peer_scenes.DEFAULT,)),
    Peer("PySceneDetect content, best", CONTENT, (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 18.0, 27.0)),
    Peer("PySceneDetect adaptive, default", Rule(peer_scenes.adaptive, as_they_are)),
    Peer("ffmpeg scdet, default", SCDET, (peer_scdet.DEFAULT,)),
    Peer("ffmpeg scdet, best", SCDET, (0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 2.0, 3.0, 5.0, 10.0)),
    Peer("GIFdroid's rule, SSIM 0.95", SSIM, (0.95,)),
    Peer("GIFdroid's rule, SSIM 0.99", SSIM, (0.99,)),
)


def best(peer: Peer, clips: Mapping[str, Clip], seen: Mapping[str, Any]) -> float:
    """The threshold of the highest F1 on these clips; `seen` is by clip what the rule's `look` gave."""

    def f1(threshold: float) -> float:
        return total(score(clips[name].truth, peer.rule.keep(seen[name], threshold)) for name in clips).f1

    return max(peer.choices, key=f1)


def unavailable(peer: Peer) -> str | None:
    """Why a peer cannot run here, if so."""
    if peer.rule is SCDET and not peer_scdet.available():
        return "this PyAV comes without ffmpeg's scdet filter"
    return None
