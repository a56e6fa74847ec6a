"""Menus that hang from what opened them. Pure.

What opens a menu says in the page that it is collapsed, and looks otherwise while the menu is open: that it is
there, and expanded, is told by the menu.
"""

from collections.abc import Sequence

from services.analysis.merge.placing import inside
from shared.model.evidence import Box, Element

_ITEMS = frozenset({"menuitem", "menuitemcheckbox", "menuitemradio", "option"})
_COLUMN = 0.004  # of the screen: left edges of items of one menu
_ALIGNED = 0.01  # of the screen: an edge of a menu and the same edge of what it hangs from
_GAP = 0.03  # of the screen, between both; a menu has some padding
_FEWEST = 2
_SEEN = 0.5  # share of it that lies in the frame
_UPWARDS = 1.0  # further than any that hangs downwards


def menus(elements: Sequence[Element]) -> tuple[Box, ...]:
    """The boxes round the items of each open menu."""
    columns: list[list[Box]] = []
    for element in elements:
        if element.role in _ITEMS:
            box = element.box
            column = next((c for c in columns if abs(c[0].x - box.x) <= _COLUMN), None)
            if column is None:
                columns.append([box])
            else:
                column.append(box)
    return tuple(_around(column) for column in columns if len(column) >= _FEWEST)


def hangs(menu: Box, box: Box | None) -> float | None:
    """How far a menu hangs from a box along one of its sides; None if it does not. Most open downwards."""
    if box is None or inside(box) < _SEEN:
        return None
    below, above = menu.y - (box.y + box.height), box.y - (menu.y + menu.height)
    left = abs(menu.x - box.x) <= _ALIGNED
    right = abs(menu.x + menu.width - box.x - box.width) <= _ALIGNED
    if not (left or right):
        return None
    if -_ALIGNED <= below <= _GAP:
        return abs(below)
    return _UPWARDS + abs(above) if -_ALIGNED <= above <= _GAP else None


def _around(boxes: Sequence[Box]) -> Box:
    x, y = min(b.x for b in boxes), min(b.y for b in boxes)
    right, bottom = max(b.x + b.width for b in boxes), max(b.y + b.height for b in boxes)
    return Box(x=x, y=y, width=right - x, height=bottom - y)
