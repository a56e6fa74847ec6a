"""Telling the mouse pointer from all else that is small: it vanishes here, appears there, and leaves no trace.

Whatever the pointer uncovers looks as it did before the pointer came. Typed letters stay, a caret stays in its
place, a ticked box stands still; so a chain of small changes that heals behind itself and goes somewhere is the
pointer.
"""

from collections import deque
from dataclasses import dataclass, field

import cv2
import numpy as np

from services.analysis.keyframes.small import Blob, Luma, Region, cut

LARGEST = 20  # small pixels of a side; at a device pixel ratio of 2 a pointer has 6 x 10, and slow moves merge two
HEALED = 18  # of 255: what is uncovered may differ by codec noise
MOST, SOME = 0.6, 0.15  # of a blob that must heal: where it vanished, and after a pause
SLID = 0.35  # of a blob that shows a pointer's old and new place, the new one heals
LINK_MS = (80.0, 300.0)  # between two steps of one motion: a good two frames, within these bounds
LONG, LONG_PACE_MS = 10, 60.0  # so many steps at such a pace are no typing
ENDLESS_MS = 2500.0  # what goes on for so long without a stop is something that moves in the page
LINK_FRAMES = 2.3
AFTERGLOW_MS, AFTERGLOW = 700.0, 30  # for so long the codec sharpens a pointer that came to rest, by so much of 255
REACH = 130  # small pixels that a pointer may jump from one frame to the next


@dataclass
class Chain:
    """Small changes that follow each other in place and time."""

    first_ms: float
    last_ms: float
    tip: Region
    blobs: list[Blob] = field(default_factory=list)
    path: list[Region] = field(default_factory=list)
    steps: int = 0  # times that it vanished here and appeared there, or slid on and left no trace
    traces: int = 0  # times that it left one
    judged: int = 0  # blobs that have been looked at for a trace
    length: int = 1  # blobs in all
    at_pointer: bool = False  # it began where the pointer was last seen
    confirmed: bool = False
    parents: list["Chain"] = field(default_factory=list)  # whose tip vanished when this one appeared


class Pointer:
    def __init__(self) -> None:
        self.place: Region | None = None  # where it was last seen
        self.origin: tuple[float, Region] | None = None  # when it was first told from the rest, and where it began
        self.moved_ms = float("-inf")
        self.trail: deque[tuple[float, Region]] = deque(maxlen=48)  # where it has been lately
        self.arrivals: list[Region] = []  # places that it jumped to with the last frame
        self._chains: list[Chain] = []
        self._late: list[Blob] = []

    def see(self, now: float, image: Luma, small: list[Blob], interval: float) -> list[Blob]:
        """Follow the small blobs of one frame; those of a confirmed motion get the kind `pointer`.

        `interval` in ms is the usual time between two frames in motion: a slow recording shows fewer steps. Returns
        blobs of earlier frames that are known for the pointer only now, oldest first.
        """
        self._late, self.arrivals = [], []
        link = min(max(LINK_FRAMES * interval, LINK_MS[0]), LINK_MS[1])
        self._chains = [chain for chain in self._chains if now - chain.last_ms <= link]
        for blob in small:
            if self._glows(blob, now):
                blob.kind = "pointer"
        small = [blob for blob in small if blob.kind == "open"]
        found = {id(blob): self._chain_at(blob.region) for blob in small}
        late = now - 1.5 * interval
        followed = {
            id(blob): chain
            for blob in small
            if (chain := found[id(blob)]) is not None
            and (chain.last_ms >= late or _heals(blob, chain, image, SOME))
        }
        healed = [blob for blob in small if _heals(blob, followed.get(id(blob)), image)]
        for blob in small:
            chain = followed.get(id(blob))
            if chain is not None:
                self._extend(chain, blob, now)
                _judge(chain, image)
                self._confirm(chain, now)
        fresh = [blob for blob in small if id(blob) not in followed]
        for gone in healed:
            self._step(followed[id(gone)], fresh, now)
        for blob in fresh:
            at_pointer = self._expected(blob, now, link)
            chain = Chain(now, now, blob.region, [blob], [blob.region], at_pointer=at_pointer)
            chain.parents = [
                other for other in {id(c): c for c in followed.values()}.values() if _near(other, blob)
            ]
            self._chains.append(chain)
        earlier = [blob for blob in self._late if blob not in small]
        return sorted(earlier, key=lambda blob: blob.ms)

    def _expected(self, blob: Blob, now: float, link: float) -> bool:
        """Whether the pointer was last seen there, or was on its way and may have got there."""
        if self.place is None:
            return False
        on_its_way = now - self.moved_ms <= 2 * link and distance(blob.region, self.place) <= REACH / 2
        return on_its_way or blob.region.touches(self.place.grown(1))

    def _glows(self, blob: Blob, now: float) -> bool:
        if self.place is None or now - self.moved_ms > AFTERGLOW_MS or blob.peak > AFTERGLOW:
            return False
        around = self.place.grown(2)
        return blob.region.joined(around) == around

    def _chain_at(self, region: Region) -> Chain | None:
        near = [chain for chain in self._chains if chain.tip.touches(region.grown(1))]
        return max(near, key=lambda chain: (chain.confirmed, chain.steps, chain.last_ms), default=None)

    def _extend(self, chain: Chain, blob: Blob, now: float) -> None:
        chain.blobs.append(blob)
        chain.length += 1
        chain.last_ms = now
        if not chain.path or chain.path[-1] != blob.region:
            chain.path.append(blob.region)
            chain.tip = blob.region

    def _step(self, chain: Chain, fresh: list[Blob], now: float) -> None:
        """The blob that appeared while this chain's tip healed is where the pointer went."""
        near = [
            blob for blob in fresh if distance(blob.region, chain.tip) <= REACH and alike(blob, chain.blobs[-1])
        ]
        if not near:
            return
        there = min(near, key=lambda blob: distance(blob.region, chain.tip))
        fresh.remove(there)
        chain.steps += 1
        if not there.region.touches(chain.tip.grown(2)):
            self.arrivals.append(there.region)
        chain.blobs.append(there)
        chain.path.append(there.region)
        chain.tip = there.region
        self._confirm(chain, now)

    def _confirm(self, chain: Chain, now: float) -> None:
        slides = chain.at_pointer and len(chain.blobs) >= 3 and _travelled(chain) >= 2
        goes = chain.steps >= 1 and chain.steps > chain.traces and _travelled(chain) >= 6
        if not (chain.confirmed or goes or slides or (chain.at_pointer and chain.steps > chain.traces)):
            return
        self._claim(chain, now)
        if now - chain.first_ms < ENDLESS_MS:
            self.place, self.moved_ms = chain.tip, now
        chain.blobs, chain.judged, chain.path = chain.blobs[-1:], 0, chain.path[-1:]

    def _claim(self, chain: Chain, now: float) -> None:
        """All of the chain is the pointer, and so is what it came from, which looked like a chain of its own."""
        chain.confirmed = True
        for blob in chain.blobs:
            if blob.kind != "pointer":
                blob.kind = "pointer"
                self._late.append(blob)
        self.trail.extend((now, region) for region in chain.path)
        for parent in chain.parents:
            if not parent.confirmed:
                self._claim(parent, now)
        chain.parents.clear()
        if self.origin is None:
            self.origin = (now, chain.path[0])

    def near(self, region: Region, since: float) -> bool:
        """Whether the pointer has been there since that time, or rests there."""
        around = region.grown(2)
        if self.place is not None and around.touches(self.place):
            return True
        return any(at >= since and around.touches(place) for at, place in self.trail)


