"""Everything that a prompt can say, worked out once for all targets. Pure."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.prompter.words import clean, clean_block, clock, quoted, region
from shared.model.accounts import AgentTarget, PromptOptions
from shared.model.analysis import Analysis
from shared.model.diff import FrameDiff, diffs
from shared.model.evidence import INPUT_ROLES, Element, FrameElements, PageSnapshot
from shared.model.session import FrameRef, Session
from shared.model.tree import TreeNode, tree

_MAX_CHANGES = 24  # lines of one state
_MAX_ELEMENTS = 40  # rows of the table
_MAX_TREE = 120  # lines of one tree
_MAX_RAW = 400  # lines of the appended differences
_MAX_SEARCH = 12

_REASONS = {
    "initial": "first state",
    "settled": "came to rest",
    "scroll": "end of a scroll",
    "transient": "shown for a moment only",
    "last": "last state",
}
_INTERACTIVE = INPUT_ROLES | {"button", "link", "menuitem", "option", "tab"}


@dataclass(frozen=True)
class State:
    """One kept frame. `label` is what the rest of the prompt calls it."""

    label: str
    frame_id: str
    time: str
    until: str
    why: str
    where: str
    returns_to: str | None
    changes: tuple[str, ...]
    tree: tuple[str, ...]
    screenshot: str | None


@dataclass(frozen=True)
class Row:
    """One element that mattered."""

    role: str
    name: str
    locator: str | None
    states: str
    source: str


@dataclass(frozen=True)
class Brief:
    title: str
    notes: str
    url: str
    target: AgentTarget
    session_id: str
    recorded_at: str
    duration: str
    states: tuple[State, ...]
    rows: tuple[Row, ...]
    search: tuple[str, ...]
    pages: tuple[str, ...]
    unseen: tuple[str, ...]
    raw: tuple[str, ...]
    options: PromptOptions


def brief(
    session: Session,
    analysis: Analysis,
    *,
    target: AgentTarget,
    options: PromptOptions,
    frames: Sequence[FrameRef],
    screenshots: Mapping[str, str],
) -> Brief:
    """`frames` are the states to speak of, in time order; `screenshots` maps frame ids to data URIs."""
    seen = [analysis.elements_of(frame.id) for frame in frames]
    changes = diffs(seen)
    trees = [
        tuple(tree_lines(tree(s.elements, change), only_changes=index > 0))
        for index, (s, change) in enumerate(zip(seen, changes, strict=True))
    ]
    labels = {frame.id: f"S{index}" for index, frame in enumerate(frames, 1)}
    states = tuple(
        _state(
            frame,
            index,
            frames=frames,
            labels=labels,
            change=changes[index],
            lines=trees[index],
            screenshots=screenshots,
            options=options,
        )
        for index, frame in enumerate(frames)
    )
    return Brief(
        title=clean(session.title, 500),
        notes=clean_block(session.notes or ""),
        url=clean(session.seed_url or "", 500),
        target=target,
        session_id=session.id,
        recorded_at=session.created_at.strftime("%Y-%m-%d %H:%M UTC"),
        duration=clock(session.duration_ms or 0),
        states=states,
        rows=tuple(_rows([s.elements for s in seen], changes)),
        search=tuple(_search(changes)),
        pages=tuple(line for page in analysis.inspection.snapshots for line in _page(page)),
        unseen=tuple(_unseen(session, analysis, frames, screenshots, options)),
        raw=tuple(_raw(seen, states)) if options.include_raw_diff else (),
        options=options,
    )


def _state(
    frame: FrameRef,
    index: int,
    *,
    frames: Sequence[FrameRef],
    labels: Mapping[str, str],
    change: FrameDiff,
    lines: tuple[str, ...],
    screenshots: Mapping[str, str],
    options: PromptOptions,
) -> State:
    following = frames[index + 1].changed_at_ms if index + 1 < len(frames) else None
    return State(
        label=labels[frame.id],
        frame_id=frame.id,
        time=clock(frame.timestamp),
        until=clock(following) if following is not None else "the end",
        why=_REASONS.get(frame.reason, frame.reason),
        where=region(frame.changed_boxes) if index else "",
        returns_to=labels.get(frame.returns_to or ""),
        changes=tuple(_cut(change_lines(change), _MAX_CHANGES)),
        tree=tuple(_cut(lines, _MAX_TREE)) if options.inline_aria_tree else (),
        screenshot=screenshots.get(frame.id),
    )


def change_lines(change: FrameDiff) -> list[str]:
    """Added, changed, removed; things one can act on first."""
    added = [f"added    {described(e)}" for e in sorted(change.added, key=_weight)]
    changed = [f"changed  {described(c.after)}: {'; '.join(clean(w, 300) for w in c.what)}" for c in change.changed]
    removed = [f"removed  {described(e)}" for e in sorted(change.removed, key=_weight)]
    return [*changed, *added, *removed]


def described(element: Element) -> str:
    """`button "Save" [disabled] = "value"`."""
    role, name = clean(element.role, 40), f" {quoted(element.name)}" if element.name else ""
    state = f" [{clean(', '.join(element.state))}]" if element.state else ""
    value = f" = {quoted(element.value)}" if element.value else ""
    return f"{role}{name}{value}{state}"


def tree_lines(nodes: Sequence[TreeNode], *, only_changes: bool = False, depth: int = 0) -> list[str]:
    """The tree as an indented list; with `only_changes` just what changed and what it lies in."""
    lines = []
    for node in nodes:
        below = tree_lines(node.children, only_changes=only_changes, depth=depth + 1)
        if only_changes and not below and node.diff_status is None:
            continue
        mark = f"  ({node.diff_status})" if node.diff_status else ""
        lines += [f"{'  ' * depth}- {described(node.element)}{mark}", *below]
    return lines


def _rows(seen: Sequence[Sequence[Element]], changes: Sequence[FrameDiff]) -> list[Row]:
    """Elements that changed or that one can act on, each once, in the order in which they mattered."""
    where: dict[str, list[int]] = {}
    latest: dict[str, Element] = {}
    for index, elements in enumerate(seen, 1):
        for element in elements:
            where.setdefault(element.id, []).append(index)
            latest[element.id] = _more_telling(latest.get(element.id), element)
    moved = {e.id for c in changes for e in (*c.added, *c.removed, *(x.after for x in c.changed))}
    wanted = [e for e in latest.values() if e.name and (e.id in moved or e.role in _INTERACTIVE)]
    wanted.sort(key=lambda e: (e.id not in moved, e.role not in _INTERACTIVE, where[e.id][0]))
    return [
        Row(
            role=clean(e.role, 40),
            name=quoted(e.name),
            locator=e.locator,
            states=_spans(where[e.id]),
            source="seen, and in the page" if e.locator else "seen",
        )
        for e in wanted[:_MAX_ELEMENTS]
    ]


def _more_telling(one: Element | None, other: Element) -> Element:
    """A reading that the page agrees with says more than a later one that it does not."""
    return one if one is not None and one.locator and not other.locator else other


def _spans(indexes: Sequence[int]) -> str:
    """`S1-S3, S5`."""
    spans: list[list[int]] = []
    for index in indexes:
        if spans and spans[-1][1] == index - 1:
            spans[-1][1] = index
        else:
            spans.append([index, index])
    return ", ".join(f"S{a}" if a == b else f"S{a}-S{b}" for a, b in spans)


def _search(changes: Sequence[FrameDiff]) -> list[str]:
    """Texts worth searching the repository for: what came, went or changed, longest-lived wording first."""
    elements = [e for c in changes for e in (*(x.after for x in c.changed), *c.added)]
    names = dict.fromkeys(clean(e.name, 60) for e in sorted(elements, key=_weight) if 3 <= len(e.name) <= 60)
    return [name for name in names if any(ch.isalpha() for ch in name)][:_MAX_SEARCH]


def _page(page: PageSnapshot) -> list[str]:
    if not page.success:
        return [f"{clean(page.url, 300)} could not be opened: {clean(page.error or 'no reason given', 400)}"]
    counts = page.counts
    title = f", title {quoted(page.title)}" if page.title else ""
    numbers = f"{counts.buttons} buttons, {counts.inputs} inputs, {counts.links} links"
    more = f"{counts.headings} headings, {counts.images} images"
    lines = [f"{clean(page.url, 300)} was opened{title}: {numbers}, {more}"]
    lines += [f"console error: {quoted(text)}" for text in page.console_errors[:10]]
    lines += [f"failed request: {quoted(text)}" for text in page.failed_requests[:10]]
    return [*lines, clean(page.note, 300)] if page.note else lines


def _unseen(
    session: Session,
    analysis: Analysis,
    frames: Sequence[FrameRef],
    screenshots: Mapping[str, str],
    options: PromptOptions,
) -> list[str]:
    """What the reader must not take for granted."""
    words = []
    if session.origin == "manual":
        words.append("There is no recording: the session was made by hand.")
    if session.note:
        words.append(clean(session.note, 400))
    if len(frames) < len(session.frames):
        words.append(f"Only {len(frames)} of {len(session.frames)} kept states are shown here.")
    if frames and not any(page.success for page in analysis.inspection.snapshots):
        words.append(
            "The live page was not inspected, so there are no locators: roles and texts come from the pixels."
        )
    elif any(e.source == "vision" for f in analysis.frames for e in f.elements):
        words.append(
            'Elements marked "seen" alone were not in the page as it loads (dialogs, results, messages):'
            " their role is read from the pixels."
        )
    if options.include_screenshots and len(screenshots) < len(frames):
        words.append(f"{len(screenshots)} of {len(frames)} screenshots are embedded: those of the largest changes.")
    return words


def _raw(seen: Sequence[FrameElements], states: Sequence[State]) -> list[str]:
    """Unified differences of the trees of neighbouring states."""
    texts = [tree_lines(tree(frame.elements, FrameDiff())) for frame in seen]
    lines: list[str] = []
    for index in range(1, len(texts)):
        names = (states[index - 1].label, states[index].label)
        lines += difflib.unified_diff(texts[index - 1], texts[index], *names, n=1, lineterm="")
    return _cut(lines, _MAX_RAW)


def _weight(element: Element) -> tuple[bool, bool, float]:
    order = {"alert": 0, "dialog": 1, "alertdialog": 1, "status": 2, "heading": 3}
    return (element.role not in order, element.role not in _INTERACTIVE, element.box.y)


def _cut(lines: Sequence[str], limit: int) -> list[str]:
    if len(lines) <= limit:
        return list(lines)
    return [*lines[: limit - 1], f"… and {len(lines) - limit + 1} more"]
