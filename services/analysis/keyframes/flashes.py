"""Wrong content that is shown for a moment: a large area jumps, rests for 70 to 470 ms, and jumps again."""

import numpy as np

from services.analysis.keyframes.events import Event, Recent

FLASH_MS = (70.0, 470.0)
SHARE = 0.006  # of the frame that must jump
BURST_MS = 140.0  # changes so close to each other are one jump
OVERLAP = 0.3  # share of the smaller of both changes that lies in the other
QUIET_MS = 230.0  # nothing large happens for so long before and after: else it is one step of many


def is_flash(recent: Recent, leaving: Event, entered_ms: float) -> bool:
    """Whether the rest between `entered_ms` and the event `leaving` was one.

    That the content was wrong, and no step on the way, is seen later: see states.py.
    """
    if not FLASH_MS[0] <= leaving.ms - entered_ms <= FLASH_MS[1]:
        return False
    entry = recent.real(entered_ms - BURST_MS, entered_ms)
    if not entry or min(leaving.share, max(event.share for event in entry)) < SHARE:
        return False
    quiet_before = not recent.real(entry[0].ms - QUIET_MS, entry[0].ms - 1e-3)
    return quiet_before and _same_place(entry, leaving)


def _same_place(entry: list[Event], leaving: Event) -> bool:
    came = np.unique(np.concatenate([blob.tiles for event in entry for blob in event.blobs]))
    gone = np.unique(np.concatenate([blob.tiles for blob in leaving.blobs]))
    return np.intersect1d(came, gone).size >= OVERLAP * min(came.size, gone.size)


def goes_on(recent: Recent, event: Event, left_ms: float) -> bool:
    """Whether another large change follows at once, so that there was no flash."""
    return 0 < event.ms - left_ms < QUIET_MS and recent.real_share(event) >= SHARE / 2
