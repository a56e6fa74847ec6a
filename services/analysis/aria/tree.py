"""From Chromium's accessibility tree to ours, in the words that Playwright's locators use. Pure.

Input are the raw nodes of `Accessibility.getFullAXTree`, one list per frame, and facts about the DOM nodes behind
them. Boxes without meaning disappear, pieces of running text join, what a name already says is not said again.
Everything is iterative: pages may be nested deeper than Python's stack.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.analysis.aria import roles
from shared.model.evidence import INPUT_ROLES, Box, PageCounts, PageNode

MAX_DEPTH = 60  # JSON readers stop at 200 brackets; deeper nodes hang at the last level that is left
_MAX_TEXT = 500
_WORD_GAP = 0.012  # of the viewport: between two words of one line
_MAX_URL = 2000


@dataclass(frozen=True)
class Facts:
    """What the DOM says about a node. `secret`: its value is not for anybody's eyes."""

    box: Box | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    secret: bool = False


@dataclass(frozen=True)
class FrameDocument:
    """One document. `nodes`: raw accessibility nodes, the root first. Keys of the two maps are backend node ids."""

    nodes: Sequence[Mapping[str, Any]]
    facts: Mapping[int, Facts]
    frames: Mapping[int, str] = field(default_factory=dict)  # iframe element → id of the frame in it


@dataclass
class _Draft:
    role: str
    name: str
    state: tuple[str, ...] = ()
    value: str | None = None
    url: str | None = None
    hint: str | None = None
    box: Box | None = None
    parent: int | None = None  # index among the drafts
    depth: int = 0
    block: object = None  # of a text: what it flows in
    raw: str = ""  # of a text: with its spaces


@dataclass(frozen=True)
class Reading:
    tree: tuple[PageNode, ...]
    counts: PageCounts
    nodes: int  # before the limit


def read_tree(documents: Mapping[str, FrameDocument], main: str, max_nodes: int) -> Reading:
    drafts = _drafts(documents, main)
    return Reading(_nested(drafts[:max_nodes]), counts(drafts), len(drafts))


def counts(nodes: Sequence[Any]) -> PageCounts:
    """Of anything with a role. Running text has none of its own."""
    by_role: dict[str, int] = {}
    for node in nodes:
        if node.role != "text":
            by_role[node.role] = by_role.get(node.role, 0) + 1
    five = {
        "buttons": by_role.get("button", 0),
        "inputs": sum(by_role.get(role, 0) for role in INPUT_ROLES),
        "links": by_role.get("link", 0),
        "headings": by_role.get("heading", 0),
        "images": by_role.get("img", 0),
    }
    return PageCounts(**five, total=sum(five.values()), by_role=dict(sorted(by_role.items())))


@dataclass(frozen=True)
class _Step:
    """A raw node still to be looked at: in which frame, below which draft, in which block of text."""

    frame: str
    node: Mapping[str, Any]
    parent: int | None
    block: object


def _drafts(documents: Mapping[str, FrameDocument], main: str) -> list[_Draft]:
    """In document order, each after its parent. Every frame is entered once."""
    by_id = {frame: {n["nodeId"]: n for n in document.nodes} for frame, document in documents.items()}
    entered: set[str] = set()
    drafts: list[_Draft] = []
    steps = _entrance(documents, main, None, entered)
    while steps:
        step = steps.pop()
        document = documents[step.frame]
        parent = _take(step, document, drafts)
        inner = document.frames.get(step.node.get("backendDOMNodeId", -1))
        if inner is not None:
            steps += _entrance(documents, inner, parent, entered)
        if roles.raw_role(step.node) in roles.OPAQUE or _is_leaf(parent, step, drafts):
            continue
        block = step.block if step.node.get("ignored") else (step.frame, step.node["nodeId"])
        below = (by_id[step.frame].get(child) for child in reversed(step.node.get("childIds", ())))
        steps += [_Step(step.frame, child, parent, block) for child in below if child is not None]
    return drafts


def _is_leaf(own: int | None, step: _Step, drafts: Sequence[_Draft]) -> bool:
    return own is not None and own != step.parent and drafts[own].role in roles.LEAVES


def _entrance(
    documents: Mapping[str, FrameDocument], frame: str, parent: int | None, entered: set[str]
) -> list[_Step]:
    document = documents.get(frame)
    if document is None or not document.nodes or frame in entered:
        return []
    entered.add(frame)
    return [_Step(frame, document.nodes[0], parent, None)]


