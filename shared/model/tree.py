"""The elements of a frame as a tree: what lies inside a container on the screen hangs below it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.model.diff import FrameDiff
from shared.model.evidence import Box, DiffStatus, Element

# fmt: off
CONTAINERS = frozenset({
    "alertdialog", "banner", "complementary", "contentinfo", "dialog", "form", "grid", "group", "list",
    "listbox", "listitem", "main", "menu", "menubar", "navigation", "radiogroup", "region", "row",
    "rowgroup", "search", "table", "tablist", "tabpanel", "toolbar", "tree",
})
# fmt: on


@dataclass
class TreeNode:
    element: Element
    diff_status: DiffStatus | None = None
    children: list["TreeNode"] = field(default_factory=list)


def tree(elements: Sequence[Element], change: FrameDiff) -> list[TreeNode]:
    """Roots in reading order. Removed elements of the frame before are in it, marked as such."""
    nodes = [TreeNode(e, _status(e, change)) for e in elements]
    nodes += [TreeNode(e, "removed") for e in change.removed]
    nodes.sort(key=lambda node: (round(node.element.box.y, 2), node.element.box.x))
    containers = [node for node in nodes if node.element.role in CONTAINERS and node.diff_status != "removed"]
    roots: list[TreeNode] = []
    for node in nodes:
        parent = _parent(node, containers)
        (parent.children if parent else roots).append(node)
    return roots


def _status(element: Element, change: FrameDiff) -> DiffStatus | None:
    if any(element.id == e.id for e in change.added):
        return "added"
    return "changed" if any(element.id == c.after.id for c in change.changed) else None


def _parent(node: TreeNode, containers: list[TreeNode]) -> TreeNode | None:
    """The smallest container that holds nearly all of it and is larger."""
    around = [c for c in containers if c is not node and contains(c.element.box, node.element.box)]
    larger = [c for c in around if area(c.element.box) > area(node.element.box) * 1.01]
    return min(larger, key=lambda c: area(c.element.box), default=None)


def area(box: Box) -> float:
    return box.width * box.height


def overlap(one: Box, other: Box) -> float:
    """The shared area."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return max(0.0, width) * max(0.0, height)


def contains(outer: Box, inner: Box, share: float = 0.9) -> bool:
    return overlap(outer, inner) >= share * area(inner)
