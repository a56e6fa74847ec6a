"""Where the nodes of a page lie in a frame: scrolled, pushed down by a message, or where they were. Pure.

Texts that both have tell it: most of them moved by the same way. A header that stands still while the rest scrolls
makes a second group, rows that were pushed down a third.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from services.analysis.merge.pages import Candidate
from shared.model.diff import legible
from shared.model.evidence import Box, Element

_TOGETHER = 0.012  # of the frame's height: moves that are one
_LEAST = 3  # texts that must agree
_GROUPS = 3
NAMED_AFTER = 4  # letters of a text that something else in its row can be named after
_AROUND = frozenset({"table", "grid", "dialog"})
_FOLLOWS = frozenset({"button", "checkbox", "img", "radio", "switch"})


def offsets(elements: Sequence[Element], known: Sequence[Candidate]) -> tuple[float, ...]:
    """By how much of the frame's height nodes lie lower than in the page, largest group first; () if unknown."""
    seen = _once((legible(e.name), e.box) for e in elements if e.name)
    there = _once((legible(c.node.name), c.box) for c in known if c.box is not None)
    moves = (_move(seen[text], there[text]) for text in seen.keys() & there.keys() if len(text) >= 3)
    left = sorted(move for move in moves if move is not None)
    found: list[float] = []
    while len(found) < _GROUPS:
        group = max(([m for m in left if 0 <= m - first <= _TOGETHER] for first in left), key=len, default=[])
        if len(group) < _LEAST:
            break
        found.append(group[len(group) // 2])
        left = [move for move in left if move not in group]
    return tuple(found)


def rows(elements: Sequence[Element], known: Sequence[Candidate]) -> dict[int, float | None]:
    """For nodes named after a text of their row ("Select Ada"): how much lower that text lies; None: not there.

    Rows that are filtered or sorted go their own ways, and the boxes to tick of all of them look the same.
    """
    found: dict[int, float | None] = {}
    nodes = [(c.node, c.box) for c in known if c.node.role not in _FOLLOWS | _AROUND and c.box is not None]
    telling = [(node.name, box) for node, box in nodes if len(legible(node.name)) >= NAMED_AFTER]
    for index, candidate in enumerate(known):
        node, box = candidate.node, candidate.box
        if node.role not in _FOLLOWS or box is None:
            continue
        row = [(text, at) for text, at in telling if is_named_after(node.name, text) and _in_row(at, box)]
        if row:
            text, at = max(((legible(text), at) for text, at in row), key=lambda pair: len(pair[0]))
            moves = [move for e in elements if legible(e.name) == text and (move := _move(e.box, at)) is not None]
            if len(moves) <= 1:
                found[index] = moves[0] if moves else None
    return found


def is_named_after(name: str, text: str) -> bool:
    """Whether its name has all the words of the text one after the other, and others."""
    whole, part = (f" {' '.join(words.casefold().split())} " for words in (name, text))
    return part in whole and part != whole


def _in_row(one: Box, other: Box) -> bool:
    return abs(one.y + one.height / 2 - other.y - other.height / 2) <= max(one.height, other.height)


def _once(texts: Iterable[tuple[str, Box]]) -> dict[str, Box]:
    """Those that are there but once."""
    pairs = list(texts)
    counts = Counter(text for text, _ in pairs)
    return {text: box for text, box in pairs if counts[text] == 1}


def _move(seen: Box, there: Box) -> float | None:
    """None when it moved sideways: another layout, or another text of the same words."""
    middle = seen.x + seen.width / 2
    if not there.x - 0.01 <= middle <= there.x + there.width + 0.01:
        return None
    return (seen.y + seen.height / 2) - (there.y + there.height / 2)


def lowered(box: Box, offset: float) -> Box:
    return box.model_copy(update={"y": box.y + offset})


def inside(box: Box) -> float:
    """The share of it that lies within the frame."""
    width = min(1.0, box.x + box.width) - max(0.0, box.x)
    height = min(1.0, box.y + box.height) - max(0.0, box.y)
    whole = box.width * box.height
    return max(0.0, width) * max(0.0, height) / whole if whole > 0 else 0.0


def clipped(box: Box) -> Box:
    """What of it lies within the frame."""
    x, y = max(0.0, box.x), max(0.0, box.y)
    right, bottom = min(1.0, box.x + box.width), min(1.0, box.y + box.height)
    return Box(x=x, y=y, width=max(0.0, right - x), height=max(0.0, bottom - y))
