"""Lines of text: joining what the detector split, carrying over what did not change, reading order. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from services.analysis.vision.ink import Ink, distance
from services.analysis.vision.regions import Rect, intersects, same_span, union

MIN_SCORE = 0.5  # below this RapidOCR's own default drops a line too
MIN_SCORE_SHORT = 0.75  # one or two characters are often specks, icons or the mouse pointer
SYMBOLS = frozenset("×✕+−–-<>‹›«»…⋮⋯≡☰✓✔▾▼▴▲▸▶◂◀•*?!#%&@$€£")  # single signs that interfaces do use

DRAWN = {"三": "≡", "十": "+", "一": "−"}  # ideographs that look like a sign


@dataclass(frozen=True)
class TextLine:
    """A line of text in a frame: the rectangle of its ink, what it says, how sure, how it looks."""

    rect: Rect
    text: str
    score: float
    ink: Ink


def is_noise(text: str, score: float) -> bool:
    """True for readings that are more likely dirt, an icon or a pointer than text."""
    if len(text) == 1 and not (text.isalnum() or text in SYMBOLS):
        return True
    return not text or score < (MIN_SCORE_SHORT if len(text) < 3 else MIN_SCORE)


def as_signs(lines: Sequence[TextLine]) -> tuple[TextLine, ...]:
    """The lines with single ideographs taken for what they are where nothing else is written in them: icons.

    The recogniser knows Chinese, and reads a grip or a menu of three bars as the number three.
    """
    if any(sum(map(_is_ideograph, line.text)) > 1 for line in lines):
        return tuple(lines)
    found = (
        replace(line, text=DRAWN.get(line.text, "")) if len(line.text) == 1 and _is_ideograph(line.text) else line
        for line in lines
    )
    return tuple(line for line in found if line.text)


def _is_ideograph(sign: str) -> bool:
    return "\u4e00" <= sign <= "\u9fff"


def carried(lines: Iterable[TextLine], regions: Sequence[Rect]) -> tuple[TextLine, ...]:
    """The lines that no region touches: they need not be read again."""
    return tuple(line for line in lines if not any(intersects(line.rect, region) for region in regions))


def reading_order(rects: Sequence[Rect]) -> list[int]:
    """Indices top to bottom by visual rows, left to right within one."""
    rows: list[list[int]] = []
    for index in sorted(range(len(rects)), key=lambda i: (rects[i].cy, rects[i].x0)):
        row = next((row for row in rows[-3:] if _in_row(rects[index], rects[row[0]])), None)
        if row is None:
            rows.append([index])
        else:
            row.append(index)
    return [index for row in rows for index in sorted(row, key=lambda i: rects[i].x0)]


def _in_row(rect: Rect, first: Rect) -> bool:
    return abs(rect.cy - first.cy) <= 0.5 * min(rect.height, first.height)


def joined(lines: Sequence[TextLine]) -> tuple[TextLine, ...]:
    """Pieces of one label put together: same row, same size and colour, no more than a wide space apart."""
    result: list[TextLine] = []
    for index in reading_order([line.rect for line in lines]):
        line = lines[index]
        left = next((other for other in reversed(result) if _continues(other, line)), None)
        if left is None:
            result.append(line)
        else:
            result[result.index(left)] = _pair(left, line)
    return tuple(result)


def _continues(left: TextLine, right: TextLine) -> bool:
    size = max(left.ink.font_px, right.ink.font_px)
    alike = (
        abs(left.ink.font_px - right.ink.font_px) <= 0.2 * size and distance(left.ink.colour, right.ink.colour) < 60
    )
    same_ground = distance(left.ink.background, right.ink.background) < 16
    gap = right.rect.x0 - left.rect.x1
    return alike and same_ground and same_span(left.rect, right.rect) and -0.3 * size <= gap <= 0.45 * size


def _pair(left: TextLine, right: TextLine) -> TextLine:
    return replace(
        left,
        rect=union(left.rect, right.rect),
        text=f"{left.text} {right.text}",
        score=min(left.score, right.score),
    )


def paragraphs(lines: Sequence[TextLine], room: Callable[[TextLine], float]) -> tuple[tuple[TextLine, ...], ...]:
    """Groups of lines that are one wrapped text; each line is in exactly one group, groups in the given order.

    `room` gives, for a line, the x up to which its column can be filled.
    """
    groups: list[list[TextLine]] = []
    for line in lines:
        above = next((group for group in reversed(groups) if _wraps(group, line, room)), None)
        if above is None:
            groups.append([line])
        else:
            above.append(line)
    return tuple(tuple(group) for group in groups)


def _wraps(group: Sequence[TextLine], line: TextLine, room: Callable[[TextLine], float]) -> bool:
    """True when `line` goes on below the group, and its first word would not have fitted into the line above."""
    last, size = group[-1], group[-1].ink.font_px
    if abs(last.rect.x0 - line.rect.x0) > 0.35 * size or abs(last.ink.font_px - line.ink.font_px) > 0.15 * size:
        return False
    below = 0 < line.rect.cy - last.rect.cy <= 1.9 * size
    alike = (
        distance(last.ink.colour, line.ink.colour) < 60 and distance(last.ink.background, line.ink.background) < 16
    )
    return below and alike and _full(last, line, room(last))


def _full(last: TextLine, line: TextLine, right: float) -> bool:
    first_word = line.text.split(" ", 1)[0]
    needed = line.rect.width * (len(first_word) + 1) / max(1, len(line.text))
    return last.rect.width > 12 * line.ink.font_px and last.rect.x1 + needed > right
