"""From one frame to the next: which areas changed, and what each of them is."""

from collections import deque

import cv2
import numpy as np

from services.analysis.keyframes.events import Event, Recent
from services.analysis.keyframes.noise import Noise
from services.analysis.keyframes.pointer import LARGEST, Pointer
from services.analysis.keyframes.small import (
    TILE,
    Blob,
    Luma,
    Region,
    blobs,
    bounds,
    changed,
    cut,
    share,
    whole,
)
from services.analysis.keyframes.subtle import Afterglow, Creep, is_caret, is_line, is_outline, tint_of

STEP = 8  # of 255, on means of 4 x 4 pixels: the least difference that counts
LEAST = 11  # of 255: an area without a stronger difference is left out
FAINT = 15  # of 255: a blob without a stronger difference is the codec at work
SPECK, SPECK_PEAK = 700, 24  # a blob needs so much size times difference, or so much difference, to be seen
WHOLE = 0.25  # share of the frame from which a change is not taken apart
CARET_WAITS_MS = 460.0  # a caret stands still for half a second after every key
HOVER_MS = 130.0  # a tint that follows the pointer's arrival or departure within this is its doing
HOVER_LASTS_MS = 600.0
PASSED = 30  # small pixels from its way: what a pointer lights up as it passes may be larger than it seems
ROW, LINK, TEXT = 240, 60, 6  # small pixels: how far a row, a link in one, and the text of a link may reach
_KERNEL = np.ones((3, 3), np.uint8)


class Changes:
    """Compares every frame with what was seen last at each place: slow fades add up, codec noise does not.

    `recent` has the events, whose blobs are judged anew as more is seen.
    """

    def __init__(self, ms: float, image: Luma) -> None:
        rows, columns = (-(-side // TILE) for side in image.shape)
        self.noise = Noise(rows, columns)
        self.recent = Recent(ms, self.noise)
        self.pointer = Pointer()
        self._creep, self._glow = Creep(), Afterglow()
        self._reference = image.copy()
        self._last_ms = ms
        self._gaps: deque[float] = deque([40.0], maxlen=40)

    def see(self, ms: float, image: Luma) -> Event | None:
        """What changed in this frame, if anything."""
        self._gaps.append(ms - self._last_ms)
        self._last_ms = ms
        mask, difference = changed(self._reference, image, STEP)
        around = bounds(mask)
        if around is None:
            return None
        before = self._reference.copy()
        much = share(mask)
        found = [whole(mask, difference)] if much > WHOLE else blobs(mask, difference, LEAST, around=around)
        event = self._event(ms, before, image, found, much)
        rim = around.grown(1)
        near = cv2.dilate(cut(mask, rim).view(np.uint8), _KERNEL)
        np.copyto(cut(self._reference, rim), cut(image, rim), where=near.view(bool))
        self._follow(event, image)
        self._feed_noise(event, before)
        self.recent.add(event)
        self._mark_hovers(ms)
        return event

    @property
    def interval(self) -> float:
        """The usual time in ms between two frames while something moves."""
        gaps = sorted(self._gaps)
        return gaps[len(gaps) // 4]

    def may_be_lit(self, event: Event) -> bool:
        """Whether the pointer passed what changed, as it changed or just before."""
        if self.pointer.moved_ms < event.ms - max(HOVER_MS, 2 * self.interval):
            return False
        since = event.ms - HOVER_LASTS_MS
        return any(self.pointer.near(_lit_row(blob).grown(PASSED), since) for blob in event.blobs)

    def _event(self, ms: float, before: Luma, image: Luma, found: list[Blob], changed_share: float) -> Event:
        if changed_share <= WHOLE:
            for blob in found:
                blob.before, blob.after = cut(before, blob.region), cut(image, blob.region)
                blob.ms = ms
                self._judge(ms, blob)
        return Event(ms, found, changed_share)

    def _judge(self, ms: float, blob: Blob) -> None:
        """What can be told at first sight."""
        if is_speck(blob) or self._glow.is_afterglow(ms, blob):
            blob.kind = "speck"
        elif is_caret(blob) and not self._typing(ms, blob.region):
            blob.kind = "caret"

    def _typing(self, ms: float, region: Region) -> bool:
        """Whether something happened beside it just now: then a thin line is a letter, for a caret waits."""
        beside = Region(region.x0 - 8, region.y0 - 1, region.x1 + 8, region.y1 + 1)
        recent = (blob for event in self.recent.since(ms - CARET_WAITS_MS) for blob in event.blobs)
        return any(blob.counts and blob.region.touches(beside) for blob in recent)

    def _follow(self, event: Event, image: Luma) -> None:
        """What can be told from where the small ones go."""
        unclear = [blob for blob in event.blobs if blob.kind == "open"]
        apart = self.noise.uncovered(unclear, event.ms) if unclear else []
        small = [blob for blob in apart if max(blob.region.width, blob.region.height) <= LARGEST]
        self.pointer.see(event.ms, image, small, self.interval)
        self._creep.see(event.ms, [blob for blob in unclear if blob.kind == "open"])

    def _feed_noise(self, event: Event, before: Luma) -> None:
        """Whole-frame changes are no rhythm of a place, and neither are carets and the pointer."""
        found = [blob for blob in event.blobs if blob.kind not in {"caret", "pointer"}]
        if not found or event.share > WHOLE:
            return
        tiles = np.concatenate([blob.tiles for blob in found])
        sizes = np.repeat([float(blob.count) for blob in found], [blob.tiles.size for blob in found])
        if len(found) > 1:
            tiles, first = np.unique(tiles, return_index=True)
            sizes = sizes[first]
        self.noise.changed(tiles, event.ms, sizes, before)

    def _mark_hovers(self, now: float) -> None:
        """Tints and frames that came or went with the pointer; those that go on where one began belong to it."""
        if now - self.pointer.moved_ms > HOVER_LASTS_MS:
            return
        hovered: list[Region] = []
        for event in self.recent.since(now - HOVER_LASTS_MS):
            for blob in event.blobs:
                if blob.kind == "open" and _lights_up(blob) and self._is_hover(event.ms, blob, hovered):
                    blob.kind = "hover"
                if blob.kind == "hover":
                    hovered.append(blob.region.grown(2))

    def _is_hover(self, ms: float, blob: Blob, hovered: list[Region]) -> bool:
        goes_on = any(place.joined(blob.region) == place for place in hovered)
        follows = -2 * HOVER_MS <= ms - self.pointer.moved_ms <= HOVER_MS
        return goes_on or (follows and self.pointer.near(_lit_row(blob), ms - HOVER_LASTS_MS))


def _lit_row(blob: Blob) -> Region:
    """Where the pointer must be to light a blob up: on it or in the row that a line underlines or is beside."""
    x0, y0, x1, y1 = blob.region
    if not is_line(blob):
        return blob.region
    return Region(x0 - ROW, y0, x1 + ROW, y1) if y1 - y0 > x1 - x0 else Region(x0 - LINK, y0 - TEXT, x1 + LINK, y1)


def _lights_up(blob: Blob) -> bool:
    if blob.lights_up is None:
        blob.lights_up = tint_of(blob) is not None or is_outline(blob) or is_line(blob)
    return blob.lights_up


def is_speck(blob: Blob) -> bool:
    return blob.peak < FAINT or (blob.peak < SPECK_PEAK and blob.count * blob.peak < SPECK)
