"""Rules for things one types into, and for the small controls beside a label. Pure."""

from collections.abc import Iterator
from itertools import pairwise

from services.analysis.vision.controls import Control
from services.analysis.vision.ink import Colour, chroma, contrast, distance
from services.analysis.vision.lines import TextLine
from services.analysis.vision.regions import same_span
from services.analysis.vision.scene import Draft, Finding, Scene
from services.analysis.vision.shapes import Shape

BORDER_CONTRAST = 20  # of 255, to both sides
DOTS = frozenset("•●·∙.*○⚫ ")
ARROWS = frozenset("▾▼⌄∨˅vV")
MARKERS = frozenset("▶▸►▼▾")  # a disclosure, not a field
BOX_MARKS = "□☐☑■▢◻○◯●"


def controls(scene: Scene) -> Iterator[Finding]:
    """Checkboxes, radios and switches with the label on their right, else on their left."""
    used: set[TextLine] = set()
    for control in scene.controls:
        label = _control_label(scene, control, used)
        if control.kind == "radio" and (label is None or _in_a_button(scene, control)):
            continue  # an icon, an avatar, or a spinner beside the words of a button
        used.update([label] if label else [])
        name = label.text.lstrip(BOX_MARKS + " ") if label else ""
        draft = Draft(
            role=control.kind,
            name=name,
            rect=control.rect,
            confidence=0.9 * label.score if label else 0.6,
            state=("checked",) if control.checked else (),
        )
        yield Finding(draft, (label,) if label else ())


def _in_a_button(scene: Scene, control: Control) -> bool:
    """Whether it stands in a filled box that is hardly higher than a line."""
    host = scene.host(control.rect)
    return host is not None and host.rect.height <= 4 * scene.body_px and distance(host.fill, host.outside) > 40


def _control_label(scene: Scene, control: Control, used: set[TextLine]) -> TextLine | None:
    rect, row = (
        control.rect,
        [line for line in scene.lines if same_span(line.rect, control.rect) and line not in used],
    )
    right = [line for line in row if -4 <= line.rect.x0 - rect.x1 <= 1.4 * line.ink.font_px]
    left = [line for line in row if -4 <= rect.x0 - line.rect.x1 <= 1.4 * line.ink.font_px]
    if control.kind == "switch":  # a sign on its knob is no label; settings have the words left, the switches right
        row = [line for line in row if len(line.text) > 1]
        right, left = ([line for line in lines if line in row] for lines in (right, left))
        host = scene.host(rect)
        if not right and not left:
            left = [line for line in row if line.rect.x1 <= rect.x0 and scene.hosts[line] is host]
    return min(right, key=lambda line: line.rect.x0, default=None) or max(
        left, key=lambda line: line.rect.x1, default=None
    )


def textboxes(scene: Scene) -> Iterator[Finding]:
    """Bordered boxes of plain ground with nothing, or one left-aligned text, inside."""
    boxes = [shape for shape in scene.shapes if _is_field(scene, shape)]
    for shape in boxes:
        inside = scene.free(scene.own_lines(shape))
        label = _field_label(scene, shape)
        name, value = _name_and_value(scene, shape, inside, label)
        state = _field_state(shape, [other for other in boxes if other is not shape])
        role = "combobox" if _has_arrow(shape, inside) else "textbox"
        sure = 0.85 if label or inside else 0.6
        draft = Draft(
            role, name, shape.rect, sure * min((line.score for line in inside), default=1.0), state, value
        )
        yield Finding(draft, (*inside, *((label,) if label else ())), shape)


def _is_field(scene: Scene, shape: Shape) -> bool:
    rect = shape.rect
    at_rim = rect.x0 <= 1 or rect.y0 <= 1 or rect.x1 >= scene.width - 1 or rect.y1 >= scene.height - 1
    if (
        at_rim
        or rect in scene.cells
        or shape.border is None
        or chroma(shape.fill) > 20
        or shape.solidity < (0.8 if scene.earlier(rect, "textbox") else 0.93)  # the pointer may be in one
        or shape.spread > 8
    ):
        return False
    if min(distance(shape.border, shape.fill), distance(shape.border, shape.outside)) < BORDER_CONTRAST:
        return False
    single = 22 <= rect.height <= 5 * scene.body_px and rect.width >= 3 * rect.height
    area = rect.height <= scene.height / 3 and rect.width >= 1.4 * rect.height and rect.width >= 10 * scene.body_px
    texts = scene.lines_inside(rect)
    if not (single or area) or len(texts) != len(scene.own_lines(shape)) or (texts and not scene.free(texts)):
        return False
    return _one_left_text(shape, texts) if single else _written_area(shape, texts)


