"""Rules for text that stands by itself: headings, links, error lines, everything else. Pure."""

from collections.abc import Iterator, Sequence

from services.analysis.vision.fields import is_red
from services.analysis.vision.ink import Colour
from services.analysis.vision.lines import TextLine, paragraphs
from services.analysis.vision.regions import Rect, union
from services.analysis.vision.scene import Draft, Finding, Scene

OPEN, CLOSED = "▼▾", "▶▸►"  # the triangle of a disclosure, before its name
BOLD = 0.155  # stroke in font sizes


def texts(scene: Scene, fields: Sequence[Rect]) -> Iterator[Finding]:
    """Every line that no rule before has used; `fields` are the boxes that an error line can belong to."""
    for group in paragraphs(scene.free(scene.lines), scene.room):
        name, score, bounds = (
            " ".join(line.text for line in group),
            min(line.score for line in group),
            _bounds(group),
        )
        if name[0] in OPEN + CLOSED and len(name) > 2:
            state = ("expanded",) if name[0] in OPEN else ("collapsed",)
            yield Finding(Draft("button", name[1:].strip(), bounds, 0.6 * score, state), group)
            continue
        role, sure = _role(scene, group, fields)
        yield Finding(Draft(role, name, bounds, sure * score), group)


def _role(scene: Scene, group: Sequence[TextLine], fields: Sequence[Rect]) -> tuple[str, float]:
    first = group[0]
    if is_red(first.ink.colour) and any(_below(first.rect, field, scene.body_px) for field in fields):
        return "alert", 0.75
    if len(group) <= 2 and _is_heading(scene, first):
        return "heading", 0.8 if first.ink.font_px >= 1.3 * scene.body_px else 0.65
    if all(line.ink.underlined for line in group):
        return "link", 0.85
    if len(group) == 1 and _is_blue(first.ink.colour) and len(first.text) <= 60:
        return "link", 0.6
    return "text", 0.9


def _is_heading(scene: Scene, line: TextLine) -> bool:
    ratio = line.ink.font_px / scene.body_px
    bold, grown = line.ink.stroke >= BOLD, line.ink.font_px - scene.body_px
    worded = sum(char.isalpha() for char in line.text) >= 3
    return worded and len(line.text) <= 80 and (ratio >= 1.45 or (bold and ratio >= 1.1 and grown >= 2))


def _is_blue(colour: Colour) -> bool:
    return colour.b > 110 and colour.b - colour.r > 50 and colour.b - colour.g > 25


def _below(rect: Rect, field: Rect, size: float) -> bool:
    starts_inside = field.x0 - size <= rect.x0 < field.x1
    return starts_inside and -3 <= rect.y0 - field.y1 <= 1.2 * size


def _bounds(group: Sequence[TextLine]) -> Rect:
    bounds = group[0].rect
    for line in group[1:]:
        bounds = union(bounds, line.rect)
    return bounds
