"""Rules for menus: a box that came up with a short list of words in it. Pure."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from services.analysis.vision.grids import stacks
from services.analysis.vision.lines import TextLine
from services.analysis.vision.regions import Rect, overlap, same_span
from services.analysis.vision.scene import Draft, Finding, Scene

_FEWEST, _MOST = 2, 16
_CHANGED = 0.4  # share of its box that is other than in the frame before
_WIDEST = 0.35  # of the frame


def menus(scene: Scene) -> Iterator[Finding]:
    """Items of a box that was not there in the frame before; lines between items may cut the box into several."""
    for place in (*stacks(scene.shapes), *scene.changed, *(shape.rect for shape in scene.shapes)):
        for line, rect in _items(scene, place):
            yield Finding(Draft("menuitem", line.text, rect, 0.6 * line.score), (line,))


def _items(scene: Scene, rect: Rect) -> list[tuple[TextLine, Rect]]:
    if rect.width > _WIDEST * scene.width or rect in scene.cells or not _is_new(scene, rect):
        return []
    lines = _first_of_rows(scene.free(scene.lines_inside(rect)))
    if not _FEWEST <= len(lines) <= _MOST or not _in_a_column(lines):
        return []
    gap = min(b.rect.cy - a.rect.cy for a, b in pairwise(lines))
    return [
        (line, Rect(rect.x0, int(line.rect.cy - gap / 2), rect.x1, int(line.rect.cy + gap / 2))) for line in lines
    ]


def _first_of_rows(lines: Sequence[TextLine]) -> list[TextLine]:
    """Without what stands on the right, such as the keys for it."""
    rows: list[TextLine] = []
    for line in sorted(lines, key=lambda line: line.rect.x0):
        if not any(same_span(line.rect, first.rect) for first in rows):
            rows.append(line)
    return sorted(rows, key=lambda line: line.rect.y0)


def _is_new(scene: Scene, rect: Rect) -> bool:
    """It lies in what changed, and hardly any of its words was on the screen before."""
    changed = sum(overlap(area, rect) for area in scene.changed) >= _CHANGED * rect.area
    words = [line.text for line in scene.lines_inside(rect)]
    known = sum(any(word in old.name for old in scene.before) for word in words)
    return changed and scene.earlier(rect) is None and known <= len(words) / 4


def _in_a_column(lines: Sequence[TextLine]) -> bool:
    """One size, one left edge, even distances: a list of things to choose from."""
    sizes = [line.ink.font_px for line in lines]
    gaps = [b.rect.cy - a.rect.cy for a, b in pairwise(lines)]
    left = min(line.rect.x0 for line in lines)
    aligned = all(line.rect.x0 - left <= 6 for line in lines)
    short = all(len(line.text) <= 32 for line in lines)
    one_size = max(sizes) <= 1.3 * min(sizes)
    apart = 1.6 * max(sizes) <= min(gaps) and max(gaps) <= 2.0 * min(gaps)  # lines of a text are closer together
    return aligned and short and one_size and apart
