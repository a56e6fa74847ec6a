"""The same thing in the next frame keeps its identity, so that added, changed and removed are real. Pure."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from services.analysis.merge.similarity import box_likeness, nearness, role_likeness, same_corner, text_likeness
from services.analysis.merge.veiled import as_before
from shared.model.diff import legible
from shared.model.evidence import DIALOG_ROLES, FIELD_ROLES, Box, Element, FrameElements

T = TypeVar("T")
U = TypeVar("U")

_ENOUGH = 0.55
_SAME_TEXT = 0.85
_ROW = 0.015  # of the screen: middles of things in one row
_NEAR = 5  # texts round a thing that tell where it went
_TOGETHER = 0.006  # of the screen: steps of things that went together
_ACROSS = 0.5  # what a distance across counts beside one down: a row belongs together more than a column
_COLUMN = 0.01  # of the screen: sides of fields above each other
_LOOSE = 0.01  # what is taken off where nothing in its row tells where it went
_CORNER = 0.8  # what beginning or ending at the same place is worth, beside overlapping

Anchor = tuple[Box, float, float]  # where a text stood, how far across and down it went


def with_identities(frames: Sequence[FrameElements], returns_to: Mapping[str, str]) -> list[FrameElements]:
    """The frames with ids `e1`, `e2` … that mean the same element wherever they stand.

    An element is looked for in the frame before, then in the frame that this one returns to.
    """
    named: list[FrameElements] = []
    count = 0

    def fresh() -> str:
        nonlocal count
        count += 1
        return f"e{count}"

    for frame in frames:
        before = named[-1].elements if named else ()
        earlier = _earlier(named, returns_to.get(frame.frame_id))
        elements = as_before(frame.elements, before)
        named.append(frame.model_copy(update={"elements": _named(elements, before, earlier, fresh)}))
    return named


def _earlier(named: Sequence[FrameElements], returns_to: str | None) -> tuple[Element, ...]:
    """What may come back: the frame that this one returns to, and what a dialog that was there has covered."""
    found = [frame for frame in named if frame.frame_id == returns_to]
    if named and any(e.role in DIALOG_ROLES for e in named[-1].elements):
        found += [f for f in named if not any(e.role in DIALOG_ROLES for e in f.elements)][-1:]
    unique = {element.id: element for frame in found for element in frame.elements}
    return tuple(unique.values())


def _named(
    shown: Sequence[Element], seen: Sequence[Element], earlier: Sequence[Element], fresh: Callable[[], str]
) -> tuple[Element, ...]:
    """Things with a name first, looked for where their surroundings went; those without one by their row."""
    elements, before = _by_value(shown), _by_value(seen)
    anchors = _anchors(before, elements)
    there = [_carried(b, anchors) if b.name else None for b in before]
    loose = {b.id for b in before if not any(_in_row(was, b.box) for was, _, _ in anchors)}

    def likeness(one: Element, other: Element) -> float:
        return sameness(one, other) - (_LOOSE if other.id in loose else 0.0)

    found = best_pairs([e if e.name else None for e in elements], there, likeness, _ENOUGH)
    moves = [(before[j], elements[i]) for i, j in found.items()]
    rest = [e if not e.name or i not in found else None for i, e in enumerate(elements)]
    left = [None if j in found.values() else _moved(b, moves) for j, b in enumerate(before)]
    found |= best_pairs(rest, left, sameness, _ENOUGH)
    taken = {before[j].id for j in found.values()}
    others = [e for e in earlier if e.id not in taken and all(e.id != b.id for b in before)]
    again = best_pairs([e if i not in found else None for i, e in enumerate(elements)], others, sameness, _ENOUGH)
    ids = {i: before[j].id for i, j in found.items()} | {i: others[j].id for i, j in again.items()}
    return tuple(e.model_copy(update={"id": ids.get(i) or fresh()}) for i, e in enumerate(shown))


def _by_value(elements: Sequence[Element]) -> list[Element]:
    """Of fields in one column, as a list has them, what stands in them tells which is which.

    Their names do not: a list names none of them, or all alike.
    """
    fields = [e for e in elements if e.role in FIELD_ROLES]
    columns = Counter(map(_column, fields))
    lists = {column for column in columns if columns[column] > 1 and _is_list(column, fields)}
    return [
        e.model_copy(update={"name": e.value}) if e.role in FIELD_ROLES and e.value and _column(e) in lists else e
        for e in elements
    ]


def _column(element: Element) -> tuple[int, int]:
    return round(element.box.x / _COLUMN), round(element.box.width / _COLUMN)


def _is_list(column: tuple[int, int], fields: Sequence[Element]) -> bool:
    """Whether no two fields of a column have names of their own, as those of a form have."""
    names = {e.name for e in fields if _column(e) == column and e.name}
    return len(names) <= 1


def _anchors(before: Sequence[Element], after: Sequence[Element]) -> list[Anchor]:
    """Where each text stood that is there once before and once after, and how far across and down it went."""
    once, again = _once(before), _once(after)
    pairs = [(once[text].box, again[text].box) for text in once if text in again]
    return [(was, now.x - was.x, now.y - was.y) for was, now in pairs]


def _once(elements: Sequence[Element]) -> dict[str, Element]:
    count = Counter(legible(e.name) for e in elements)
    return {text: e for e in elements if len(text := legible(e.name)) > 1 and count[text] == 1}


def _carried(element: Element, anchors: Sequence[Anchor]) -> Element:
    """The element as it would stand if it went with the texts that are known to be the same.

    Those of its row are asked; if there are none, most of those near it.
    """
    row = [anchor for anchor in anchors if _in_row(anchor[0], element.box)]
    near = sorted((_distance(was, element.box), dx, dy) for was, dx, dy in row or anchors)[:_NEAR]
    if not near:
        return element

    def votes(step: tuple[float, float, float]) -> float:
        return sum(
            1 / (far + _ROW) for far, dx, dy in near if max(abs(dx - step[1]), abs(dy - step[2])) <= _TOGETHER
        )

    _, dx, dy = max(near, key=votes)
    return element.model_copy(update={"box": _shifted(element.box, dx, dy)})


def _distance(one: Box, other: Box) -> float:
    """Between the middles."""
    across = one.x + one.width / 2 - other.x - other.width / 2
    down = one.y + one.height / 2 - other.y - other.height / 2
    return math.hypot(_ACROSS * across, down)


def _in_row(one: Box, other: Box) -> bool:
    return abs(one.y + one.height / 2 - other.y - other.height / 2) <= _ROW


def _shifted(box: Box, dx: float, dy: float) -> Box:
    return box.model_copy(update={"x": box.x + dx, "y": box.y + dy})


def _moved(element: Element, moves: Sequence[tuple[Element, Element]]) -> Element:
    """A thing without a name at the place to which the nearest named thing of its row went."""
    if element.name:
        return element
    row = [(b, a) for b, a in moves if _in_row(b.box, element.box)]
    if not row:
        return element
    was, now = min(row, key=lambda pair: abs(pair[0].box.x - element.box.x))
    return element.model_copy(update={"box": _shifted(element.box, 0, now.box.y - was.box.y)})


def sameness(one: Element, other: Element) -> float:
    """At the same place with a fitting role, or with the same text not far away (scrolled, pushed down)."""
    if one.locator and other.locator:  # the page says which is which
        return 1.0 if one.locator == other.locator else 0.0
    role = role_likeness(one.role, other.role)
    if role == 0:
        return 0.0
    place = max(box_likeness(one.box, other.box), _CORNER if role == 1 and same_corner(one.box, other.box) else 0.0)
    text = text_likeness(one.name, other.name) if one.name or other.name else 1.0
    at_place = 0.5 * place + 0.3 * text + 0.2 * role if place > 0.4 and role > 0.5 else 0.0
    same_text = text > _SAME_TEXT and one.name and _numbers(one.name) == _numbers(other.name)
    by_text = 0.6 * text + 0.2 * role + 0.2 * nearness(one.box, other.box) if same_text else 0.0
    return max(at_place, by_text)


def _numbers(text: str) -> str:
    """Elsewhere on the screen another number is another text."""
    return "".join(filter(str.isdigit, text))


def best_pairs(
    left: Sequence[T | None], right: Sequence[U | None], score: Callable[[T, U], float], enough: float
) -> dict[int, int]:
    """Indexes paired one to one, the best score first; ties go to the first in order."""
    scored = [
        (score(one, other), i, j)
        for i, one in enumerate(left)
        if one is not None
        for j, other in enumerate(right)
        if other is not None
    ]
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for points, i, j in sorted(scored, key=lambda row: (-row[0], row[1], row[2])):
        if points >= enough and i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return pairs
