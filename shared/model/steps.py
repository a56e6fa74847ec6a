"""What a person seems to have done between two states, from what changed. Pure; nothing is invented.

Each step names its evidence. Where the change does not tell what was done, the step says that.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.model.diff import ElementChange, FrameDiff, legible, told
from shared.model.evidence import Element

_FIELDS = frozenset({"textbox", "searchbox", "spinbutton"})
_TICKED = frozenset({"checkbox", "switch", "menuitemcheckbox"})
_CHOSEN = frozenset({"radio", "menuitemradio", "option"})
_PRESSABLE = frozenset({"button", "link", "menuitem", "tab"})
_CAME_UP = ("dialog", "alertdialog", "menu", "alert", "status", "tooltip")
_LONG = 60  # letters: what says more is read, not pressed
_MASKED = frozenset("•●·*")
_AROUND = frozenset({"dialog", "alertdialog", "table", "group", "img"})  # what others lie on
_PASSING = frozenset({"status", "tooltip", "alert"})


@dataclass(frozen=True)
class Step:
    """`what` in words with the names of the page in quotes; `confidence` 0..1; `evidence` in words."""

    what: str
    confidence: float
    evidence: str
    element: Element | None = None  # what it was done to


def steps(
    before: Sequence[Element],
    change: FrameDiff,
    reason: str,
    pointer: tuple[float, float] | None = None,
    *,
    rested: bool = False,
) -> list[Step]:
    """What was done between a state and the one before it.

    `reason`: why its frame was kept. `pointer`: where the mouse points to in it, which is mostly where it pressed;
    `rested`: it was there in the state before already.
    """
    if reason == "scroll":
        return [Step("scroll", 0.95, "the page came to rest at another place")]
    found = [step for each in change.changed if (step := _changed(each, change)) is not None]
    under, on_what = _under(pointer, before)
    if found:
        return [*found, *_pressed_too(found, change, None if rested else under)]
    if not change.added and not change.changed and all(e.role in _PASSING for e in change.removed):
        return [Step("wait", 0.8, "a message went away")] if change.removed else []
    came = next((e for role in _CAME_UP for e in change.added if e.role == role and e.name), None)
    if came is None and change.empty:
        return []
    led_to = f"the {came.role} {_quoted(came.name)} came up" if came else _sum(change)
    if rested and under is not None:
        again = f"wait, or press {on_what} again" if under.role in _PRESSABLE else "wait"
        return [Step(again, 0.6, f"the mouse did not move, and {led_to}")]
    if under is not None:
        sure = 0.7 if under.role in _PRESSABLE else 0.55
        return [Step(f"press {on_what}", sure, f"the mouse rests on it; then {led_to}", under)]
    gone = next((e for e in change.removed if e.role in {"dialog", "alertdialog", "menu"}), None)
    if gone is not None:
        return [Step(f"close the {gone.role} {_quoted(gone.name)}", 0.8, "it is gone")]
    if came is not None:
        return [Step("something that the pixels do not show", 0.4, led_to)]
    return [Step("something that the pixels do not show (a click, a key, or the page by itself)", 0.3, led_to)]


def _pressed_too(found: Sequence[Step], change: FrameDiff, under: Element | None) -> list[Step]:
    """What the mouse moved to and rests on was pressed as well, when it changed or went away."""
    touched = {e.id for e in change.removed} | {c.after.id for c in change.changed if c.after.role in _PRESSABLE}
    if under is None or under.role not in _PRESSABLE or under.id not in touched:
        return []
    if any(step.element == under for step in found):
        return []
    return [Step(f"press {_quoted(under.name)}", 0.6, "the mouse rests on it, and it changed", under)]


def _under(
    pointer: tuple[float, float] | None, elements: Sequence[Element]
) -> tuple[Element, str] | tuple[None, str]:
    """What the mouse is on and what to call it: the smallest thing to press, else a text, else a row of a table."""
    if pointer is None:
        return None, ""
    x, y = pointer
    named = [e for e in elements if e.role not in _AROUND and 0 < len(e.name) <= _LONG]
    there = [e for e in named if _holds(e, x, y)] or [e for e in named if _holds(_padded(e), x, y)]
    found = min(there, key=lambda e: (e.role not in _PRESSABLE, e.box.width * e.box.height), default=None)
    if found is not None:
        return found, _quoted(found.name)
    cells = [e for e in elements if e.role == "cell" and e.name]
    row = sorted((e for e in cells if _beside(e, y)), key=lambda e: e.box.x)
    inside = len(row) > 1 and row[0].box.x <= x <= row[-1].box.x + row[-1].box.width
    return (row[0], f"the row of {_quoted(row[0].name)}, {_quoted(row[1].name)}") if inside else (None, "")


def _padded(element: Element) -> Element:
    """With the room round a text that answers to the mouse too: half a line."""
    box, rim = element.box, element.box.height / 2
    wider = box.model_copy(
        update={"x": box.x - rim, "y": box.y - rim, "width": box.width + 2 * rim, "height": box.height + 2 * rim}
    )
    return element if element.role in _PRESSABLE else element.model_copy(update={"box": wider})


def _beside(element: Element, y: float) -> bool:
    """Whether a height on the screen lies within an element's row, of which a table leaves some room free."""
    box = element.box
    return abs(box.y + box.height / 2 - y) <= box.height