def _take(step: _Step, document: FrameDocument, drafts: list[_Draft]) -> int | None:
    """Append a draft when the node means something; returns what its children hang below."""
    node, above = step.node, drafts[step.parent] if step.parent is not None else None
    raw = roles.raw_role(node)
    if raw in roles.TEXT:
        _take_text(step, document, drafts, above)
        return step.parent
    role = roles.role_of(node)
    if role is None:
        return step.parent
    facts = document.facts.get(node.get("backendDOMNodeId", -1))
    draft = _draft(role, node, facts)
    if (
        role == "img" and not draft.name and draft.box is None
    ):  # drawn by the browser, such as that of an image button
        return step.parent
    _hang(draft, step.parent, drafts)
    return len(drafts) - 1


def _draft(role: str, node: Mapping[str, Any], facts: Facts | None) -> _Draft:
    attributes = facts.attributes if facts else {}
    return _Draft(
        role=role,
        name=tidy(str(roles.of(node, "name") or "")),
        state=roles.states(node, attributes),
        value=_value(role, node, facts),
        url=_url(role, node),
        hint=tidy(attributes.get("placeholder", "")) or None if role in roles.VALUED else None,
        box=facts.box if facts else None,
    )


def _value(role: str, node: Mapping[str, Any], facts: Facts | None) -> str | None:
    """None as well when nothing is known about the field: it could be a password."""
    value = roles.of(node, "value")
    if role not in roles.VALUED or value is None or facts is None or facts.secret:
        return None
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text[:_MAX_TEXT] or None


def _url(role: str, node: Mapping[str, Any]) -> str | None:
    url = roles.properties(node).get("url") if role == "link" else None
    return str(url)[:_MAX_URL] if url else None


def _take_text(step: _Step, document: FrameDocument, drafts: list[_Draft], above: _Draft | None) -> None:
    """Running text: joined with the piece before it when both flow in the same block."""
    text = str(roles.of(step.node, "name") or "")
    if step.node.get("ignored"):
        return
    if above is not None and _says(above, tidy(text)):
        return
    facts = document.facts.get(step.node.get("backendDOMNodeId", -1))
    box = facts.box if facts else None
    last = drafts[-1] if drafts else None
    if last is not None and _runs_on(last, step, box):
        last.raw = last.raw if len(last.raw) > 2 * _MAX_TEXT else last.raw + text
        last.name, last.box = tidy(last.raw), _around(last.box, box)
    elif tidy(text):
        _hang(_Draft("text", tidy(text), box=box, block=step.block, raw=text), step.parent, drafts)


def _runs_on(last: _Draft, step: _Step, box: Box | None) -> bool:
    """Whether a piece of text goes on where the last one ended: Chromium leaves plain boxes out of its tree."""
    if last.role != "text" or last.parent != step.parent or last.block != step.block:
        return False
    if last.box is None or box is None:
        return True
    end = last.box.y + last.box.height
    beside = box.y < end and last.box.x <= box.x <= last.box.x + last.box.width + _WORD_GAP
    below = last.box.y < box.y <= end + _WORD_GAP and box.x <= last.box.x + last.box.width
    return beside or below


def _says(node: _Draft, text: str) -> bool:
    """Whether a text in a node is told with the node: by its name, or by the value of a field."""
    return node.role == "combobox" or (node.role in roles.NAMED_BY_CONTENT and text in node.name)


def _hang(draft: _Draft, parent: int | None, drafts: list[_Draft]) -> None:
    while parent is not None and drafts[parent].depth >= MAX_DEPTH:
        parent = drafts[parent].parent
    draft.parent, draft.depth = parent, 0 if parent is None else drafts[parent].depth + 1
    drafts.append(draft)


def _nested(drafts: Sequence[_Draft]) -> tuple[PageNode, ...]:
    """Children before parents, so that each node is built once and whole."""
    below: dict[int | None, list[PageNode]] = {}
    for index in range(len(drafts) - 1, -1, -1):
        draft = drafts[index]
        children = tuple(reversed(below.pop(index, [])))
        node = PageNode(
            role=draft.role,
            name=draft.name,
            state=draft.state,
            value=draft.value,
            url=draft.url,
            hint=draft.hint,
            box=draft.box,
            children=children,
        )
        below.setdefault(draft.parent, []).append(node)
    return tuple(reversed(below.get(None, [])))


def _around(one: Box | None, other: Box | None) -> Box | None:
    if one is None or other is None:
        return one or other
    x, y = min(one.x, other.x), min(one.y, other.y)
    right, bottom = max(one.x + one.width, other.x + other.width), max(one.y + one.height, other.y + other.height)
    return Box(x=x, y=y, width=right - x, height=bottom - y)


def tidy(text: str) -> str:
    return " ".join(text.split())[:_MAX_TEXT]
