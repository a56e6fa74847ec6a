"""Elements as the eye reads them and nodes as a page has them, at places in fractions of the screen."""

from collections.abc import Sequence
from typing import Any

from services.analysis.merge.pages import Candidate, candidates
from shared.model.evidence import Box, Element, PageNode, PageSnapshot

Place = tuple[float, float, float, float]


def seen(role: str, name: str, place: Place, **fields: Any) -> Element:
    """An element of a frame, with its name for an id."""
    return Element(id=name or role, role=role, name=name, box=box(place), **fields)


def known(role: str, name: str, place: Place, **fields: Any) -> Element:
    """An element that the page knows too."""
    return seen(role, name, place, source="both", **fields)


def node(role: str, name: str = "", place: Place | None = None, *children: PageNode, **fields: Any) -> PageNode:
    where = box(place) if place is not None else None
    return PageNode(role=role, name=name, box=where, children=children, **fields)


def box(place: Place) -> Box:
    x, y, width, height = place
    return Box(x=x, y=y, width=width, height=height)


def a_page(*nodes: PageNode, **fields: Any) -> PageSnapshot:
    return PageSnapshot(url="http://localhost:3000/", success=True, tree=nodes, **fields)


def candidates_of(*nodes: PageNode) -> Sequence[Candidate]:
    return candidates(a_page(*nodes))


def told(elements: Sequence[Element]) -> list[tuple[str, str]]:
    return [(element.role, element.name) for element in elements]