def alike(one: Blob, other: Blob) -> bool:
    """Two pictures of one pointer: much the same amount of ink."""
    return one.count <= 4 * other.count and other.count <= 4 * one.count


def distance(one: Region, other: Region) -> float:
    dx = (one.x0 + one.x1 - other.x0 - other.x1) / 2
    dy = (one.y0 + one.y1 - other.y0 - other.y1) / 2
    return float(np.hypot(dx, dy))


def _near(chain: Chain, blob: Blob) -> bool:
    return distance(blob.region, chain.tip) <= REACH and alike(blob, chain.blobs[-1])


def _travelled(chain: Chain) -> float:
    return max((distance(chain.path[0], region) for region in chain.path[1:]), default=0.0)


def _judge(chain: Chain, image: Luma) -> None:
    """Where a sliding pointer has been looks as before; where something was typed does not."""
    level = max(region.y0 for region in chain.path) - min(region.y0 for region in chain.path) < 2
    hasty = chain.length >= LONG and chain.last_ms - chain.first_ms <= LONG_PACE_MS * chain.length
    if level and not hasty:
        return  # a line of text grows so too, and the caret in front of it leaves no trace
    for blob in chain.blobs[chain.judged : -1]:
        if blob.region.touches(chain.tip):
            return
        chain.judged += 1
        height, width = image.shape
        inside = 0 <= blob.region.x0 and blob.region.x1 <= width and blob.region.y1 <= height
        if inside and blob.before.shape == blob.mask.shape:
            now = np.ascontiguousarray(cut(image, blob.region))
            rest = np.asarray(cv2.absdiff(now, blob.before))[blob.mask]
            healed = float((rest <= HEALED).mean()) >= SLID
            chain.steps, chain.traces = chain.steps + healed, chain.traces + (not healed)


def _heals(blob: Blob, chain: Chain | None, image: Luma, share: float = MOST) -> bool:
    """Whether so much of what changed now looks as it did before the last blob of the chain came there."""
    if chain is None:
        return False
    came, here = chain.blobs[-1], blob.region
    x0, y0 = max(came.region.x0, here.x0), max(came.region.y0, here.y0)
    x1, y1 = min(came.region.x1, here.x1), min(came.region.y1, here.y1)
    if x0 >= x1 or y0 >= y1 or came.before.size == 0:
        return False
    then = came.before[y0 - came.region.y0 : y1 - came.region.y0, x0 - came.region.x0 : x1 - came.region.x0]
    mask = blob.mask[y0 - here.y0 : y1 - here.y0, x0 - here.x0 : x1 - here.x0]
    rest = np.asarray(cv2.absdiff(np.ascontiguousarray(image[y0:y1, x0:x1]), np.ascontiguousarray(then)))[mask]
    return bool((rest <= HEALED).sum() >= share * blob.count)
