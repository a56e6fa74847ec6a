"""Rules for boxes that hold more than a label: dialogs, alert boxes, pictures. Pure."""

from collections.abc import Iterator, Sequence

from services.analysis.vision.ink import Colour, chroma, luma
from services.analysis.vision.regions import Rect, contains
from services.analysis.vision.scene import Draft, Finding, Scene
from services.analysis.vision.shapes import Shape

_SHADOW = 64  # pixels


def dialogs(scene: Scene) -> Iterator[Finding]:
    """A large bright box over a page that got darker."""
    if not scene.dimmed:
        return
    boxes = [shape for shape in scene.shapes if _is_dialog(scene, shape)]
    best = max(boxes, key=lambda shape: shape.rect.area, default=None)
    if best is not None:
        yield Finding(dialog(scene, best.rect), (), best)


def dialog(scene: Scene, rect: Rect) -> Draft:
    """Named by its title: the first larger text in it, else the first one."""
    inside = scene.lines_inside(rect)
    title = max(inside, key=lambda line: (line.ink.font_px > 1.1 * scene.body_px, -line.rect.y0), default=None)
    return Draft("dialog", title.text if title else "", rect, 0.8)


def bounds(rough: Rect, shapes: Sequence[Shape]) -> Rect:
    """The box that lies where something large came up, as exact as its edges: without the shadow round it."""
    within = [s.rect for s in shapes if contains(rough, s.rect, slack=12) and s.rect.area >= 0.5 * rough.area]
    fitting = [rect for rect in within if rect.area >= 0.7 * rough.area or _is_shadow(rough, rect)]
    return max(fitting, key=lambda rect: rect.area, default=rough)


def _is_shadow(rough: Rect, rect: Rect) -> bool:
    """Whether what lies round the box can be its shadow: narrow, and as wide on the left as on the right."""
    left, right = rect.x0 - rough.x0, rough.x1 - rect.x1
    above, below = rect.y0 - rough.y0, rough.y1 - rect.y1
    even = abs(left - right) <= 12 and above <= left + 12 and below <= left + 48  # shadows fall downwards
    return even and max(left, right, above, below) <= _SHADOW


def _is_dialog(scene: Scene, shape: Shape) -> bool:
    rect = shape.rect
    part = rect.area / (scene.width * scene.height)
    bright = luma(shape.fill) - luma(shape.outside) > 40
    inward = rect.x0 > 0 and rect.x1 < scene.width and rect.y0 >= 0 and rect.y1 <= scene.height
    return bool(0.02 < part < 0.7 and bright and inward and scene.lines_inside(rect))


def toasts(scene: Scene) -> Iterator[Finding]:
    """A box that came up at the rim of the frame with a message of a line or three."""
    for shape in scene.shapes:
        rect = shape.rect
        texts = scene.free(scene.own_lines(shape))
        small = rect.height <= 0.2 * scene.height and rect.width <= 0.6 * scene.width
        if not texts or len(texts) > 3 or not small or not at_rim(scene, rect) or not scene.appeared(rect):
            continue
        name = " ".join(line.text for line in texts)
        if name.count(" ") >= 1:
            yield Finding(Draft("status", name, rect, 0.65), texts, shape)


def at_rim(scene: Scene, rect: Rect) -> bool:
    """In a corner, or in the middle of the upper or lower rim: where messages come up."""
    bottom = scene.height - rect.y1 <= 0.12 * scene.height
    top = rect.y0 <= 0.12 * scene.height
    side = min(rect.x0, scene.width - rect.x1) <= 0.06 * scene.width
    centred = abs(rect.cx - scene.width / 2) <= 0.04 * scene.width
    return (bottom or top) and (side or centred)


def alert_boxes(scene: Scene) -> Iterator[Finding]:
    """Lightly tinted boxes, red or green, with a message of some words."""
    for shape in scene.shapes:
        texts = scene.free(scene.own_lines(shape))
        tint = _tint(shape.fill)
        if tint is None or not texts or len(texts) > 4 or shape.rect.height < 2.0 * texts[0].ink.font_px:
            continue
        name = " ".join(line.text for line in texts)
        if shape.rect.width < 3 * shape.rect.height or shape.solidity < 0.9 or name.count(" ") < 2:
            continue
        role, sure = ("alert", 0.75) if tint == "red" else ("status", 0.55)
        yield Finding(Draft(role, name, shape.rect, sure), texts, shape)


def _tint(fill: Colour) -> str | None:
    if chroma(fill) < 14 or luma(fill) < 180:  # strong fills belong to buttons and toasts
        return None
    if fill.r - max(fill.g, fill.b) >= 14 and abs(fill.g - fill.b) < 12:
        return "red"
    return "green" if fill.g - max(fill.r, fill.b) >= 10 else None


def images(scene: Scene) -> Iterator[Finding]:
    """Boxes without text that hold a gradient or a picture."""
    for shape in scene.shapes:
        rect = shape.rect
        if min(rect.width, rect.height) < 40 or scene.lines_inside(rect) or shape.spread < 10:
            continue
        if not any(
            contains(other.rect, rect) and other.spread >= 10 for other in scene.shapes if other is not shape
        ):
            yield Finding(Draft("img", "", rect, 0.5), (), shape)
