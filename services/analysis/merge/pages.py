"""The nodes of a page that a frame could show, each with the locator that finds it. Pure."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from shared.model.evidence import PageNode, PageSnapshot

# Roles that name a place rather than a thing; they are matched by what they hold, not by themselves.
# fmt: off
_STRUCTURE = frozenset({
    "generic", "document", "none", "presentation", "main", "banner", "contentinfo", "paragraph", "list",
    "table", "rowgroup", "row", "navigation", "region", "form", "complementary",
})
# fmt: on
PLAIN_TEXT = frozenset({"text", "paragraph"})


@dataclass(frozen=True)
class Candidate:
    node: PageNode
    locator: str


def candidates(page: PageSnapshot) -> list[Candidate]:
    """Named nodes in document order, with Playwright locators that point to exactly one of them."""
    nodes = [
        node for node in flat(page.tree) if node.name and (node.role not in _STRUCTURE or node.role in PLAIN_TEXT)
    ]
    names = [(node.role, node.name) for node in nodes]
    total, seen = Counter(names), Counter[tuple[str, str]]()
    found = []
    for node, key in zip(nodes, names, strict=True):
        place = seen[key] if total[key] > 1 else None
        seen[key] += 1
        found.append(Candidate(node, locator(node, ambiguous=_part_of_another(node, nodes), place=place)))
    return found


def flat(nodes: tuple[PageNode, ...]) -> Iterator[PageNode]:
    """Every node, parents first."""
    for node in nodes:
        yield node
        yield from flat(node.children)


def locator(node: PageNode, *, ambiguous: bool = False, place: int | None = None) -> str:
    """As a Playwright test would write it. `place`: which of several alike, from 0."""
    exact = ", exact: true" if ambiguous else ""
    if node.role in PLAIN_TEXT:
        options = "{ exact: true }" if ambiguous else ""
        call = f"getByText({_quoted(node.name)}{', ' + options if options else ''})"
    else:
        call = f"getByRole('{node.role}', {{ name: {_quoted(node.name)}{exact} }})"
    return call if place is None else f"{call}.nth({place})"


def _quoted(text: str) -> str:
    """A JavaScript string in single quotes."""
    inner = json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{inner}'"


def _part_of_another(node: PageNode, nodes: list[PageNode]) -> bool:
    """Locators match substrings, whatever the case, unless told to be exact."""
    name = node.name.casefold()
    same_role = (other for other in nodes if other.role == node.role and other.name != node.name)
    return any(name in other.name.casefold() for other in same_role)
