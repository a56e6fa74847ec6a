"""How alike two texts, roles and places are. Pure; every number is between 0 and 1."""

import math
from difflib import SequenceMatcher
from functools import lru_cache

from shared.model.diff import legible
from shared.model.evidence import Box
from shared.model.tree import area, overlap

SAME_TEXT = 0.8  # likeness from which two readings are of one text
# Roles that readers of pixels and of markup tend to give to the same thing.
_FAMILIES = (
    frozenset({"textbox", "searchbox", "combobox", "spinbutton"}),
    frozenset({"checkbox", "switch", "radio", "menuitemcheckbox", "menuitemradio"}),
    frozenset({"button", "tab", "menuitem", "link", "option"}),
    frozenset(
        {"text", "heading", "paragraph", "listitem", "cell", "columnheader", "rowheader", "gridcell", "status"}
    ),
    frozenset({"alert", "status", "text", "log"}),
    frozenset({"dialog", "alertdialog", "region", "form", "group"}),
)


def text_likeness(one: str, other: str) -> float:
    """1 for the same legible text; near misses of OCR stay high."""
    if not one or not other or 4 * min(len(one), len(other)) < max(len(one), len(other)):
        return 0.0  # too different in length to be alike, whatever is not legible in them
    return _alike(one, other)


@lru_cache(maxsize=65536)
def _alike(one: str, other: str) -> float:
    a, b = legible(one), legible(other)
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() > 0.6 and matcher.quick_ratio() > 0.6 else 0.0


@lru_cache(maxsize=4096)
def role_likeness(one: str, other: str) -> float:
    """1 for the same role, 0.6 within a family, 0.3 where one of them is merely text, else 0."""
    if one == other:
        return 1.0
    if any(one in family and other in family for family in _FAMILIES):
        return 0.6
    return 0.3 if "text" in {one, other} else 0.0


def box_likeness(one: Box, other: Box) -> float:
    """Intersection over union."""
    shared = overlap(one, other)
    union = area(one) + area(other) - shared
    return shared / union if union > 0 else 0.0


def nearness(one: Box, other: Box) -> float:
    """1 for the same centre, 0 from a quarter of the screen away."""
    dx = (one.x + one.width / 2) - (other.x + other.width / 2)
    dy = (one.y + one.height / 2) - (other.y + other.height / 2)
    return max(0.0, 1 - 4 * math.hypot(dx, dy))


def same_corner(one: Box, other: Box) -> bool:
    """Whether they begin, or end, at one place of a line: other words in the place of the old ones."""
    row = abs(one.y - other.y) <= 0.006 and abs(one.height - other.height) <= 0.4 * max(one.height, other.height)
    left = abs(one.x - other.x) <= 0.004
    right = abs(one.x + one.width - other.x - other.width) <= 0.004
    return row and (left or right)
