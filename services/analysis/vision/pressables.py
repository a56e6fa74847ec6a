"""Rules for buttons, tabs, toasts and tooltips: filled or bordered boxes round a short text. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from services.analysis.vision.fields import is_spread
from services.analysis.vision.ink import contrast, distance
from services.analysis.vision.lines import TextLine
from services.analysis.vision.overlays import at_rim
from services.analysis.vision.regions import same_span
from services.analysis.vision.scene import Draft, Finding, Scene
from services.analysis.vision.shapes import Shape

VISIBLE = 12  # of 255: fill against what is behind it
LOUD = 120  # of 255: so strong a fill is a box though a codec has frayed its edge
FAINT = 2.8  # contrast ratio below which a label is greyed out; legible UI text has 4.5


def buttons(scene: Scene) -> Iterator[Finding]:
    """Buttons; edge to edge with one of another colour they are tabs; popped up alone they are toasts."""
    found = [finding for shape in scene.shapes if (finding := _button(scene, shape)) is not None]
    for finding in found:
        yield _as_popup(scene, finding) or _as_tab(finding, found)


def _button(scene: Scene, shape: Shape) -> Finding | None:
    texts = scene.own_lines(shape)
    if (
        not texts
        or shape.rect in scene.cells
        or is_spread(texts)
        or scene.free(texts) != texts
        or len(scene.lines_inside(shape.rect)) != len(texts)
    ):
        return None
    if not all(same_span(line.rect, texts[0].rect) for line in texts) or not _is_pressable(scene, shape, texts):
        return None
    name = " ".join(line.text for line in texts)
    filled = _is_plain(shape)
    faint = all(contrast(line.ink.colour, shape.fill) < FAINT for line in texts)
    draft = Draft(
        role="button",
        name=name,
        rect=shape.rect,
        confidence=(0.9 if filled else 0.7) * min(line.score for line in texts),
        state=("disabled",) if faint else (),
    )
    return Finding(draft, texts, shape)


def _is_plain(shape: Shape) -> bool:
    """True when fill or border sets the box off clearly."""
    border = shape.border
    bordered = border is not None and min(distance(border, shape.fill), distance(border, shape.outside)) >= 20
    return bordered or distance(shape.fill, shape.outside) > 40


def _is_pressable(scene: Scene, shape: Shape, texts: tuple[TextLine, ...]) -> bool:
    rect, size = shape.rect, texts[0].ink.font_px
    left = min(line.rect.x0 for line in texts) - rect.x0
    right = rect.x1 - max(line.rect.x1 for line in texts)
    middle = sum(line.rect.cy for line in texts) / len(texts)
    centred = abs(left - right) <= max(8, 0.1 * rect.width) and abs(middle - rect.cy) <= max(4, 0.12 * rect.height)
    roomy = 1.6 * size <= rect.height <= 4.5 * size and min(left, right) >= 0.35 * size
    short = sum(len(line.text) for line in texts) <= 40 and rect.width <= 0.7 * scene.width
    tight = rect.width - left - right + 8 * size >= rect.width
    visible = _is_plain(shape) or (distance(shape.fill, shape.outside) >= VISIBLE and tight)
    loud = distance(shape.fill, shape.outside) > LOUD
    return centred and roomy and short and visible and shape.solidity >= (0.75 if loud else 0.85)


def _as_popup(scene: Scene, finding: Finding) -> Finding | None:
    """A strongly filled box that came alone: a toast at the rim of the frame, else a tooltip."""
    shape = finding.shape
    known = scene.earlier(finding.draft.rect)
    if known and known.role in {"status", "tooltip"} and known.name == finding.draft.name:
        return replace(
            finding, draft=replace(finding.draft, role=known.role, confidence=known.confidence, state=())
        )
    if (
        shape is None
        or distance(shape.fill, shape.outside) < 80
        or not scene.appeared_alone(shape.rect, finding.draft.name)
    ):
        return None
    role, sure = ("status", 0.7) if at_rim(scene, shape.rect) else ("tooltip", 0.5)
    return replace(finding, draft=replace(finding.draft, role=role, confidence=sure, state=()))


def _as_tab(finding: Finding, found: list[Finding]) -> Finding:
    row = [finding]
    for _ in found:
        row += [other for other in found if other not in row and any(_adjoins(one, other) for one in row)]
    odd = [one for one in row if all(_differ(one, other) for other in row if other is not one)]
    if len(row) < 3 or len(odd) != 1:  # of two, a primary and a plain button are far commoner
        return finding
    draft = replace(finding.draft, role="tab", confidence=0.6, state=("selected",) if finding in odd else ())
    return replace(finding, draft=draft)


def _adjoins(a: Finding, b: Finding) -> bool:
    one, two = a.draft.rect, b.draft.rect
    gap = max(one.x0, two.x0) - min(one.x1, two.x1)
    return abs(one.y0 - two.y0) <= 2 and abs(one.y1 - two.y1) <= 2 and -3 <= gap <= 6


def _differ(a: Finding, b: Finding) -> bool:
    return a.shape is not None and b.shape is not None and distance(a.shape.fill, b.shape.fill) > 40
