"""Facts about DOM nodes from what `DOMSnapshot.captureSnapshot` answers. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.analysis.aria.tree import Facts
from shared.model.evidence import Box

STYLES = ("-webkit-text-security",)  # what must be asked for: how password fields hide their text
_SECRET_PURPOSES = ("current-password", "new-password", "one-time-code", "cc-")
_FRAMES = frozenset({"IFRAME", "FRAME"})

Point = tuple[float, float]


@dataclass(frozen=True)
class DomDocument:
    """One document of a snapshot. Positions are CSS pixels from the top left of the document."""

    frame: str
    url: str
    title: str | None
    language: str | None
    scroll: Point
    nodes: Mapping[int, "DomNode"]  # by backend node id

    @property
    def frame_elements(self) -> list[int]:
        return [node_id for node_id, node in self.nodes.items() if node.name in _FRAMES and node.bounds]


@dataclass(frozen=True)
class DomNode:
    name: str
    attributes: Mapping[str, str]
    bounds: tuple[float, float, float, float] | None
    hides_text: bool


def dom_documents(snapshot: Mapping[str, Any]) -> list[DomDocument]:
    strings = snapshot["strings"]
    return [_document(raw, strings) for raw in snapshot["documents"]]


def _document(raw: Mapping[str, Any], strings: Sequence[str]) -> DomDocument:
    nodes, layout = raw["nodes"], raw["layout"]
    places = {index: n for n, index in reversed(list(enumerate(layout["nodeIndex"])))}
    found = {}
    for index, backend_id in enumerate(nodes["backendNodeId"]):
        place = places.get(index)
        styles = layout["styles"][place] if place is not None else ()
        found[backend_id] = DomNode(
            name=_string(strings, nodes["nodeName"][index]).upper(),
            attributes=_attributes(nodes["attributes"][index], strings),
            bounds=tuple(layout["bounds"][place]) if place is not None else None,
            hides_text=any(_string(strings, style) != "none" for style in styles),
        )
    root = next((node for node in found.values() if node.name == "HTML" and "lang" in node.attributes), None)
    return DomDocument(
        frame=_string(strings, raw["frameId"]),
        url=_string(strings, raw["documentURL"]),
        title=_string(strings, raw["title"]).strip() or None,
        language=(root.attributes["lang"].strip() if root else None) or None,
        scroll=(raw.get("scrollOffsetX", 0.0), raw.get("scrollOffsetY", 0.0)),
        nodes=found,
    )


def facts(document: DomDocument, origin: Point, viewport: Point) -> dict[int, Facts]:
    """`origin`: where the frame's own viewport begins in the page's, `viewport`: its size; both in CSS pixels."""
    shift = (origin[0] - document.scroll[0], origin[1] - document.scroll[1])
    return {
        node_id: Facts(_box(node.bounds, shift, viewport), node.attributes, is_secret(node))
        for node_id, node in document.nodes.items()
    }


def is_secret(node: DomNode) -> bool:
    purpose = node.attributes.get("autocomplete", "").lower()
    by_purpose = any(word.startswith(_SECRET_PURPOSES) for word in purpose.split())
    return node.hides_text or by_purpose or node.attributes.get("type", "").lower() == "password"


def _box(bounds: tuple[float, float, float, float] | None, shift: Point, viewport: Point) -> Box | None:
    """None for what has no area: there is nothing to see."""
    if bounds is None or bounds[2] <= 0 or bounds[3] <= 0:
        return None
    x, y, width, height = bounds
    return Box(
        x=round((x + shift[0]) / viewport[0], 5),
        y=round((y + shift[1]) / viewport[1], 5),
        width=round(width / viewport[0], 5),
        height=round(height / viewport[1], 5),
    )


def _attributes(indexes: Sequence[int], strings: Sequence[str]) -> dict[str, str]:
    pairs = zip(indexes[::2], indexes[1::2], strict=True)
    return {_string(strings, name).lower(): _string(strings, value) for name, value in pairs}


def _string(strings: Sequence[str], index: int) -> str:
    return strings[index] if index >= 0 else ""
