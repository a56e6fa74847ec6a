"""What the page did and what the driver meant by it: pure, on the page's clock (ms)."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from pydantic import BaseModel

FLASH_GAP = 60.0  # ms between two changes of one step before they count as a flash and what follows it
MOVE_GAP = 150.0  # ms without a pointer event end a movement
PREPARING = {"anim", "pointerdown", "focusin", "focusout"}  # entries that come before the change itself
HOVER = 300.0  # ms that hover tints may take after the pointer came to rest

Box = tuple[float, float, float, float]


class Noise(BaseModel):
    kind: str
    start: float
    end: float
    box: Box  # left, top, right, bottom in CSS pixels


class Journal(BaseModel):
    """As host.js keeps it. Entries are (time, what)."""

    entries: list[tuple[float, str]]
    pointer: list[tuple[float, float, float]]
    noise: list[Noise]
    complaints: list[str]

    def moves(self) -> list[tuple[float, float]]:
        """From the first to the last event of each movement of the pointer."""
        times = [t for t, _, _ in self.pointer]
        breaks = [i for i, (a, b) in enumerate(pairwise(times), 1) if b - a > MOVE_GAP]
        runs = [times[a:b] for a, b in pairwise([0, *breaks, len(times)]) if b > a]
        return [(run[0], run[-1]) for run in runs]


@dataclass(frozen=True)
class Step:
    """One labelled change: a flash of wrong content from `flash` to `start`, if there was one, then the state."""

    kind: str
    note: str
    start: float
    settled: float
    flash: float | None = None
    flash_note: str = ""
    required: bool = True
    cut: bool = False  # the recording ended before it came to rest

    @property
    def begins(self) -> float:
        return self.start if self.flash is None else self.flash

    @classmethod
    def of(
        cls, kind: str, note: str, entries: list[tuple[float, str]], *, flash: str = "", cut: bool = False
    ) -> Self:
        """The step that `entries` describe. Raise ValueError when a flash was announced and did not come."""
        changes = [t for t, what in entries if what != "anim"] or [t for t, _ in entries]
        end = entries[-1][0]
        if not flash:
            return cls(kind, note, changes[0], end, cut=cut, required=not cut)
        changes = [t for t, what in entries if what not in PREPARING]
        second = next((b for a, b in pairwise(changes) if b - a > FLASH_GAP), None)
        if second is None:
            raise ValueError(f"no flash seen in step {kind} {note!r}: changes at {changes}")
        return cls(kind, note, second, end, flash=changes[0], flash_note=flash, required=kind != "return")
