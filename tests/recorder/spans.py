"""Each step against the pixels: is its change in the video, its flash, and when do the pixels come to rest."""

from dataclasses import dataclass
from itertools import pairwise

from tests.recorder.journal import Step
from tests.recorder.scene import MOVING, Scene
from tests.recorder.session import Take

LATE = 1300.0  # ms that pixels may come to rest later than the page: a capture may pause when a film stops
EDGE = 90.0  # ms before a change where a frame surely shows none of it
UNSEEN = {"return", "initial"}  # these may look like what stood before: the state before a flash; no cover


@dataclass
class Span:
    """A state in ms of video, and the frames that show what stood before and what it became."""

    step: Step
    start: float
    settled: float
    end: float
    before: int
    rest: int
    problem: str = ""


def spans(take: Take, scene: Scene, length: float) -> list[Span]:
    begins = [scene.video(step.begins) for step in take.steps] + [length]
    found = []
    for step, (begin, end) in zip(take.steps, pairwise(begins), strict=True):
        settled = end if step.cut else scene.video(step.settled)
        calm = end if step.cut else max(scene.quiet_until(settled, end), settled)
        rest = scene.film.before(calm if step.cut else min(calm, end - EDGE))
        span = Span(step, scene.video(step.start), settled, end, scene.film.before(begin - EDGE), rest)
        found.append(_checked(scene, span))
    return found


def _checked(scene: Scene, span: Span) -> Span:
    if not scene.differs(span.before, span.rest) and span.step.kind not in UNSEEN:
        span.problem = "its change is not in the video"
    elif not span.step.cut:
        _settle(scene, span)
    return span if span.step.flash is None else _flash(scene, span)


def _settle(scene: Scene, span: Span) -> None:
    """Put `settled` where the pixels came to rest, if that is later than what the page said."""
    film, claimed = scene.film, span.settled
    for i in range(film.before(span.settled), span.rest):
        if scene.differs(i, span.rest, caret=scene.caret(float(film.times[i])), level=MOVING):
            span.settled = max(span.settled, float(film.times[i + 1]))
    if span.settled - claimed > LATE:
        span.problem = f"pixels move until {span.settled:.0f} ms, the page was at rest at {claimed:.0f} ms"


def _flash(scene: Scene, span: Span) -> Span:
    begin = scene.video(span.step.begins)
    frames = scene.film.within(begin - EDGE, span.start + 45)
    if not any(scene.differs(span.before, i) and scene.differs(i, span.rest) for i in frames):
        span.problem = f"the transient {span.step.flash_note!r} is not in the video"
    return span


def problems(found: list[Span]) -> list[str]:
    return [f"{s.step.kind} {s.step.note!r} at {s.start:.0f} ms: {s.problem}" for s in found if s.problem]
