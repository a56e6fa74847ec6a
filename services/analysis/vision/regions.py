"""Pure geometry in pixels: what has to be read again, in whole lines, and what stays as it was."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from shared.model.evidence import Box


class Rect(NamedTuple):
    """Half-open pixel rectangle: x0 <= x < x1, y0 <= y < y1."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        return self.y1 - self.y0

    @property
    def area(self) -> int:
        return max(0, self.width) * max(0, self.height)

    @property
    def cx(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def cy(self) -> float:
        return (self.y0 + self.y1) / 2


def from_box(box: Box, width: int, height: int) -> Rect:
    """The pixels that a box in fractions touches, rounded outwards and clipped to the frame."""
    x1 = -int(-(box.x + box.width) * width // 1)
    y1 = -int(-(box.y + box.height) * height // 1)
    return clip(Rect(int(box.x * width), int(box.y * height), x1, y1), width, height)


def to_box(rect: Rect, width: int, height: int) -> Box:
    return Box(x=rect.x0 / width, y=rect.y0 / height, width=rect.width / width, height=rect.height / height)


def clip(rect: Rect, width: int, height: int) -> Rect:
    x0, y0 = min(max(rect.x0, 0), width), min(max(rect.y0, 0), height)
    return Rect(x0, y0, max(x0, min(rect.x1, width)), max(y0, min(rect.y1, height)))


def pad(rect: Rect, dx: int, dy: int) -> Rect:
    return Rect(rect.x0 - dx, rect.y0 - dy, rect.x1 + dx, rect.y1 + dy)


def shift(rect: Rect, dx: int, dy: int) -> Rect:
    return Rect(rect.x0 + dx, rect.y0 + dy, rect.x1 + dx, rect.y1 + dy)


def union(a: Rect, b: Rect) -> Rect:
    return Rect(min(a.x0, b.x0), min(a.y0, b.y0), max(a.x1, b.x1), max(a.y1, b.y1))


def overlap(a: Rect, b: Rect) -> int:
    """Shared area in pixels."""
    width = min(a.x1, b.x1) - max(a.x0, b.x0)
    height = min(a.y1, b.y1) - max(a.y0, b.y0)
    return max(0, width) * max(0, height)


def intersects(a: Rect, b: Rect) -> bool:
    return max(a.x0, b.x0) < min(a.x1, b.x1) and max(a.y0, b.y0) < min(a.y1, b.y1)


def contains(outer: Rect, inner: Rect, slack: int = 0) -> bool:
    return (
        outer.x0 - slack <= inner.x0
        and outer.y0 - slack <= inner.y0
        and outer.x1 + slack >= inner.x1
        and outer.y1 + slack >= inner.y1
    )


def similarity(a: Rect, b: Rect) -> float:
    """Intersection over union, 0..1."""
    shared = overlap(a, b)
    return shared / (a.area + b.area - shared) if shared else 0.0


def merged(rects: Iterable[Rect], gap: int = 0) -> tuple[Rect, ...]:
    """Bounding rectangles of the groups that lie within `gap` pixels of each other; the results are disjoint."""
    done: list[Rect] = []
    for rect in rects:
        current = rect
        while near := [other for other in done if intersects(pad(current, gap, gap), other)]:
            done = [other for other in done if other not in near]
            for other in near:
                current = union(current, other)
        done.append(current)
    return tuple(sorted(done, key=lambda rect: (rect.y0, rect.x0)))


def grouped(rects: Sequence[Rect], cost: int) -> list[Rect]:
    """Fewer rectangles that cover the same: two become one when that adds no more than `cost` pixels."""
    done: list[Rect] = []
    for rect in rects:
        current = rect
        while True:
            near = [other for other in done if union(current, other).area <= current.area + other.area + cost]
            if not near:
                break
            other = min(near, key=lambda other: union(current, other).area - other.area)
            done.remove(other)
            current = union(current, other)
        done.append(current)
    return done


def whole_lines(regions: Sequence[Rect], lines: Sequence[Rect], dx: int, dy: int) -> tuple[Rect, ...]:
    """Regions grown until none of them cuts through a known line, so that a changed word is read with its line."""
    grown = merged(regions)
    while True:
        touched = [pad(line, dx, dy) for line in lines if any(intersects(line, r) for r in grown)]
        bigger = merged((*grown, *touched))
        if bigger == grown:
            return grown
        grown = bigger


def share(rects: Iterable[Rect], width: int, height: int) -> float:
    """The part of the frame that disjoint rectangles cover, 0..1."""
    return min(1.0, sum(rect.area for rect in rects) / (width * height))


def same_span(a: Rect, b: Rect) -> bool:
    """True when the smaller one lies at least half within the other's height."""
    shared = min(a.y1, b.y1) - max(a.y0, b.y0)
    return shared > 0.5 * min(a.height, b.height)
