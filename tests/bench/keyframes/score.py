"""How well kept frames fit a labelled clip. Pure; all times are ms of video.

A kept frame belongs to a state when it lies between `settled_ms` - EDGE_MS and `end_ms` (for the last state also
TAIL_MS later: recorders stop a little after the page). Frames are taken in order of time, a state takes one, and a
state that has none yet goes before one that has. What is left over is false: a second frame of a state, or one in
the middle of a change. Neutral are frames in the first EDGE_MS of a change, frames that show a transient, and the
states that are not required.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

EDGE_MS = 100.0
TAIL_MS = 1000.0
FLASH_TAIL_MS = 40.0  # so close to its end a transient may already be gone
RESTLESS = frozenset({"caret", "pointer_move", "spinner"})  # what a finder of key frames must not fall for


@dataclass(frozen=True)
class State:
    kind: str
    settled_ms: float
    end_ms: float
    required: bool


@dataclass(frozen=True)
class Span:
    kind: str
    start_ms: float
    end_ms: float


@dataclass(frozen=True)
class Labels:
    states: tuple[State, ...]
    transients: tuple[Span, ...]
    ignore: tuple[Span, ...]
    length_ms: float


@dataclass(frozen=True)
class Score:
    """Counts of one clip or, added up, of several. `asked` and `hit` are required states by kind; `noise` counts
    false frames by the kind of ignored motion that they lie in, `restless` those in a caret, pointer or spinner."""

    false: int = 0
    caught: int = 0
    transients: int = 0
    restless: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)
    noise: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.false + other.false,
            self.caught + other.caught,
            self.transients + other.transients,
            self.restless + other.restless,
            self.asked + other.asked,
            self.hit + other.hit,
            self.noise + other.noise,
        )

    @property
    def precision(self) -> float:
        found = self.hit.total()
        return found / (found + self.false) if found + self.false else 0.0

    @property
    def recall(self) -> float:
        return self.hit.total() / self.asked.total() if self.asked else 0.0

    @property
    def f1(self) -> float:
        p, r = self.precision, self.recall
        return 2 * p * r / (p + r) if p + r else 0.0


@dataclass(frozen=True)
class Fit:
    """Which frame each state took (by the state's place in the list), which frames are false, which transients
    were caught."""

    taken: Mapping[int, float]
    false: tuple[float, ...]
    caught: frozenset[int]


def labels(document: Mapping[str, Any]) -> Labels:
    """From the JSON of a label file."""
    return Labels(
        tuple(State(s["kind"], s["settled_ms"], s["end_ms"], s["required"]) for s in document["states"]),
        tuple(Span("transient", t["start_ms"], t["end_ms"]) for t in document["transients"]),
        tuple(Span(i["kind"], i["start_ms"], i["end_ms"]) for i in document["ignore"]),
        document["length_ms"],
    )


def fit(truth: Labels, times: Iterable[float]) -> Fit:
    taken: dict[int, float] = {}
    false: list[float] = []
    caught: set[int] = set()
    for ms in sorted(times):
        flash = _flash(truth.transients, ms)
        shown = _shown(truth.states, ms)
        free = next((index for index in shown if index not in taken), None)
        if flash is not None:
            caught.add(flash)
        elif free is not None:
            taken[free] = ms
        elif shown or not _just_over(truth.states, ms):
            false.append(ms)
    return Fit(taken, tuple(false), frozenset(caught))


def score(truth: Labels, times: Iterable[float]) -> Score:
    found = fit(truth, times)
    required = {index: state.kind for index, state in enumerate(truth.states) if state.required}
    moving = [_kinds(truth.ignore, ms) for ms in found.false]
    return Score(
        false=len(found.false),
        caught=len(found.caught),
        transients=len(truth.transients),
        restless=sum(bool(kinds & RESTLESS) for kinds in moving),
        asked=Counter(required.values()),
        hit=Counter(kind for index, kind in required.items() if index in found.taken),
        noise=Counter(kind for kinds in moving for kind in kinds),
    )


def total(scores: Iterable[Score]) -> Score:
    return sum(scores, Score())


def _flash(transients: Sequence[Span], ms: float) -> int | None:
    showing = (i for i, span in enumerate(transients) if span.start_ms <= ms < span.end_ms - FLASH_TAIL_MS)
    return next(showing, None)


def _shown(states: Sequence[State], ms: float) -> list[int]:
    tails = [0.0] * (len(states) - 1) + [TAIL_MS]
    return [
        index
        for index, (state, tail) in enumerate(zip(states, tails, strict=True))
        if state.settled_ms - EDGE_MS <= ms < state.end_ms + tail
    ]


def _just_over(states: Sequence[State], ms: float) -> bool:
    return any(state.end_ms <= ms < state.end_ms + EDGE_MS for state in states)


def _kinds(spans: Sequence[Span], ms: float) -> set[str]:
    return {span.kind for span in spans if span.start_ms <= ms < span.end_ms}
