"""Wrong content that is shown for a moment: a large area jumps, rests for 70 to 470 ms, and jumps again."""

from collections.abc import Callable

import numpy as np

from services.analysis.keyframes.events import Event, Recent

FLASH_MS = (70.0, 470.0)
SHARE = 0.006  # of the frame that must jump
MINOR = 0.12  # of what jumps: less may happen beside it
PASSING_SHARE = 0.02  # the same while the pointer moves: what is under it is lit up and goes out again
BURST_MS = 140.0  # changes so close to each other are one jump
TINY_SHARE = 0.0002  # of the frame: so little may move while it is shown
OVERLAP = 0.3  # share of the smaller of both changes that lies in the other
QUIET_MS = 230.0  # nothing large happens for so long before and after: else it is one step of many


def flash_began(recent: Recent, leaving: Event, lights_up: Callable[[Event], bool]) -> float | None:
    """When the flash came that the event `leaving` ended, if it was one.

    `lights_up` says whether an event may be what the pointer does to what it passes. That it was wrong content, and
    no step on the way, is seen later: see states.py.
    """
    entered_ms = recent.last_large(leaving.ms - 1e-3, SHARE, leaving.share * MINOR)
    if entered_ms is None or not FLASH_MS[0] <= leaving.ms - entered_ms <= FLASH_MS[1]:
        return None
    entry = recent.real(entered_ms - BURST_MS, entered_ms)
    shown = max(event.share for event in entry)
    if min(leaving.share, shown) < (PASSING_SHARE if any(map(lights_up, entry)) else SHARE):
        return None
    minor = MINOR * shown  # beside a large jump small things may go on, if they always do: that is seen later
    if any(event.share >= max(TINY_SHARE, minor) for event in recent.real(entered_ms, leaving.ms - 1e-3)):
        return None
    before = recent.real(entry[0].ms - QUIET_MS, entry[0].ms - 1e-3)
    quiet_before = all(event.share < minor for event in before)
    return entered_ms if quiet_before and _same_place(entry, leaving) else None


def beside(recent: Recent, entered_ms: float, left_ms: float) -> list[Event]:
    """What else happened while the flash was shown and right before, which must be restless if it was one."""
    entry = recent.real(entered_ms - BURST_MS, entered_ms)
    before = recent.real(entry[0].ms - QUIET_MS, entry[0].ms - 1e-3)
    return [event for event in (*before, *recent.real(entered_ms, left_ms - 1e-3)) if event.share >= TINY_SHARE]


def _same_place(entry: list[Event], leaving: Event) -> bool:
    came = np.unique(np.concatenate([blob.tiles for event in entry for blob in event.blobs]))
    gone = np.unique(np.concatenate([blob.tiles for blob in leaving.blobs]))
    return np.intersect1d(came, gone).size >= OVERLAP * min(came.size, gone.size)


def goes_on(recent: Recent, event: Event, left: Event) -> bool:
    """Whether another large change follows at once, so that there was no flash."""
    return 0 < event.ms - left.ms < QUIET_MS and recent.real_share(event) >= max(SHARE / 2, MINOR * left.share)
