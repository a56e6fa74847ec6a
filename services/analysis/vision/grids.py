"""Rules for tables: boxes that lie edge to edge in rows and columns. Pure."""

import functools
from collections.abc import Iterator, Sequence

from services.analysis.vision.regions import Rect, union
from services.analysis.vision.scene import Draft, Finding, Scene
from services.analysis.vision.shapes import Shape

_EDGE = 4  # pixels between neighbours: the line that they share
_LEAST = 4  # cells of a grid, in two rows at least


def tables(scene: Scene) -> Iterator[Finding]:
    """Grids of cells with lines between them."""
    for cells in grids(scene.shapes):
        around = cells[0].rect
        for cell in cells[1:]:
            around = union(around, cell.rect)
        yield Finding(Draft("table", "", around, 0.7))


def grids(shapes: Sequence[Shape]) -> list[list[Shape]]:
    """Groups of boxes each of which has neighbours beside and above or below it."""
    groups: list[list[Shape]] = []
    for shape in shapes:
        near = [group for group in groups if any(_adjoin(shape.rect, other.rect) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([shape, *(each for group in near for each in group)])
    return [group for group in groups if _is_grid([shape.rect for shape in group])]


def cells(shapes: Sequence[Shape]) -> frozenset[Rect]:
    """The boxes of all grids, and of stacks such as the heads of an accordion: none of them is a field."""
    inside = {shape.rect for group in grids(shapes) for shape in group}
    return frozenset(inside.union(*_stacked(shapes)))


def stacks(shapes: Sequence[Shape]) -> list[Rect]:
    """Boxes of one width that lie on top of each other, as one box."""
    return [functools.reduce(union, group) for group in _stacked(shapes)]


def _stacked(shapes: Sequence[Shape]) -> list[list[Rect]]:
    groups: list[list[Rect]] = []
    for rect in sorted((shape.rect for shape in shapes), key=lambda rect: rect.y0):
        above = next((group for group in groups if _on_top(group[-1], rect)), None)
        if above is None:
            groups.append([rect])
        else:
            above.append(rect)
    return [group for group in groups if len(group) > 1]


def _on_top(one: Rect, other: Rect) -> bool:
    same = abs(one.x0 - other.x0) <= _EDGE and abs(one.x1 - other.x1) <= _EDGE
    return same and abs(one.y1 - other.y0) <= _EDGE


def _adjoin(one: Rect, other: Rect) -> bool:
    """Whether they share a whole side: cells of one row are of one height, those of a column of one width."""
    beside = abs(one.y0 - other.y0) <= _EDGE and abs(one.y1 - other.y1) <= _EDGE
    below = abs(one.x0 - other.x0) <= _EDGE and abs(one.x1 - other.x1) <= _EDGE
    across = min(abs(one.x1 - other.x0), abs(other.x1 - one.x0))
    down = min(abs(one.y1 - other.y0), abs(other.y1 - one.y0))
    return (beside and across <= _EDGE) or (below and down <= _EDGE)


def _is_grid(rects: Sequence[Rect]) -> bool:
    rows, columns = {round(rect.y0 / 6) for rect in rects}, {round(rect.x0 / 6) for rect in rects}
    return len(rects) >= _LEAST and len(rows) >= 2 and len(columns) >= 2
