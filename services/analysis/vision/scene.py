"""One frame as the rules see it: lines, boxes and controls, and what stood there before. Pure data and look-ups."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from services.analysis.vision.controls import Control
from services.analysis.vision.lines import TextLine
from services.analysis.vision.regions import Rect, contains, intersects, overlap, similarity
from services.analysis.vision.shapes import Shape


@dataclass(frozen=True)
class Draft:
    """An element before it gets its id: pixels instead of fractions."""

    role: str
    name: str
    rect: Rect
    confidence: float
    state: tuple[str, ...] = ()
    value: str | None = None


@dataclass(frozen=True)
class Finding:
    """What a rule concluded, and the lines and box that no later rule may use again."""

    draft: Draft
    lines: tuple[TextLine, ...] = ()
    shape: Shape | None = None


@dataclass(frozen=True)
class Scene:
    """`before` has the drafts of the frame before, `changed` what changed since; both empty in the first."""

    width: int
    height: int
    lines: tuple[TextLine, ...]
    shapes: tuple[Shape, ...] = ()
    controls: tuple[Control, ...] = ()
    before: tuple[Draft, ...] = ()
    changed: tuple[Rect, ...] = ()
    cells: frozenset[Rect] = frozenset()  # boxes that are cells of a table
    dimmed: bool = False  # the page around the brightest box got darker, as behind a modal dialog
    taken: frozenset[TextLine] = field(default_factory=frozenset)

    @cached_property
    def body_px(self) -> float:
        """The font size that most letters of the frame have."""
        sizes = sorted((line.ink.font_px, len(line.text)) for line in self.lines)
        half, seen = sum(count for _, count in sizes) / 2, 0
        for size, count in sizes:
            seen += count
            if seen >= half:
                return size
        return 14.0

    @cached_property
    def hosts(self) -> dict[TextLine, Shape | None]:
        """For each line the smallest box that it stands in."""
        return {line: self.host(line.rect) for line in self.lines}

    def host(self, rect: Rect) -> Shape | None:
        around = [shape for shape in self.shapes if shape.rect != rect and contains(shape.rect, rect, slack=1)]
        return min(around, key=lambda shape: shape.rect.area, default=None)

    def own_lines(self, shape: Shape) -> tuple[TextLine, ...]:
        """Lines that stand in this box and in no smaller one."""
        return tuple(line for line in self.lines if self.hosts[line] is shape)

    def lines_inside(self, rect: Rect) -> tuple[TextLine, ...]:
        return tuple(line for line in self.lines if contains(rect, line.rect, slack=2))

    def free(self, lines: Iterable[TextLine]) -> tuple[TextLine, ...]:
        return tuple(line for line in lines if line not in self.taken)

    def earlier(self, rect: Rect, role: str | None = None) -> Draft | None:
        """The element that stood at this place in the frame before."""
        there = [old for old in self.before if role in {None, old.role} and similarity(old.rect, rect) > 0.6]
        return max(there, key=lambda old: similarity(old.rect, rect), default=None)

    def room(self, line: TextLine) -> float:
        """How far right the column of this line reaches: to the padding of its box, else to its longest line."""
        host = self.hosts[line]
        if host is not None and host.rect.width < 0.7 * self.width:
            return host.rect.x1 - max(0, line.rect.x0 - host.rect.x0)
        column = [other.rect.x1 for other in self.lines if abs(other.rect.x0 - line.rect.x0) < line.ink.font_px / 2]
        return max(column)

    def appeared(self, rect: Rect) -> bool:
        """True when a change of about its size came here where nothing like it stood."""
        alike = any(
            overlap(area, rect) >= 0.6 * rect.area and area.area <= 2.5 * rect.area for area in self.changed
        )
        return alike and self.earlier(rect) is None

    def appeared_alone(self, rect: Rect, name: str) -> bool:
        """True when the box came with changes not much larger than itself: a toast, a tooltip."""
        known = self.earlier(rect) is not None or any(old.name == name for old in self.before)
        here = any(intersects(area, rect) for area in self.changed)
        return here and not known and sum(area.area for area in self.changed) <= 6 * rect.area