def _one_left_text(shape: Shape, texts: tuple[TextLine, ...]) -> bool:
    if not texts:
        return True
    if texts[0].text[0] in MARKERS or is_spread(texts):
        return False
    left = min(line.rect.x0 for line in texts) - shape.rect.x0
    right = shape.rect.x1 - max(line.rect.x1 for line in texts)
    one_row = all(same_span(line.rect, texts[0].rect) for line in texts)
    return one_row and left <= 1.2 * shape.rect.height and (right > 1.6 * left + 4 or _has_arrow(shape, texts))


def _written_area(shape: Shape, texts: tuple[TextLine, ...]) -> bool:
    """Several lines high: only with a clear border, and text of one size from the upper left corner on."""
    if shape.border is None or distance(shape.border, shape.fill) < 60 or shape.texture > 0.4:
        return False
    sizes = [line.ink.font_px for line in texts]
    at_corner = not texts or (texts[0].rect.y0 - shape.rect.y0 <= 24 and texts[0].rect.x0 - shape.rect.x0 <= 24)
    return (
        at_corner
        and (not sizes or max(sizes) <= 1.2 * min(sizes))
        and not any(line.ink.stroke > 0.16 for line in texts)
    )


def _has_arrow(shape: Shape, texts: tuple[TextLine, ...]) -> bool:
    if shape.chevron:
        return True
    last = max(texts, key=lambda line: line.rect.x1, default=None)
    return last is not None and len(texts) > 1 and last.text in ARROWS and shape.rect.x1 - last.rect.x1 < 24


def _field_label(scene: Scene, shape: Shape) -> TextLine | None:
    """The line right above, starting where the box starts, else the one on its left."""
    rect, host = shape.rect, scene.host(shape.rect)
    near = [
        line
        for line in scene.free(scene.lines)
        if scene.hosts[line] is host
        and not is_red(line.ink.colour)
        and line.ink.font_px <= 1.25 * scene.body_px
        and any(map(str.isalnum, line.text))
    ]
    above = [
        line
        for line in near
        if abs(line.rect.x0 - rect.x0) <= scene.body_px and -2 <= rect.y0 - line.rect.y1 <= 1.3 * scene.body_px
    ]
    left = [
        line for line in near if same_span(line.rect, rect) and 0 <= rect.x0 - line.rect.x1 <= 2 * scene.body_px
    ]
    return max(above, key=lambda line: line.rect.y1, default=None) or max(
        left, key=lambda line: line.rect.x1, default=None
    )


def _name_and_value(
    scene: Scene, shape: Shape, inside: tuple[TextLine, ...], label: TextLine | None
) -> tuple[str, str | None]:
    texts = [line for line in inside if line.text not in ARROWS]
    known = scene.earlier(shape.rect, "textbox")
    kept = known.value if known else None  # under a veil the same value is as faint as a hint
    written = [line for line in texts if contrast(line.ink.colour, shape.fill) >= 7 or line.text == kept]
    hint = " ".join(line.text for line in texts if line not in written)
    name = label.text.rstrip(" :*") if label else hint or (known.name if known else "")
    content = " ".join(line.text for line in written).rstrip("|")
    if content and set(content) <= DOTS:
        content = "•" * len(content.replace(" ", ""))
    return name, content or None


def is_spread(texts: tuple[TextLine, ...]) -> bool:
    """True for texts of one row that are too far apart to be one label."""
    row = sorted(texts, key=lambda line: line.rect.x0)
    return any(b.rect.x0 - a.rect.x1 > 2.5 * a.ink.font_px and b.text not in ARROWS for a, b in pairwise(row))


def _field_state(shape: Shape, others: list[Shape]) -> tuple[str, ...]:
    border = shape.border
    if border is None:
        return ()
    if is_red(border):
        return ("invalid",)
    # Of two fields with different borders each is unlike the other: the coloured or the thicker one has the focus.
    calm = [
        other
        for other in others
        if other.border
        and distance(other.border, border) >= 60
        and (chroma(border) > chroma(other.border) + 20 or shape.border_px > other.border_px)
    ]
    odd = len(calm) > len(others) / 2
    return ("focused",) if odd or chroma(border) > 70 or (shape.border_px >= 3 and chroma(border) > 40) else ()


def is_red(colour: Colour) -> bool:
    """Amber is not: it marks the focus or a warning as well."""
    other = max(colour.g, colour.b)
    return colour.r > 140 and colour.r - other > 55 and other <= 0.68 * colour.r
