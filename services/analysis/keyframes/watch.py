"""Watching a recording frame by frame: where does it come to rest?

A real change is one that neither the pointer, a caret, a hover tint, a creeping bar nor restless tiles explain.
When there has been none for `REST_MS` the interface is settled, and the frame is a candidate for a state.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

import numpy as np

from services.analysis.keyframes.changes import Changes
from services.analysis.keyframes.events import HORIZON_MS, Event
from services.analysis.keyframes.flashes import BURST_MS, beside, flash_began, goes_on
from services.analysis.keyframes.noise import Noise
from services.analysis.keyframes.small import Luma, Mask, Region, Tiles, cut
from services.analysis.keyframes.sprite import Sprites

F = TypeVar("F")

REST_MS = 480.0  # typing pauses for up to 400 ms, and no state that people look at is shorter
TYPING_REST_MS = 640.0  # whoever types may think for longer, and looks at the result for longer too
END_REST_MS = 120.0  # less will do where the recording ends
CONFINED = 0.35  # share of the frame: smaller motion may turn out to be restless
FLASH_INSIDE_MS = 50.0  # a flash is shown from its frame until the next one; name a moment well inside
DOUBT_MS = 300.0  # how often a picture is taken while something small moves on

Kind = Literal["rest", "doubtful", "flash"]


@dataclass(eq=False)
class Candidate:
    """A moment that may become a kept frame; all times in ms of video time.

    `picture` says where its picture is kept, `real` marks what really changed since the candidate before, `pointer`
    is where the pointer was. A doubtful one is a rest only if what is in `doubts` turns out to be restless, a flash
    only if it does not.
    """

    ms: float
    settled_ms: float
    changed_ms: float
    image: Luma = field(repr=False)
    picture: int
    kind: Kind
    real: Mask = field(repr=False)
    pointer: Region | None
    pointer_still_ms: float = 0.0  # before what changed last
    shown_ms: float = 0.0  # of a flash
    jumped: bool = False  # a flash that came with a single frame
    doubts: tuple[tuple[float, Tiles], ...] = field(default=(), repr=False)
    beside: tuple[tuple[float, Tiles], ...] = field(default=(), repr=False)  # must be restless


@dataclass(frozen=True)
class _Sight(Generic[F]):
    ms: float
    image: Luma
    frame: F
    pointer: Region | None


class Watcher(Generic[F]):
    def __init__(
        self,
        keep: Callable[[F], int],
        drop: Callable[[int], None],
        luma: Callable[[F], Luma],
        *,
        midway: bool = False,
    ) -> None:
        """`keep` stores the picture of a frame and says where, `drop` forgets it, `luma` gives its whole luma.

        `midway`: it is watched from somewhere in the middle, where somebody wants to begin. How long the first
        frame has been shown is not known, so it is a state however soon it changes.
        """
        self.candidates: list[Candidate] = []
        self.sprites = Sprites()
        self._keep, self._drop, self._luma, self._midway = keep, drop, luma, midway
        self._changes: Changes | None = None
        self._before: _Sight[F] | None = None
        self._pending: Mask = np.empty((0, 0), bool)  # real changes since the last candidate
        self._settled = False  # this rest has its candidate
        self._doubted_ms = 0.0
        self._flash: Candidate | None = None
        self._flash_left: Event | None = None
        self._still_ms = 0.0

    def see(self, ms: float, image: Luma, frame: F) -> None:
        """The next frame: its time, its small image (always of one size), and whatever `keep` needs."""
        if self._changes is None or self._before is None:
            self._changes = Changes(ms, image)
            self._pending = np.ones(image.shape, bool)
            self._before = _Sight(ms, image, frame, None)
            if self._midway:
                self._propose(self._changes, self._before, "rest")
            return
        event = self._changes.see(ms, image)
        for place in self._changes.pointer.arrivals:
            self.sprites.learn(self._luma(self._before.frame), self._luma(frame), place)
        sight = _Sight(ms, image, frame, self._changes.pointer.place)
        if event is not None:
            self._happened(self._changes, event, self._before)
        self._rested(self._changes, sight)
        self._before = sight

    def finish(self, end_ms: float | None = None) -> None:
        """The recording ends here: at `end_ms` where that is known, else with its last frame."""
        if self._changes is None or self._before is None:
            return
        rest = (end_ms or self._before.ms) - self._changes.recent.last_real()
        if not self._settled and (rest >= END_REST_MS or self._jumped_last(self._changes)):
            self._propose(self._changes, self._before, "rest")
        self._settle(self._changes, float("inf"))

    def insist(self) -> None:
        """After the end, where nothing ever came to rest: the last frame is a state all the same."""
        if self._changes is not None and self._before is not None:
            self._propose(self._changes, self._before, "rest")

    @property
    def noise(self) -> Noise:
        return self._changes.noise if self._changes is not None else Noise(0, 0)

    @property
    def pointer_origin(self) -> tuple[float, Region] | None:
        """When the pointer was first told from the rest, and where it had begun to move."""
        return self._changes.pointer.origin if self._changes is not None else None

    def thin(self, wanted: set[Candidate]) -> None:
        """Forget the other candidates; what changed up to them counts for the one that follows."""
        kept: list[Candidate] = []
        orphaned: Mask | None = None
        for candidate in self.candidates:
            if candidate in wanted or candidate is self._flash:
                if orphaned is not None:
                    candidate.real |= orphaned
                kept.append(candidate)
                orphaned = None
            else:
                orphaned = candidate.real if orphaned is None else orphaned | candidate.real
                self._drop(candidate.picture)
        if orphaned is not None:
            self._pending |= orphaned
        self.candidates = kept

    def _happened(self, changes: Changes, event: Event, before: _Sight[F]) -> None:
        if changes.recent.is_real(event):
            self._interrupted(changes, event, before)
        self._settle(changes, event.ms - HORIZON_MS)

    def _interrupted(self, changes: Changes, event: Event, before: _Sight[F]) -> None:
        """A real change ends whatever rest there was."""
        self._disown_flash(changes, event)
        self._still_ms = event.ms - changes.pointer.moved_ms
        last_real = changes.recent.last_real(before.ms)
        if not self._settled and event.ms - last_real >= _rest(changes, before.ms):
            self._propose(changes, before, "rest")
        elif not self._settled:
            entered = flash_began(changes.recent, event, changes.may_be_lit)
            if entered is not None:
                self._flashed(changes, event, before, entered)
        self._settled = False

    def _flashed(self, changes: Changes, leaving: Event, before: _Sight[F], entered_ms: float) -> None:
        flash = self._propose(changes, before, "flash")
        flash.shown_ms = leaving.ms - entered_ms
        flash.jumped = len(changes.recent.real(entered_ms - BURST_MS, entered_ms)) == 1
        flash.doubts = _parts(changes, entered_ms - BURST_MS, leaving.ms)
        flash.beside = _tiles_of(changes, beside(changes.recent, entered_ms, leaving.ms))
        flash.ms = entered_ms + min(FLASH_INSIDE_MS, flash.shown_ms / 3)
        self._flash, self._flash_left = flash, leaving

    def _disown_flash(self, changes: Changes, event: Event) -> None:
        flash, left = self._flash, self._flash_left
        if flash is None or left is None or event is left:
            return
        self._flash = self._flash_left = None
        if goes_on(changes.recent, event, left):
            self.thin({candidate for candidate in self.candidates if candidate is not flash})

    def _rested(self, changes: Changes, sight: _Sight[F]) -> None:
        if self._settled:
            return
        quiet_ms = sight.ms - changes.recent.last_real()
        if quiet_ms >= REST_MS and quiet_ms >= _rest(changes, sight.ms):
            self._propose(changes, sight, "rest")
            self._settled = True
        elif sight.ms - self._doubted_ms >= DOUBT_MS and self._confined(changes, sight.ms):
            self._propose(changes, sight, "doubtful")
            self._doubted_ms = sight.ms

    def _confined(self, changes: Changes, now: float) -> bool:
        """Whether for a while nothing but a small area has moved."""
        if not changes.recent.reaches_back_to(now - DOUBT_MS):
            return False
        moved = changes.recent.moved(now - REST_MS)
        return moved is not None and moved.width * moved.height <= CONFINED * self._pending.size

    def _jumped_last(self, changes: Changes) -> bool:
        """Whether the last change was one jump and not part of a motion that the end cut off."""
        last = changes.recent.last_real()
        return not changes.recent.real(last - 200, last - 1e-3)

    def _propose(self, changes: Changes, sight: _Sight[F], kind: Kind) -> Candidate:
        recent = changes.recent
        settled = recent.last_real(sight.ms)
        since = self.candidates[-1].ms if self.candidates else float("-inf")
        real = recent.real(since, sight.ms)
        candidate = Candidate(
            ms=sight.ms,
            settled_ms=settled,
            changed_ms=min(real[0].ms if real else settled, settled),
            image=sight.image,
            picture=self._keep(sight.frame),
            kind=kind,
            real=self._pending,
            pointer=sight.pointer,
            pointer_still_ms=self._still_ms,
            doubts=_parts(changes, sight.ms - REST_MS, sight.ms) if kind == "doubtful" else (),
        )
        self._pending = np.zeros_like(self._pending)
        self.candidates.append(candidate)
        return candidate

    def _settle(self, changes: Changes, until: float) -> None:
        """Events that are judged for good count for the candidate that follows them."""
        for event in changes.recent.settle(until):
            target = self._heir(event.ms)
            for blob in event.blobs:
                if blob.counts:
                    cut(target, blob.region)[blob.mask] = True

    def _heir(self, ms: float) -> Mask:
        heir = self._pending
        for candidate in reversed(self.candidates):
            if candidate.ms < ms:
                break
            heir = candidate.real
        return heir


def _rest(changes: Changes, ms: float) -> float:
    """How long it must be quiet at that time to be at rest."""
    return TYPING_REST_MS if changes.recent.typing_at(ms) else REST_MS


def _parts(changes: Changes, after: float, until: float) -> tuple[tuple[float, Tiles], ...]:
    """When and in which tiles something real happened in `after` < ms <= `until`."""
    return _tiles_of(changes, changes.recent.real(after, until))


def _tiles_of(changes: Changes, events: Sequence[Event]) -> tuple[tuple[float, Tiles], ...]:
    return tuple((event.ms, blob.tiles) for event in events for blob in event.real_parts(changes.noise))
