"""What changed between two frames, by the identity of their elements. Pure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from shared.model.evidence import Element, FrameElements

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")  # OCR does not tell them apart
_DOTS = frozenset("•●·∙*⚫")


@dataclass(frozen=True)
class ElementChange:
    """The same element before and after. `what` says in words what is different."""

    before: Element
    after: Element
    what: tuple[str, ...]


@dataclass(frozen=True)
class FrameDiff:
    added: tuple[Element, ...] = ()
    changed: tuple[ElementChange, ...] = ()
    removed: tuple[Element, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.added or self.changed or self.removed)


def diff(before: Sequence[Element], after: Sequence[Element]) -> FrameDiff:
    """Elements with the same `id` are the same thing. Being somewhere else on the screen is not a change."""
    old, new = {e.id: e for e in before}, {e.id: e for e in after}
    pairs = [(old[e.id], e) for e in after if e.id in old]
    changes = [ElementChange(b, a, what) for b, a in pairs if (what := differences(b, a))]
    return FrameDiff(
        added=tuple(e for e in after if e.id not in old),
        changed=tuple(changes),
        removed=tuple(e for e in before if e.id not in new),
    )


def diffs(frames: Sequence[FrameElements]) -> list[FrameDiff]:
    """Each frame against the one before it; the first against itself, so that nothing counts as added."""
    return [
        diff(frames[index - 1].elements, frame.elements) if index else FrameDiff()
        for index, frame in enumerate(frames)
    ]


def differences(before: Element, after: Element) -> tuple[str, ...]:
    """Text, value and state in words. Spacing and the like depend on the reading, so they are no change."""
    words = []
    if legible(before.name) != legible(after.name):
        words.append(f"text “{before.name}” → “{after.name}”")
    if told(before.value) != told(after.value):
        words.append(f"value “{before.value or ''}” → “{after.value or ''}”")
    known = before.state, after.state
    words += [f"now {state}" for state in after.state if state not in before.state and _tells(state, *known)]
    words += [f"no longer {state}" for state in before.state if state not in after.state and _tells(state, *known)]
    return tuple(words)


def _tells(state: str, before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether a state that came or went is a change: that something is collapsed is known of some frames only."""
    return state != "collapsed" or "expanded" in before or "expanded" in after


def told(value: str | None) -> str:
    """What of a value tells it from another: of a hidden one, how much there is of it."""
    text = value or ""
    return legible(text) or "•" * sum(ch in _DOTS for ch in text)


@lru_cache(maxsize=65536)
def legible(text: str) -> str:
    """What is left of a text when two readings of the same pixels must compare equal."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_DASHES)
    return "".join(ch for ch in plain if ch.isalnum() or ch in "+-%€$£.,:/@#")
