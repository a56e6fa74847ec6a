"""The label file of a recording: states, transients and what to ignore, in ms of video."""

from typing import Any

from tests.recorder.align import Alignment
from tests.recorder.journal import HOVER
from tests.recorder.scene import VISIBLE, Scene
from tests.recorder.session import Take
from tests.recorder.shot import MIMES, Shot
from tests.recorder.spans import Span, problems, spans

SHORT = 300.0  # ms at rest below which no one can be asked to find a state


def _state(number: int, scene: Scene, span: Span) -> dict[str, Any]:
    step = span.step
    return {
        "id": number,
        "kind": step.kind,
        "start_ms": round(span.start, 1),
        "settled_ms": round(span.settled, 1),
        "end_ms": round(span.end, 1),
        "required": step.required and span.end - span.settled >= SHORT,
        "note": step.note,
        "tiles": int((scene.change(span.before, span.rest) > VISIBLE).sum()),
    }


def _preroll(end: float) -> list[dict[str, Any]]:
    if not end:
        return []
    note = "plain cover before the page is shown (sync mark)"
    times = {"start_ms": 0.0, "settled_ms": 0.0, "end_ms": round(end, 1)}
    return [{"id": -1, "kind": "preroll", **times, "required": False, "note": note, "tiles": 0}]


def _transients(scene: Scene, found: list[Span]) -> list[dict[str, Any]]:
    return [
        {
            "start_ms": round(scene.video(span.step.flash), 1),
            "end_ms": round(span.start, 1),
            "kind": "transient",
            "note": span.step.flash_note,
        }
        for span in found
        if span.step.flash is not None
    ]


def _ignored(scene: Scene, found: list[Span], length: float, *, drawn: bool) -> list[dict[str, Any]]:
    """`drawn` says that the pointer is to be seen."""
    rows: list[tuple[str, float, float, list[float] | None]] = []
    for a, b in scene.journal.moves():
        rows += [("pointer_move", a, b, None)] if drawn else []
        rows += [("hover", b, b + HOVER, None)]
    for noise in scene.journal.noise:
        rows.append((noise.kind, noise.start, noise.end, [round(side * scene.scale) for side in noise.box]))
    rows += [("scroll_motion", s.step.start, s.step.settled, None) for s in found if s.step.kind == "scroll"]
    timed = [(kind, max(0.0, scene.video(a)), min(length, scene.video(b)), box) for kind, a, b, box in rows]
    return [
        {"kind": kind, "start_ms": round(a, 1), "end_ms": round(b, 1)} | ({"box": box} if box else {})
        for kind, a, b, box in sorted(timed, key=lambda row: row[1])
        if b - a > 30
    ]


def label(shot: Shot, video: str, take: Take, aligned: Alignment) -> tuple[dict[str, Any], list[str]]:
    """The label file's content, and what is wrong with it. `box` in pixels of video, `tiles` of 8 pixels."""
    scene = aligned.scene
    film = scene.film
    length = max(float(film.times[-1]), scene.video(take.stopped))
    found = spans(take, scene, length)
    if not shot.cover:
        found[0].start = found[0].settled = 0.0
    content = {
        "video": video,
        "width": film.width,
        "height": film.height,
        "mime": MIMES[shot.codec],
        "container_duration": film.duration is not None,
        "length_ms": round(length, 1),
        "frames": len(film.times),
        "alignment_error_ms": round(aligned.error, 1),
        "alignment_checks_ms": aligned.checks,
        "states": [*_preroll(found[0].start), *(_state(i, scene, span) for i, span in enumerate(found))],
        "transients": _transients(scene, found),
        "ignore": _ignored(scene, found, length, drawn=shot.pointer),
        "scenario": shot.name,
        "seed": shot.seed,
        "viewport": "{}x{}".format(*shot.viewport),
        "dpr": shot.dpr,
        "bitrate": shot.bitrate,
        "capture_fps": shot.fps,
    }
    return content, problems(found)
