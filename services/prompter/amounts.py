"""Amounts on the screen and the words that say what they are; what ticks by itself. Pure."""

import re
from collections import Counter
from collections.abc import Sequence

from services.prompter.words import clean, quoted
from shared.model.diff import FrameDiff
from shared.model.evidence import INTERACTIVE_ROLES, Element
from shared.model.tree import area

_AMOUNT = re.compile(r"[€$£¥]|\d[\d.,:\s]*\d|\d")
_CLOCK = re.compile(r"\D{0,24}\d{1,2}:\d{2}(:\d{2})?\D{0,12}|\D{0,24}\d+\s?(s|sec|min|seconds?|minutes?)\b.{0,12}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_FAR = 0.45  # of the screen: how far left of an amount its label may begin
_MOST = 10
_OFTEN = 0.5  # share of the states in which a clock changes


def is_amount(element: Element) -> bool:
    """A text of digits and signs, with next to no letters."""
    text = element.name
    if _DATE.search(text) or _CLOCK.fullmatch(text):
        return False
    return bool(_AMOUNT.search(text)) and any(ch.isdigit() for ch in text) and sum(ch.isalpha() for ch in text) <= 3


def label_of(amount: Element, elements: Sequence[Element]) -> str | None:
    """The nearest words on its left in the same row."""
    middle = amount.box.y + amount.box.height / 2
    row = [
        e
        for e in elements
        if e.box.x < amount.box.x
        and amount.box.x - e.box.x <= _FAR
        and abs(e.box.y + e.box.height / 2 - middle) <= 0.6 * max(amount.box.height, 0.012)
        and sum(ch.isalpha() for ch in e.name) >= 3
        and e.role not in INTERACTIVE_ROLES
        and area(e.box) < 0.05
    ]
    nearest = max(row, key=lambda e: e.box.x + e.box.width, default=None)
    return clean(nearest.name, 60) if nearest is not None else None


def amounts(elements: Sequence[Element]) -> list[str]:
    """`Total € 107.30`, from top to bottom; those without words beside them say nothing."""
    found = [(label, e) for e in elements if is_amount(e) and (label := label_of(e, elements)) is not None]
    return [f"{quoted(label)} {clean(e.name, 40)}" for label, e in found][-_MOST:]


def without_ticking(changes: Sequence[FrameDiff]) -> list[FrameDiff]:
    """The differences without clocks, which change in most of the states and say nothing about what was done."""
    counts = Counter(c.after.id for change in changes for c in change.changed if _CLOCK.fullmatch(c.after.name))
    ticking = {name for name, count in counts.items() if count >= 3 and count >= _OFTEN * (len(changes) - 1)}
    return [
        FrameDiff(change.added, tuple(c for c in change.changed if c.after.id not in ticking), change.removed)
        for change in changes
    ]
