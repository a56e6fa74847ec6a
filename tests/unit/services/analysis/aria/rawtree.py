"""Accessibility nodes as Chromium sends them, written as nested calls."""

from itertools import count
from typing import Any

from services.analysis.aria.tree import Facts, FrameDocument, Reading, read_tree

_ids = count(1)
Nested = dict[str, Any]


def ax(
    role: str, name: str = "", *children: Nested, value: Any = None, ignored: bool = False, **props: Any
) -> Nested:
    """A node with its children inside it; `flat` makes the list that Chromium sends."""
    number = next(_ids)
    node: Nested = {
        "nodeId": str(number),
        "backendDOMNodeId": number,
        "ignored": ignored,
        "role": {"type": "role", "value": role},
        "name": {"type": "computedString", "value": name},
        "properties": [{"name": key, "value": {"value": given}} for key, given in props.items()],
        "below": children,
    }
    return node | ({"value": {"value": value}} if value is not None else {})


def text(words: str) -> Nested:
    return ax("StaticText", words)


def flat(node: Nested) -> list[Nested]:
    """Without recursion: some tests nest deeper than Python's stack."""
    nodes, waiting = [], [node]
    while waiting:
        current = waiting.pop(0)
        below = current.pop("below")
        nodes.append(current | {"childIds": [child["nodeId"] for child in below]})
        waiting += below
    return nodes


def frame(
    root: Nested, facts: dict[int, Facts] | None = None, frames: dict[int, str] | None = None
) -> FrameDocument:
    nodes = flat(root)
    plain = {node["backendDOMNodeId"]: Facts() for node in nodes}
    return FrameDocument(nodes, plain | (facts or {}), frames or {})


def read(*children: Nested, max_nodes: int = 3000, facts: dict[int, Facts] | None = None) -> Reading:
    return read_tree({"main": frame(ax("RootWebArea", "Title", *children), facts)}, "main", max_nodes)


def outline(reading: Reading) -> list[Any]:
    """(role, name, [children]) without empty parts."""

    def one(node: Any) -> Any:
        return (node.role, node.name, [one(c) for c in node.children]) if node.children else (node.role, node.name)

    return [one(node) for node in reading.tree]
