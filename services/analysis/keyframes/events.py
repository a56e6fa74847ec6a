"""What happened lately, and what of it was real as far as is known by now."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from services.analysis.keyframes.noise import Noise
from services.analysis.keyframes.small import Blob, Region

HORIZON_MS = 2000.0  # for so long an event may still turn out to be noise
TYPED = 3  # letters in a row are typing
LETTER = 12  # small pixels; at a device pixel ratio of 2 a letter has up to so many


@dataclass(eq=False)
class Event:
    """One frame with changes; `share` of it changed, 0..1."""

    ms: float
    blobs: list[Blob]
    share: float
    _as_of: int = field(default=-1, repr=False)  # the version of what the noise knew when it was last asked
    _real: list[Blob] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._real = self.blobs

    def real_parts(self, noise: Noise) -> list[Blob]:
        """Blobs that nothing explains but a change of the interface. What was noise once remains so."""
        if self._as_of == noise.version or not self._real:
            return [blob for blob in self._real if blob.counts]
        self._as_of = noise.version
        counting = [blob for blob in self._real if blob.counts]
        self._real = noise.uncovered(counting, self.ms) if counting else []
        return self._real


class Recent:
    """The events of the last seconds. Blobs change their kind while they are here, so answers may change too."""

    def __init__(self, start_ms: float, noise: Noise) -> None:
        self.noise = noise
        self._events: deque[Event] = deque()
        self._settled_ms = start_ms  # the last real event that is no longer here

    def add(self, event: Event) -> None:
        self._events.append(event)

    def since(self, ms: float) -> Iterator[Event]:
        """Events after that time, oldest first."""
        return (event for event in self._events if event.ms > ms)

    def real(self, after: float, until: float) -> list[Event]:
        """Real events in `after` < ms <= `until`, oldest first."""
        inside = (event for event in self._events if after < event.ms <= until)
        return [event for event in inside if self.is_real(event)]

    def is_real(self, event: Event) -> bool:
        return bool(event.real_parts(self.noise))

    def real_share(self, event: Event) -> float:
        """How much of what changed in the frame was real, as a share of the frame."""
        every = sum(blob.count for blob in event.blobs)
        return event.share * sum(blob.count for blob in event.real_parts(self.noise)) / every if every else 0.0

    def last_large(self, until: float, *shares: float) -> float | None:
        """When the last real event up to then was in which at least those shares of the frame changed."""
        for event in reversed(self._events):
            if event.ms <= until and event.share >= max(shares) and self.is_real(event):
                return event.ms
        return None

    def last_real(self, until: float = float("inf")) -> float:
        """When the last real event up to then was."""
        for event in reversed(self._events):
            if event.ms <= until and self.is_real(event):
                return event.ms
        return self._settled_ms

    def moved(self, after: float) -> Region | None:
        """Bounds of everything real since that time."""
        bounds: Region | None = None
        for event in self.since(after):
            for blob in event.real_parts(self.noise):
                bounds = blob.region if bounds is None else bounds.joined(blob.region)
        return bounds

    def typing_at(self, ms: float) -> bool:
        """Whether the last real events up to then were small ones that followed each other in one row."""
        last: Region | None = None
        count = 0
        for event in reversed(self._events):
            if event.ms > ms or not self.is_real(event):
                continue
            parts = [blob.region for blob in event.real_parts(self.noise)]
            if (
                len(parts) != 1
                or not _is_letter(parts[0])
                or (last is not None and not _goes_before(parts[0], last))
            ):
                break
            last, count = parts[0], count + 1
        return count >= TYPED

    def reaches_back_to(self, ms: float) -> bool:
        """Whether an event at or before that time is still here."""
        return bool(self._events) and self._events[0].ms <= ms

    def settle(self, until: float) -> Iterator[Event]:
        """Give up the events before that time; their kinds are final."""
        while self._events and self._events[0].ms < until:
            event = self._events.popleft()
            if self.is_real(event):
                self._settled_ms = event.ms
            yield event


def _is_letter(region: Region) -> bool:
    return region.width <= LETTER and 2 <= region.height <= LETTER


def _goes_before(one: Region, other: Region) -> bool:
    """Whether a letter at `one` may have been typed just before one at `other`."""
    return abs(one.y0 - other.y0) <= 2 and abs(one.y1 - other.y1) <= 2 and 0 <= other.x0 - one.x0 <= 2 * LETTER