def _holds(element: Element, x: float, y: float) -> bool:
    box = element.box
    return box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height


def _changed(change: ElementChange, whole: FrameDiff) -> Step | None:
    before, after = change.before, change.after
    name, new = _quoted(after.name), set(after.state) - set(before.state)
    old = set(before.state) - set(after.state)
    if after.role in _FIELDS and told(before.value) != told(after.value):
        return _typed(name, before, after, whole)
    if after.role == "combobox" and after.value and legible(before.value or "") != legible(after.value):
        return Step(f"choose {_quoted(after.value)} in {name}", 0.85, "its value changed", after)
    if after.role in _TICKED and "checked" in new | old:
        on, off = ("switch on", "switch off") if after.role == "switch" else ("tick", "untick")
        return Step(f"{on if 'checked' in new else off} {name}", 0.9, "its mark changed", after)
    if after.role in _CHOSEN and "checked" in new:
        return Step(f"choose {name}", 0.9, "its mark changed", after)
    if after.role == "tab" and "selected" in new:
        return Step(f"open the tab {name}", 0.85, "it is selected now", after)
    if new & {"expanded"}:
        return Step(f"open {name}", 0.8, "it is expanded now", after)
    if new & {"collapsed"} and old & {"expanded"}:
        return Step(f"close {name}", 0.8, "it is collapsed now", after)
    if after.role in _PRESSABLE and new & {"pressed", "focused"}:
        return Step(f"press {name}", 0.7, f"it is {', '.join(sorted(new & {'pressed', 'focused'}))} now", after)
    return None


def _typed(name: str, before: Element, field: Element, whole: FrameDiff) -> Step:
    if not field.value:
        if whole.added or len(whole.changed) > 1:
            words = f"send {_quoted(before.value or '')} from {name} (Enter, or a button)"
            return Step(words, 0.6, f"it is empty now; {_sum(whole)}", field)
        return Step(f"clear {name}", 0.85, "it is empty now", field)
    if set(field.value) <= _MASKED or field.value.startswith("[masked"):
        return Step(f"type into {name} (what was typed is hidden)", 0.85, "its content changed", field)
    return Step(f"type {_quoted(field.value)} into {name}", 0.9, "its content changed", field)


def _sum(change: FrameDiff) -> str:
    counts = {"added": change.added, "changed": change.changed, "removed": change.removed}
    told = [f"{len(each)} {name}" for name, each in counts.items() if each]
    return f"elements: {', '.join(told)}"


def _quoted(text: str) -> str:
    return f"“{text}”" if text else "(without a name)"
