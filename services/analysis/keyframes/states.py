"""From candidates to kept states: what really differs, what flashed up, what came back. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from services.analysis.keyframes.changes import STEP
from services.analysis.keyframes.compare import POINTER_SIDE, Comparison, negligible
from services.analysis.keyframes.noise import MOST, Noise
from services.analysis.keyframes.small import Blob, Luma, Mask, Region, Tiles, blobs, changed, cut, untiled
from services.analysis.keyframes.watch import Candidate

MOST_POINTER = 2 * POINTER_SIDE**2  # small pixels that a pointer covers, where it was and where it is
OUTSIDE = 24  # of 255, beyond both neighbours: content of its own, not a step of a fade
OUTSIDE_SHARE = 0.04
LEAST = 0.003  # share of the frame that a flash must show otherwise
PAUSE_MS, PAUSE_SHARE = 110.0, 0.02  # a pause so long, in so much of the frame, is seen


@dataclass(eq=False)
class State:
    """`differs` marks the small pixels that really differ from the kept frame before."""

    candidate: Candidate
    differs: Mask
    transient: bool = False
    changed_ms: float = 0.0
    returns_to: "State | None" = None


def states(
    candidates: Sequence[Candidate], compare: Comparison, origin: tuple[float, Region] | None = None
) -> list[State]:
    """The states in time order. `origin`: see Watcher.pointer_origin."""
    kept: list[State] = []
    settled: State | None = None  # the last one that is no transient
    since: Mask | None = None
    began: float | None = None  # of a change that goes on over candidates that were no rest
    for index, candidate in enumerate(candidates):
        since = candidate.real if since is None else since | candidate.real
        if not is_calm(candidate, compare.noise):
            began = candidate.changed_ms if began is None else began
            continue
        if settled is None:
            state = State(candidate, np.ones(candidate.image.shape, bool)) if candidate.kind != "flash" else None
        elif candidate.kind == "flash":
            state = _transient(settled, candidate, candidates[index + 1 :], since, compare)
        else:
            state = _next(kept[-1], settled, candidate, since, compare)
            if state is not None and origin and _is_pointer(settled.candidate, state, compare.noise, origin):
                state = None
        if state is not None:
            state.changed_ms = candidate.changed_ms if began is None else began
            kept.append(state)
            if not state.transient:
                settled, since = state, None
        began = None
    return _with_returns(kept, compare)


def is_calm(candidate: Candidate, noise: Noise) -> bool:
    """Whether a doubtful candidate has turned out to be a rest. Others never were in doubt."""
    return candidate.kind != "doubtful" or is_restless(candidate, noise)


def is_restless(candidate: Candidate, noise: Noise) -> bool:
    """Whether all that moved around a candidate was restless tiles."""
    return _all_restless(candidate.doubts, noise)


def _all_restless(parts: Sequence[tuple[float, Tiles]], noise: Noise) -> bool:
    return all(noise.at(ms).flat[tiles].mean() >= MOST for ms, tiles in parts)


def _moves_on(flash: Candidate, noise: Noise) -> bool:
    """Whether most of what came and went with a flash is restless anyway."""
    inside = [noise.at(ms).flat[tiles] for ms, tiles in flash.doubts]
    return not inside or float(np.concatenate(inside).mean()) >= 0.5


def _next(last: State, settled: State, candidate: Candidate, since: Mask, compare: Comparison) -> State | None:
    """A new state; after a transient also the return to what was before it."""
    differs = compare.difference(settled.candidate, candidate, since)
    if not last.transient:
        return State(candidate, differs) if differs.any() else None
    apart = compare.difference(last.candidate, candidate, np.ones_like(differs))
    return State(candidate, apart, returns_to=None if differs.any() else settled)


def _transient(
    settled: State, candidate: Candidate, following: Sequence[Candidate], since: Mask, compare: Comparison
) -> State | None:
    after = next((c for c in following if c.kind != "flash" and is_calm(c, compare.noise)), None)
    differs = compare.difference(settled.candidate, candidate, since)
    if after is None or differs.mean() < LEAST or _moves_on(candidate, compare.noise):
        return None
    if not _all_restless(candidate.beside, compare.noise):
        return None
    images = (settled.candidate.image, candidate.image, after.image)
    wrong = shows_its_own(*images) or (candidate.shown_ms >= PAUSE_MS and stands_apart(*images))
    wrong = wrong or (candidate.jumped and candidate.shown_ms >= PAUSE_MS)
    return State(candidate, differs, transient=True) if wrong else None


def _is_pointer(before: Candidate, state: State, noise: Noise, origin: tuple[float, Region]) -> bool:
    """Whether all of a difference is the pointer: gone from one place and, looking alike, come to another."""
    after = state.candidate
    if int(state.differs.sum()) > MOST_POINTER:
        return False
    found = blobs(state.differs, state.differs.view(np.uint8))
    if after.ms <= origin[0] and int(cut(state.differs, origin[1].grown(3)).sum()) == int(state.differs.sum()):
        return True  # it came into the picture before it first moved
    if not all(_is_small(blob) for blob in found):
        return False
    mask, amount = changed(before.image, after.image, STEP)
    restless_before, restless_after = (untiled(noise.at(each.ms), mask.shape) for each in (before, after))
    if _moved_on(found, blobs(mask, amount), restless_before, restless_after):
        return True
    mask &= ~(restless_before | restless_after)
    apart = [blob for blob in blobs(mask, amount) if not negligible(blob)]
    return len(apart) == 2 and all(_is_small(blob) for blob in apart) and alike(*apart)


def _moved_on(found: Sequence[Blob], every: Sequence[Blob], before: Mask, after: Mask) -> bool:
    """Whether what never rests was here before and is there now. `found` is either, `every` what changed."""
    here = [blob for blob in found if cut(before, blob.region)[blob.mask].mean() >= 0.5]
    there = [blob for blob in found if blob not in here and cut(after, blob.region)[blob.mask].mean() >= 0.5]
    if len(here) + len(there) < len(found):
        return False
    moving = [blob for blob in every if cut(after if here else before, blob.region)[blob.mask].mean() >= 0.5]
    return bool(moving) and (len(here) == len(there) or not here or not there)


def _is_small(blob: Blob) -> bool:
    return max(blob.region.width, blob.region.height) <= POINTER_SIDE


def alike(one: Blob, other: Blob) -> bool:
    """Two pictures of one pointer: as much ink, as strong."""
    return max(one.count, other.count) <= 1.6 * min(one.count, other.count) and (
        max(one.peak, other.peak) <= 1.6 * min(one.peak, other.peak)
    )


def shows_its_own(before: Luma, flash: Luma, after: Luma) -> bool:
    """Whether the flash shows what neither neighbour shows."""
    low, high = np.minimum(before, after).astype(np.int16), np.maximum(before, after).astype(np.int16)
    shown = flash.astype(np.int16)
    own = (shown < low - OUTSIDE) | (shown > high + OUTSIDE)
    moved = (cv2.absdiff(before, flash) > STEP) | (cv2.absdiff(flash, after) > STEP)
    return bool(own.sum() > OUTSIDE_SHARE * max(1, int(moved.sum())))


def stands_apart(before: Luma, pause: Luma, after: Luma) -> bool:
    """Whether a pause is a picture of its own (a page that is blank for a moment), no step from one to the next."""
    apart = (cv2.absdiff(before, pause) > OUTSIDE) & (cv2.absdiff(pause, after) > OUTSIDE)
    one, other = (cv2.absdiff(before, pause) > OUTSIDE).mean(), (cv2.absdiff(pause, after) > OUTSIDE).mean()
    between = (np.minimum(before, after) < pause) & (pause < np.maximum(before, after)) & apart
    return bool(min(one, other) >= PAUSE_SHARE and between.sum() <= 0.3 * max(1, int(apart.sum())))


def _with_returns(kept: list[State], compare: Comparison) -> list[State]:
    """States that look like an earlier one say so."""
    for index, state in enumerate(kept):
        if state.returns_to is None and not state.transient:
            earlier = (other for other in kept[: max(0, index - 1)] if not other.transient)
            same = (other for other in earlier if compare.same(other.candidate, state.candidate))
            state.returns_to = next(same, None)
    return kept
