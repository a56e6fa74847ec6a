"""Page time to video time, measured. The reveal gives a first offset. Each time the pointer leaves a place, and
each change of the page without motion, is a mark: found again in the frames, it corrects and checks the offset."""

from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import numpy as np

from tests.recorder.journal import Journal, Step
from tests.recorder.scene import VISIBLE, Scene, revealed
from tests.recorder.session import Take
from tests.recorder.shot import Shot

INSTANT = 45.0  # ms: a change that is over in two frames
COARSE, FINE = 500.0, 200.0  # ms around its predicted time within which a mark is looked for
SOONER = 10.0  # ms: pointer events run just before the frame that shows them, other changes somewhere between two
CALM = 350.0  # ms without another change that a mark needs before it


@dataclass(frozen=True)
class Alignment:
    """`checks`: found minus predicted video time of each mark after the correction, ms.

    `error`: nine of ten marks lie within it; the others are late frames of a busy capture."""

    scene: Scene
    checks: list[float]

    @property
    def error(self) -> float:
        return float(np.quantile(np.abs(self.checks), 0.9)) if self.checks else float("inf")


def align(take: Take, scene: Scene, shot: Shot) -> Alignment:
    """`scene` with its offset measured."""
    scene = replace(scene, offset=revealed(scene.film, cover=shot.cover) - take.revealed)
    slack = max(0.0, 1000 / shot.fps - 1000 / 30)
    departures = _departures(take) if shot.pointer else []
    coarse = [_departed(scene, t, COARSE) for t in departures]
    scene = replace(scene, offset=scene.offset + _typical(coarse, slack))
    found = [_departed(scene, t, FINE) for t in departures] + [_appeared(scene, step) for step in take.steps[1:]]
    shift = _typical(found, slack)
    checks = [_beyond(lag - shift, slack) for lag in found if lag is not None]
    return Alignment(replace(scene, offset=scene.offset + shift), [round(check, 1) for check in checks])


def _typical(lags: list[float | None], slack: float) -> float:
    """The middle one; of a slow capture an early one, since it shows things between at once and one frame late."""
    known = [lag for lag in lags if lag is not None]
    if not known:
        return 0.0
    return float(np.quantile(known, 0.1)) if slack else median(known)


def _beyond(lag: float, slack: float) -> float:
    """What a slow capture does not explain."""
    return max(lag - slack, 0.0) if lag > 0 else lag


def _departures(take: Take) -> list[float]:
    """When the pointer begins to move, from a long rest, over a page that is at rest."""
    busy = [(step.begins - 50, step.settled + CALM) for step in take.steps]
    moves = take.journal.moves()
    starts = [a for (_, b), (a, _) in pairwise(moves) if a - b > COARSE + 100]
    return [t for t in starts if t > take.revealed + CALM and not any(a < t < b for a, b in busy)]


def _origin(journal: Journal, start: float) -> tuple[float, float]:
    """Where the pointer stood before the movement that begins at `start`."""
    _, x, y = max((point for point in journal.pointer if point[0] < start), default=journal.pointer[0])
    return x, y


def _departed(scene: Scene, start: float, reach: float) -> float | None:
    """How much later than predicted the pointer is seen to leave; None where that is not clear."""
    (x, y), predicted, film = _origin(scene.journal, start), scene.video(start), scene.film
    if scene.noisy(x, y):
        return None
    place = film.tiles(scene.scaled(x, y, x + 8, y + 12))
    base = film.grids[film.before(predicted - reach)][place]
    for i in film.within(predicted - reach, predicted + reach):
        if np.abs(film.grids[i][place] - base).max() > 2 * VISIBLE:
            return float(film.times[i]) - predicted + SOONER
    return None


def _appeared(scene: Scene, step: Step) -> float | None:
    """How much later than predicted the change of `step` is seen; None where other motion blurs it."""
    start = scene.video(step.begins)
    instant = step.flash is not None or step.settled - step.start <= INSTANT
    if not instant or step.cut or scene.paced(start) or scene.pointer_moves(start - 300, start + 300):
        return None
    base = scene.film.before(start - FINE)
    for i in scene.film.within(start - FINE, start + 2 * FINE):
        if i > base and scene.differs(base, i):
            return float(scene.film.times[i]) - start
    return None
