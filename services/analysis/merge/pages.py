"""The nodes of a page that a frame could show, each with the locator that finds it. Pure."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from shared.model.evidence import FIELD_ROLES, Box, PageNode, PageSnapshot

# Roles that name a place rather than a thing; they are matched by what they hold, not by themselves.
# fmt: off
_STRUCTURE = frozenset({
    "generic", "document", "none", "presentation", "main", "banner", "contentinfo", "paragraph", "list", "listitem",
    "rowgroup", "row", "navigation", "region", "form", "complementary", "group", "iframe", "radiogroup", "tablist",
    "tabpanel", "toolbar", "article", "search", "separator", "menubar",
})
ACTED_ON = FIELD_ROLES | frozenset({
    "button", "checkbox", "link", "menuitem", "menuitemcheckbox", "menuitemradio", "option", "radio", "slider",
    "switch", "tab", "treeitem",
})
TICKED = frozenset({"checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio"})
# Roles that ARIA gives no name: a browser's tree has one for them, `getByRole` does not.
_UNNAMED = frozenset({
    "caption", "code", "definition", "deletion", "emphasis", "insertion", "mark", "strong", "subscript",
    "superscript", "term", "time",
})
# fmt: on
_SPOKEN = frozenset({"alert", "status"})
PLAIN_TEXT = frozenset({"text", "paragraph"})
_BY_TEXT = PLAIN_TEXT | _UNNAMED
_BETWEEN = frozenset("/|>›»·•,;:)")
_WITHOUT_NAME = FIELD_ROLES | {"img", "table", "grid", "dialog", "progressbar", "slider", "checkbox", "switch"}


@dataclass(frozen=True)
class Candidate:
    """`box`: where it lies in a frame that shows the page as it was read; `source`: where in the page's picture.

    Both in fractions of the frame. `spoken`: alert or status when it is a part of such a message;
    `several`: others have its role and name too.
    """

    node: PageNode
    locator: str | None
    box: Box | None
    source: Box | None
    spoken: str | None = None
    several: bool = False


def candidates(page: PageSnapshot, aspect: float | None = None) -> list[Candidate]:
    """Nodes in document order, with Playwright locators that point to exactly one of them.

    `aspect`: height of the frames in widths; without it they are taken for as high as the page's viewport.
    """
    found = [place for place in _flat(page.tree) if _could_be_seen(place.node, within=place.within)]
    nodes = [place.node for place in found]
    names = [(node.role, node.name) for node in nodes]
    total, seen = Counter(names), Counter[tuple[str, str]]()
    result = []
    for place, key in zip(found, names, strict=True):
        node, which = place.node, seen[key] if total[key] > 1 else None
        seen[key] += 1
        call = locator(node, ambiguous=_part_of_another(node, nodes), place=which)
        box, source = _places(node.box, page, aspect)
        several = total[key] > 1
        alone = node.role not in _BY_TEXT or sum(other.name == node.name for other in nodes) == 1
        useful = alone and (
            bool(node.name)
            and (node.role not in _BY_TEXT or _tells(node.name))
            and not (several and node.role not in ACTED_ON)
        )
        result.append(Candidate(node, call if useful else None, box, source, place.spoken, several))
    return result


def _tells(text: str) -> bool:
    """Whether a text finds its element in another state of the page too: words do, numbers do not.

    One that begins with a sign is what stands between two links, not what an element says.
    """
    words = sum(ch.isalpha() for ch in text) >= 6 and not any(ch.isdigit() for ch in text)
    return words and text[0] not in _BETWEEN


def _could_be_seen(node: PageNode, *, within: bool) -> bool:
    if within and (node.role == "option" or (node.role == "img" and not node.name)):
        return False  # what a closed list offers, the icon on a button
    if within and node.role in PLAIN_TEXT:
        return False  # said by the name of what it lies in
    if node.role in _STRUCTURE:
        return node.role in PLAIN_TEXT and bool(node.name)
    return bool(node.name) or node.role in _WITHOUT_NAME


def _places(box: Box | None, page: PageSnapshot, aspect: float | None) -> tuple[Box | None, Box | None]:
    if box is None or page.viewport is None:
        return box, None
    width, height = page.viewport
    scale = height / width / aspect if aspect else 1.0
    placed = box.model_copy(update={"y": box.y * scale, "height": box.height * scale})
    return placed, placed.model_copy(update={"y": placed.y + page.scrolled / height * scale})


@dataclass(frozen=True)
class _Place:
    """A node, and what it lies in."""

    node: PageNode
    within: bool = False
    spoken: str | None = None


def _flat(nodes: tuple[PageNode, ...], *, within: bool = False, spoken: str | None = None) -> Iterator[_Place]:
    for node in nodes:
        yield _Place(node, within, spoken)
        said = node.role if node.role in _SPOKEN else spoken
        yield from _flat(node.children, within=within or node.role in ACTED_ON, spoken=said)


def locator(node: PageNode, *, ambiguous: bool = False, place: int | None = None) -> str:
    """As a Playwright test would write it. `place`: which of several alike, from 0."""
    exact = ", exact: true" if ambiguous else ""
    if node.role in _BY_TEXT:
        options = "{ exact: true }" if ambiguous else ""
        call = f"getByText({_quoted(node.name)}{', ' + options if options else ''})"
    elif node.name:
        call = f"getByRole('{node.role}', {{ name: {_quoted(node.name)}{exact} }})"
    else:
        call = f"getByRole('{node.role}')"
    return call if place is None else f"{call}.nth({place})"


def _quoted(text: str) -> str:
    """A JavaScript string in single quotes."""
    inner = json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{inner}'"


def _part_of_another(node: PageNode, nodes: list[PageNode]) -> bool:
    """Locators match substrings, whatever the case, unless told to be exact."""
    name = node.name.casefold()
    if node.role in _BY_TEXT:  # getByText looks at every element's text, whatever its role
        return any(
            name in other.name.casefold() for other in nodes if other is not node and other.name != node.name
        )
    same_role = (other for other in nodes if other.role == node.role and other.name != node.name)
    return any(name in other.name.casefold() for other in same_role)
