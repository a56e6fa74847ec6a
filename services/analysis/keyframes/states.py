"""From candidates to kept states: what really differs, what flashed up, what came back. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from services.analysis.keyframes.changes import STEP, is_speck
from services.analysis.keyframes.noise import MOST, Noise
from services.analysis.keyframes.small import Blob, Luma, Mask, Region, blobs, changed, cut, untiled
from services.analysis.keyframes.subtle import beside_tint, is_caret, tint_of
from services.analysis.keyframes.watch import Candidate

TINY, TINY_PEAK = 2, 42  # a difference of so few small pixels must be so strong
HIGHLIGHT = 25.0  # of 255: what is tinted by less is highlighted and nothing else
POINTER_SIDE = 12  # small pixels; at a device pixel ratio of 2 a pointer has 6 x 10
OUTSIDE = 24  # of 255, beyond both neighbours: content of its own, not a step of a fade
OUTSIDE_SHARE = 0.04
PAUSE_MS, PAUSE_SHARE = 110.0, 0.02  # a pause so long, in so much of the frame, is seen
SAME = 12  # of 255: a state that came back may differ by so much


@dataclass(eq=False)
class State:
    """`differs` marks the small pixels that really differ from the kept frame before."""

    candidate: Candidate
    differs: Mask
    transient: bool = False
    changed_ms: float = 0.0
    returns_to: "State | None" = None


def states(
    candidates: Sequence[Candidate], noise: Noise, origin: tuple[float, Region] | None = None
) -> list[State]:
    """The states in time order. `origin`: see Watcher.pointer_origin."""
    kept: list[State] = []
    settled: State | None = None  # the last one that is no transient
    since: Mask | None = None
    began: float | None = None  # of a change that goes on over candidates that were no rest
    for index, candidate in enumerate(candidates):
        since = candidate.real if since is None else since | candidate.real
        if not is_calm(candidate, noise):
            began = candidate.changed_ms if began is None else began
            continue
        if settled is None:
            state = State(candidate, np.ones(candidate.image.shape, bool)) if candidate.kind != "flash" else None
        elif candidate.kind == "flash":
            state = _transient(settled, candidate, candidates[index + 1 :], since, noise)
        else:
            state = _next(kept[-1], settled, candidate, since, noise)
            if state is not None and origin is not None and _is_pointer(settled.candidate, state, noise, origin):
                state = None
        if state is not None:
            state.changed_ms = candidate.changed_ms if began is None else began
            kept.append(state)
            if not state.transient:
                settled, since = state, None
        began = None
    return _with_returns(kept, noise)


def is_calm(candidate: Candidate, noise: Noise) -> bool:
    """Whether a doubtful candidate has turned out to be a rest. Others never were in doubt."""
    return candidate.kind != "doubtful" or is_restless(candidate, noise)


def is_restless(candidate: Candidate, noise: Noise) -> bool:
    """Whether all that moved around a candidate was restless tiles."""
    return all(noise.at(ms).flat[tiles].mean() >= MOST for ms, tiles in candidate.doubts)


def _next(last: State, settled: State, candidate: Candidate, since: Mask, noise: Noise) -> State | None:
    """A new state; after a transient also the return to what was before it."""
    differs = difference(settled.candidate, candidate, since, noise)
    if not last.transient:
        return State(candidate, differs) if differs.any() else None
    apart = difference(last.candidate, candidate, np.ones_like(differs), noise)
    return State(candidate, apart, returns_to=None if differs.any() else settled)


def _transient(
    settled: State, candidate: Candidate, following: Sequence[Candidate], since: Mask, noise: Noise
) -> State | None:
    after = next((c for c in following if c.kind != "flash" and is_calm(c, noise)), None)
    differs = difference(settled.candidate, candidate, since, noise)
    if after is None or not differs.any() or is_restless(candidate, noise):
        return None
    images = (settled.candidate.image, candidate.image, after.image)
    wrong = shows_its_own(*images) or (candidate.shown_ms >= PAUSE_MS and stands_apart(*images))
    return State(candidate, differs, transient=True) if wrong else None


def _is_pointer(before: Candidate, state: State, noise: Noise, origin: tuple[float, Region]) -> bool:
    """Whether all of a difference is the pointer: gone from one place and, looking alike, come to another."""
    after, found = state.candidate, blobs(state.differs, state.differs.view(np.uint8))
    if after.ms <= origin[0] and int(cut(state.differs, origin[1].grown(3)).sum()) == int(state.differs.sum()):
        return True  # it came into the picture before it first moved
    if not all(_is_small(blob) for blob in found):
        return False
    if _moved_on(
        found, untiled(noise.at(before.ms), state.differs.shape), untiled(noise.at(after.ms), state.differs.shape)
    ):
        return True
    mask, amount = changed(before.image, after.image, STEP)
    mask &= ~untiled(noise.at(before.ms) | noise.at(after.ms), mask.shape)
    apart = [blob for blob in blobs(mask, amount) if not _negligible(blob)]
    return len(apart) == 2 and all(_is_small(blob) for blob in apart) and alike(*apart)


def _moved_on(found: Sequence[Blob], before: Mask, after: Mask) -> bool:
    """Whether something that never rests was here before and is there now."""
    here = [blob for blob in found if cut(before, blob.region)[blob.mask].mean() >= 0.5]
    there = [blob for blob in found if blob not in here and cut(after, blob.region)[blob.mask].mean() >= 0.5]
    return bool(here) and len(here) == len(there) and len(here) + len(there) == len(found)


def _is_small(blob: Blob) -> bool:
    return max(blob.region.width, blob.region.height) <= POINTER_SIDE


def alike(one: Blob, other: Blob) -> bool:
    """Two pictures of one pointer: as much ink, as strong."""
    return max(one.count, other.count) <= 1.6 * min(one.count, other.count) and (
        max(one.peak, other.peak) <= 1.6 * min(one.peak, other.peak)
    )


def difference(before: Candidate, after: Candidate, real: Mask, noise: Noise) -> Mask:
    """Where two candidates differ for real: backed by a real change in between, and not restless at both times."""
    found = np.zeros_like(real)
    pointers = [place for place in (before.pointer, after.pointer) if place is not None]
    for blob in _apart(before, after, real, noise):
        if not _negligible(blob):
            cut(found, blob.region)[_telling(blob, pointers)] = True
    return found


def redrawn(before: Candidate, after: Candidate, real: Mask, noise: Noise) -> Mask:
    """All of what looks different: highlights too, and what vanished faintly within a large change."""
    found = np.zeros_like(real)
    for blob in _apart(before, after, real, noise):
        if not _negligible(blob) or cut(real, blob.region)[blob.mask].any():
            cut(found, blob.region)[blob.mask] = True
    return found


def _apart(before: Candidate, after: Candidate, real: Mask, noise: Noise) -> Iterator[Blob]:
    mask, amount = changed(before.image, after.image, STEP)
    restless = untiled(noise.at(before.ms) & noise.at(after.ms), mask.shape)
    backed = cv2.dilate(real.view(np.uint8), np.ones((5, 5), np.uint8)) > 0
    for blob in blobs(mask & backed, amount):
        blob.before, blob.after = cut(before.image, blob.region), cut(after.image, blob.region)
        if cut(restless, blob.region)[blob.mask].mean() < 0.5:
            yield blob


def _telling(blob: Blob, pointers: Sequence[Region]) -> Mask:
    """All of a blob; of a faint highlight only what stands out from it, if anything does."""
    tint = tint_of(blob, pointers)
    if tint is None or tint >= HIGHLIGHT:
        return blob.mask
    rest = beside_tint(blob, pointers)
    amount = np.asarray(cv2.absdiff(blob.before, blob.after), np.uint8)
    kept = np.zeros_like(rest)
    for part in blobs(rest, amount):
        if not _negligible(part):
            cut(kept, part.region)[part.mask] = True
    return kept


def _negligible(blob: Blob) -> bool:
    tiny = blob.count <= TINY and blob.peak < TINY_PEAK
    return is_speck(blob) or tiny or is_caret(blob)


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


def _with_returns(kept: list[State], noise: Noise) -> list[State]:
    """States that look like an earlier one say so."""
    for index, state in enumerate(kept):
        if state.returns_to is None and not state.transient:
            earlier = (other for other in kept[: max(0, index - 1)] if not other.transient)
            state.returns_to = next((other for other in earlier if _same(other, state, noise)), None)
    return kept


def _same(one: State, other: State, noise: Noise) -> bool:
    mask, amount = changed(one.candidate.image, other.candidate.image, SAME)
    if mask.mean() > 0.02:
        return False
    mask &= ~untiled(noise.at(one.candidate.ms) & noise.at(other.candidate.ms), mask.shape)
    pointers = [c.pointer.grown(2) for c in (one.candidate, other.candidate) if c.pointer is not None]
    apart = (blob for blob in blobs(mask, amount) if not _negligible(blob))
    return all(any(blob.region.touches(pointer) for pointer in pointers) for blob in apart)
