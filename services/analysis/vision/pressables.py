"""Rules for buttons, tabs, toasts and tooltips: filled or bordered boxes round a short text. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from services.analysis.vision.ink import contrast, distance
from services.analysis.vision.lines import TextLine
from services.analysis.vision.regions import Rect, same_span
from services.analysis.vision.scene import Draft, Finding, Scene
from services.analysis.vision.shapes import Shape

VISIBLE = 12  # of 255: fill against what is behind it
FAINT = 2.8  # contrast ratio below which a label is greyed out; legible UI text has 4.5


def buttons(scene: Scene) -> Iterator[Finding]:
    """Buttons; edge to edge with one of another colour they are tabs; popped up alone they are toasts."""
    found = [finding for shape in scene.shapes if (finding := _button(scene, shape)) is not None]
    for finding in found:
        yield _as_popup(scene, finding) or _as_tab(finding, found)


def _button(scene: Scene, shape: Shape) -> Finding | None:
    texts = scene.own_lines(shape)
    if not texts or scene.free(texts) != texts or len(scene.lines_inside(shape.rect)) != len(texts):
        return None
    if not all(same_span(line.rect, texts[0].rect) for line in texts) or not _is_pressable(scene, shape, texts):
        return None
    name = " ".join(line.text for line in texts)
    filled = distance(shape.fill, shape.outside) > 40 or shape.border is not None
    faint = all(contrast(line.ink.colour, shape.fill) < FAINT for line in texts)
    draft = Draft(
        role="button",
        name=name,
        rect=shape.rect,
        confidence=(0.9 if filled else 0.7) * min(line.score for line in texts),
        state=("disabled",) if faint else (),
    )
    return Finding(draft, texts, shape)


def _is_pressable(scene: Scene, shape: Shape, texts: tuple[TextLine, ...]) -> bool:
    rect, size = shape.rect, texts[0].ink.font_px
    left = min(line.rect.x0 for line in texts) - rect.x0
    right = rect.x1 - max(line.rect.x1 for line in texts)
    middle = sum(line.rect.cy for line in texts) / len(texts)
    centred = abs(left - right) <= max(8, 0.1 * rect.width) and abs(middle - rect.cy) <= max(4, 0.12 * rect.height)
    roomy = 2.0 * size <= rect.height <= 4.5 * size and min(left, right) >= 0.35 * size
    short = sum(len(line.text) for line in texts) <= 40 and rect.width <= 0.7 * scene.width
    visible = distance(shape.fill, shape.outside) >= VISIBLE or shape.border is not None
    return centred and roomy and short and visible and shape.solidity >= 0.85


def _as_popup(scene: Scene, finding: Finding) -> Finding | None:
    """A strongly filled box that came alone: a toast at the rim of the frame, else a tooltip."""
    shape = finding.shape
    if shape is None or distance(shape.fill, shape.outside) < 80 or not scene.appeared_alone(shape.rect):
        return None
    role, sure = ("status", 0.7) if _at_rim(scene, shape.rect) else ("tooltip", 0.5)
    return replace(finding, draft=replace(finding.draft, role=role, confidence=sure, state=()))


def _at_rim(scene: Scene, rect: Rect) -> bool:
    bottom = scene.height - rect.y1 <= 0.12 * scene.height
    top = rect.y0 <= 0.12 * scene.height
    side = min(rect.x0, scene.width - rect.x1) <= 0.06 * scene.width
    centred = abs(rect.cx - scene.width / 2) <= 0.04 * scene.width
    return (bottom or top) and (side or centred)


def _as_tab(finding: Finding, found: list[Finding]) -> Finding:
    row = [finding, *(other for other in found if other is not finding and _adjoins(finding, other))]
    odd = [one for one in row if all(_differ(one, other) for other in row if other is not one)]
    if len(row) < 2 or (len(row) > 2 and len(odd) != 1):
        return finding
    if len(row) == 2 and not _differ(*row):
        return finding
    selected = finding in odd if len(row) > 2 else _stands_out(finding, row)
    draft = replace(finding.draft, role="tab", confidence=0.6, state=("selected",) if selected else ())
    return replace(finding, draft=draft)


def _adjoins(a: Finding, b: Finding) -> bool:
    one, two = a.draft.rect, b.draft.rect
    gap = max(one.x0, two.x0) - min(one.x1, two.x1)
    return abs(one.y0 - two.y0) <= 2 and abs(one.y1 - two.y1) <= 2 and -3 <= gap <= 6


def _differ(a: Finding, b: Finding) -> bool:
    return a.shape is not None and b.shape is not None and distance(a.shape.fill, b.shape.fill) > 40


def _stands_out(finding: Finding, row: list[Finding]) -> bool:
    """Of two tabs the selected one differs more from the ground behind them."""
    gaps = [distance(one.shape.fill, one.shape.outside) for one in row if one.shape is not None]
    own = finding.shape
    return own is not None and distance(own.fill, own.outside) == max(gaps)
