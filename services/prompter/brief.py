"""Everything that a prompt can say, worked out once for all targets. Pure."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.prompter.changes import change_lines, tree_lines
from services.prompter.elements import Row, rows, search_texts
from services.prompter.words import clean, clean_block, clock, quoted, region
from shared.model.accounts import AgentTarget, PromptOptions
from shared.model.analysis import Analysis
from shared.model.diff import FrameDiff, diffs
from shared.model.evidence import FrameElements, PageSnapshot
from shared.model.session import FrameRef, Session
from shared.model.tree import tree

_MAX_CHANGES = 24  # lines of one state
_MAX_TREE = 120  # lines of one tree
_MAX_RAW = 400  # lines of the appended differences

_REASONS = {
    "initial": "first state",
    "settled": "came to rest",
    "scroll": "end of a scroll",
    "transient": "shown for a moment only",
}


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
        rows=tuple(rows([s.elements for s in seen], changes)),
        search=tuple(search_texts(changes)),
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
        time=clock(min(frame.settled_ms, frame.timestamp)),
        until=clock(following) if following is not None else "the end",
        why=_REASONS.get(frame.reason, frame.reason),
        where=region(frame.changed_boxes) if index else "",
        returns_to=labels.get(frame.returns_to or ""),
        changes=tuple(_cut(change_lines(change), _MAX_CHANGES)),
        tree=tuple(_cut(lines, _MAX_TREE)) if options.inline_aria_tree else (),
        screenshot=screenshots.get(frame.id),
    )


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


def _cut(lines: Sequence[str], limit: int) -> list[str]:
    if len(lines) <= limit:
        return list(lines)
    return [*lines[: limit - 1], f"… and {len(lines) - limit + 1} more"]
