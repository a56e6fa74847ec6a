"""From a file to its key frames: the shell around the pure parts."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from av.video.frame import VideoFrame

from services.analysis.keyframes.ahead import ahead
from services.analysis.keyframes.album import Album, Rgb
from services.analysis.keyframes.budget import within_budget
from services.analysis.keyframes.compare import Comparison
from services.analysis.keyframes.describe import PixelBox, changed_boxes, reason
from services.analysis.keyframes.small import Mask, shrink
from services.analysis.keyframes.states import State, states
from services.analysis.keyframes.video import Video, luma, opened, plausible
from services.analysis.keyframes.watch import Candidate, Watcher
from shared.model.part import WHOLE, Part

_SPARE = 5  # candidates per state of the budget before those that will never be kept are forgotten
_PROGRESS_S = 0.5
_AHEAD = 4  # frames that are decoded before they are looked at


@dataclass(frozen=True)
class Limits:
    max_duration_ms: float  # of the part that is looked at


@dataclass(frozen=True)
class KeyFrame:
    """Times in ms of video time; `changed_boxes` in pixels, against the key frame before, none for the first.

    `changed_at_ms` is when the change began, `settled_ms` when it had come to rest, `timestamp_ms` when the picture
    was taken. `reason`: initial | settled | scroll | transient. `returns_to` is the index of an earlier key frame
    that looks the same. `pointer()` is where the mouse points to in the picture, x and y, as far as it was learnt.
    """

    timestamp_ms: float
    settled_ms: float
    changed_at_ms: float
    reason: str
    changed_boxes: tuple[PixelBox, ...]
    returns_to: int | None
    image: Callable[[], Rgb] = field(repr=False)
    pointer: Callable[[], tuple[int, int] | None] = field(default=lambda: None, repr=False)


@dataclass(frozen=True)
class Extraction:
    """`duration_ms` is the time of the last frame, `container_duration_ms` what the header says if plausible.

    `cut` says that the recording goes on after the part that was looked at.
    """

    frames: tuple[KeyFrame, ...]
    duration_ms: float
    container_duration_ms: float | None
    width: int
    height: int
    codec: str
    decoded_frames: int
    note: str | None
    cut: bool = False


def extract(
    path: Path,
    album: Album,
    *,
    container: str | None,
    limits: Limits,
    part: Part = WHOLE,
    budget: int = 24,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Extraction:
    """The key frames of a recording. Their pictures lie in `album`, which must stay open while they are wanted.

    Only `part` is looked at; its first frame begins the first state, and times stay those of the recording.
    `on_progress` hears, twice a second, how many ms of video were looked at. Raises PermanentFailure.
    """
    cv2.setNumThreads(1)  # on pictures as small as these, handing out work costs more than doing it
    with opened(path, container) as video:
        watcher: Watcher[VideoFrame] = Watcher(album.keep, album.drop, luma, midway=part.start_ms > 0)
        told = time.monotonic()
        frames = ((frame, shrink(luma(frame.picture))) for frame in video.frames(limits.max_duration_ms, part))
        with closing(ahead(frames, most=_AHEAD)) as seen:  # the thread ends before the file is closed
            for frame, small in seen:
                watcher.see(frame.ms, small, frame.picture)
                if len(watcher.candidates) > _SPARE * max(budget, 8):
                    _thin(watcher, album, 2 * budget)
                if time.monotonic() - told >= _PROGRESS_S:
                    told = time.monotonic()
                    on_progress(round(frame.ms))
        declared = plausible(video.declared_ms, video.last_ms, part.start_ms + limits.max_duration_ms)
        watcher.finish(_end_ms(video.cut, declared, part))
        kept = _kept(watcher, album, max(2, budget))
        if not kept:
            watcher.insist()
            kept = _kept(watcher, album, 2)
        return _extraction(video, kept, watcher, album, declared)


def _end_ms(cut: bool, declared_ms: float | None, part: Part) -> float | None:
    """Where the part ends, if that is known to be later than its last frame."""
    if cut:
        return part.end_ms
    return None if declared_ms is None else part.until(declared_ms)


def _comparison(watcher: Watcher[VideoFrame], album: Album) -> Comparison:
    return Comparison(watcher.noise, watcher.sprites, lambda candidate: album.luma(candidate.picture))


def _kept(watcher: Watcher[VideoFrame], album: Album, budget: int) -> list[State]:
    found = states(watcher.candidates, _comparison(watcher, album), watcher.pointer_origin)
    return within_budget(found, budget)


def _thin(watcher: Watcher[VideoFrame], album: Album, budget: int) -> None:
    """Forget what will never be kept. The last candidates may still turn out to be something else."""
    kept = _kept(watcher, album, budget)
    watcher.thin({state.candidate for state in kept} | set(watcher.candidates[-8:]))


def _extraction(
    video: Video, kept: list[State], watcher: Watcher[VideoFrame], album: Album, declared_ms: float | None
) -> Extraction:
    frames = tuple(_key_frame(index, kept, watcher, album) for index in range(len(kept)))
    width, height = video.size
    return Extraction(
        frames=frames,
        duration_ms=video.last_ms,
        container_duration_ms=declared_ms,
        width=width,
        height=height,
        codec=video.codec,
        decoded_frames=video.count,
        note=video.note,
        cut=video.cut,
    )


def _key_frame(index: int, kept: list[State], watcher: Watcher[VideoFrame], album: Album) -> KeyFrame:
    state, before = kept[index], kept[index - 1] if index else None
    candidate = state.candidate
    boxes: tuple[PixelBox, ...] = ()
    if before is not None:
        differs = _against(before.candidate, candidate, state, watcher, _comparison(watcher, album))
        boxes = changed_boxes(differs, album.luma(before.candidate.picture), album.luma(candidate.picture))
    return KeyFrame(
        timestamp_ms=candidate.ms,
        settled_ms=candidate.settled_ms,
        changed_at_ms=state.changed_ms,
        reason=reason(state, before),
        changed_boxes=boxes,
        returns_to=kept.index(state.returns_to) if state.returns_to in kept else None,
        image=lambda: album.rgb(candidate.picture),
        pointer=lambda: watcher.sprites.tip(album.luma(candidate.picture)),
    )


def _against(
    before: Candidate, candidate: Candidate, state: State, watcher: Watcher[VideoFrame], compare: Comparison
) -> Mask:
    """What differs from the key frame before, which may be another than `state` knows: one was left out."""
    since = [c.real for c in watcher.candidates if before.ms < c.ms <= candidate.ms]
    real = np.logical_or.reduce(since) if since else np.ones_like(state.differs)
    found = compare.redrawn(before, candidate, real | state.differs)
    return found if found.any() else state.differs
