"""Everything that a prompt can say, worked out once for all targets. Pure."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.prompter.amounts import amounts, is_amount, without_ticking
from services.prompter.changes import change_lines, tree_lines
from services.prompter.elements import Row, rows, search_texts
from services.prompter.limits import Limits
from services.prompter.order import reordered
from services.prompter.pages import cut_note, facts, unseen
from services.prompter.still import where_it_changed
from services.prompter.suspicion import marked, suspicious
from services.prompter.wish import wanted
from services.prompter.words import clean, clean_block, clock, region
from shared.model.accounts import AgentTarget, PromptOptions
from shared.model.analysis import Analysis
from shared.model.diff import FrameDiff, diffs
from shared.model.evidence import Element, FrameElements
from shared.model.secrets import masked
from shared.model.session import FrameRef, Session
from shared.model.steps import Step, steps
from shared.model.tree import tree

_SURE = 0.75  # confidence from which a step is told without "probably"
_BLANK = 3  # elements of a page that has not loaded yet, at the most
_TOLD = 0.5  # below it nobody knows

_REASONS = {
    "initial": "first state",
    "settled": "came to rest",
    "scroll": "end of a scroll",
    "transient": "shown for a moment only",
}
_SPEAKS = ("alert", "dialog", "alertdialog", "status")


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
    """`wanted` are the sentences of the notes that say how it ought to be, `ends` what the last state shows."""

    title: str
    notes: str
    wanted: tuple[str, ...]
    url: str
    target: AgentTarget
    session_id: str
    recorded_at: str
    duration: str
    states: tuple[State, ...]
    reproduce: tuple[str, ...]
    ends: tuple[str, ...]
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
    limits: Limits = Limits(),  # noqa: B008  frozen
    cut: bool = False,
) -> Brief:
    """`frames` are the states to speak of, in time order; `screenshots` maps frame ids to data URIs.

    `cut`: more was left out than usual, to stay within a length; the prompt says so.
    """
    seen = [analysis.elements_of(frame.id) for frame in frames]
    changes = where_it_changed(without_ticking(diffs(seen)), frames, [frame.frame_id for frame in analysis.frames])
    notes = clean_block(masked(session.notes or ""))
    telling = _Telling(frames, seen, changes, screenshots, options, limits)
    states = tuple(telling.state(index) for index in range(len(frames)))
    table = rows([s.elements for s in seen], changes, telling.acted_on())
    missing = unseen(session, analysis, frames, screenshots, options)
    return Brief(
        title=clean(masked(session.title), 500),
        notes=notes,
        wanted=wanted(notes),
        url=clean(masked(session.seed_url or ""), 500),
        target=target,
        session_id=session.id,
        recorded_at=session.created_at.strftime("%Y-%m-%d %H:%M UTC"),
        duration=_length(session),
        states=states,
        reproduce=tuple(telling.reproduce()),
        ends=_ends(seen),
        rows=tuple(table[: limits.rows]),
        search=tuple(text for text in search_texts(changes, telling.acted_on()) if not suspicious(text)),
        pages=tuple(line for page in analysis.inspection.snapshots for line in facts(page, limits)),
        unseen=tuple([*missing, cut_note()] if cut else missing),
        raw=tuple(_raw(seen, states, limits.raw)) if options.include_raw_diff else (),
        options=options,
    )


def _length(session: Session) -> str:
    """As `mm:ss.mmm`; from when to when where times do not count from the first state."""
    start, lasts = session.recording.part.start_ms if session.recording else 0, session.duration_ms or 0
    return f"{clock(start)} to {clock(start + lasts)}" if start else clock(lasts)


@dataclass(frozen=True)
class _Telling:
    """The states of one recording, and how much of them is told."""

    frames: Sequence[FrameRef]
    seen: Sequence[FrameElements]
    changes: Sequence[FrameDiff]
    screenshots: Mapping[str, str]
    options: PromptOptions
    limits: Limits

    def state(self, index: int) -> State:
        frame = self.frames[index]
        following = self.frames[index + 1].changed_at_ms if index + 1 < len(self.frames) else None
        return State(
            label=f"S{index + 1}",
            frame_id=frame.id,
            time=clock(min(frame.settled_ms, frame.timestamp)),
            until=clock(following) if following is not None else "the end",
            why=_REASONS.get(frame.reason, frame.reason),
            where=region(frame.changed_boxes) if index else "",
            returns_to=self._label(frame.returns_to),
            changes=tuple(_cut(self._changes(index), self.limits.changes)),
            tree=self._tree(index),
            screenshot=self.screenshots.get(frame.id),
        )

    def acted_on(self) -> set[str]:
        """Ids of what something was done to."""
        every = [step for index in range(1, len(self.frames)) for step in self._steps(index)]
        return {step.element.id for step in every if step.element is not None}

    def reproduce(self) -> list[str]:
        """What was done, state by state; where nobody can tell, that is said once for all states in a row."""
        lines: list[str] = []
        dark: list[str] = []
        for index in range(1, len(self.frames)):
            if index == 1 and len(self.seen[0].elements) < _BLANK < len(self.seen[1].elements):
                lines.append("The page loads -> S2")
                continue
            known = [step for step in self._steps(index) if step.confidence >= _TOLD]
            if known:
                lines += [*_unknown(dark), *(f"{_told(step)} -> S{index + 1}" for step in known)]
                dark = []
            elif not self.changes[index].empty:
                dark.append(f"S{index + 1}")
        return [marked(line) for line in [*lines, *_unknown(dark)]]

    def _known(self, index: int) -> set[str]:
        """Ids of what was there in any state before."""
        return {e.id for frame in self.seen[:index] for e in frame.elements}

    def _changes(self, index: int) -> list[str]:
        """Differences, and what the amounts on the screen are now where one of them or a message changed."""
        change, elements = self.changes[index], self.seen[index].elements
        lines = change_lines(change, self._known(index), elements)
        lines += reordered(self.seen[index - 1].elements, elements) if index else []
        touched = [*change.added, *(c.after for c in change.changed)]
        if any(is_amount(e) or e.role in _SPEAKS for e in touched):
            shown = amounts(elements)
            lines += [f"amounts now: {'; '.join(shown)}"] if len(shown) > 1 else []
        return [marked(line) for line in lines]

    def _label(self, frame_id: str | None) -> str | None:
        return next((f"S{n}" for n, frame in enumerate(self.frames, 1) if frame.id == frame_id), None)

    def _steps(self, index: int) -> list[Step]:
        frame, before = self.frames[index], self.frames[index - 1]
        rested = index > 1 and frame.pointer is not None and frame.pointer == before.pointer
        seen = self.seen[index - 1].elements
        found = steps(seen, self.changes[index], frame.reason, frame.pointer, rested=rested)
        return found[:4]

    def _tree(self, index: int) -> tuple[str, ...]:
        """Of the first state with anything on it: what changed later stands with the states."""
        first = next((n for n, frame in enumerate(self.seen) if frame.elements), 0)
        if index != first or not self.options.inline_aria_tree or not self.limits.tree:
            return ()
        nodes = tree(self.seen[index].elements, FrameDiff())
        return tuple(_cut([marked(line) for line in tree_lines(nodes)], self.limits.tree))


def _told(step: Step) -> str:
    """`probably` stands where the pixels allow another reading, with what speaks for this one."""
    what = clean(step.what, 300)
    found = step.element.locator if step.element else None
    where = f" [{clean(found, 200)}]" if found else ""
    if step.confidence >= _SURE:
        return f"{what[:1].upper()}{what[1:]}{where}"
    return f"Probably {what}{where} ({clean(step.evidence, 200)})"


def _unknown(labels: Sequence[str]) -> list[str]:
    """States to which nobody saw what led."""
    if not labels:
        return []
    span = labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"
    return [f"({span}: what was done does not show, or the page changed by itself)"]


def _ends(seen: Sequence[FrameElements]) -> tuple[str, ...]:
    """What speaks to the user in the last state: messages, dialogs, fields that are marked wrong."""
    last: Sequence[Element] = seen[-1].elements if seen else ()
    telling = [e for e in last if e.role in _SPEAKS or "invalid" in e.state]
    return tuple(marked(line) for line in change_lines(FrameDiff(added=tuple(telling)))[:6])


def _raw(seen: Sequence[FrameElements], states: Sequence[State], limit: int) -> list[str]:
    """Unified differences of the trees of neighbouring states."""
    texts = [tree_lines(tree(frame.elements, FrameDiff())) for frame in seen]
    lines: list[str] = []
    for index in range(1, len(texts)):
        names = (states[index - 1].label, states[index].label)
        lines += difflib.unified_diff(texts[index - 1], texts[index], *names, n=1, lineterm="")
    return _cut(lines, limit)


def _cut(lines: Sequence[str], limit: int) -> list[str]:
    if len(lines) <= limit:
        return list(lines)
    kept = max(0, limit - 1)
    return [*lines[:kept], f"… and {len(lines) - kept} more"]
