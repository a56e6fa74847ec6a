"""Things that the page knows as one, and what the eye read within or beside them. Pure.

The words on a button are the button's name, what stands in a field is its value, the words beside a box to tick are
its label. None of them is a thing of its own, but each can say what is another than in the page as it loads.
"""

import re
from collections.abc import Sequence

from services.analysis.merge.pages import ACTED_ON
from services.analysis.merge.similarity import box_likeness
from shared.model.diff import legible
from shared.model.evidence import FIELD_ROLES, INPUT_ROLES, Box, Element
from shared.model.tree import area, contains

WHOLE = ACTED_ON | {"img"}
_CONTAINERS = frozenset({"dialog", "alertdialog", "table", "grid", "menu", "list"})
_INSIDE = 0.7  # share of a part that lies in its whole
_BESIDE = 0.03  # of the screen, between a label and what it belongs to
_TWICE = 0.5  # overlap of a misread text with the page's own
_LABEL = 4  # letters from which the beginning of a label tells it
_ALL = 0.75  # share of a text that things one can act on say
_WRITTEN = frozenset({"text", "heading", "link", "status", "alert"})
_ARROW = re.compile(r"\s+[vV∨⌄▾▼]$")  # of a list to choose from, as OCR reads it
_NUMBER = re.compile(r"\d[\d.,:]*")


def wholes(elements: Sequence[Element], hints: frozenset[str]) -> list[Element]:
    """The elements without parts and labels, in reading order. `hints`: what empty fields of the page show."""
    known = [e for e in elements if e.source == "both" and e.role in WHOLE]
    parts: dict[int, list[Element]] = {}
    rest = []
    for element in elements:
        index = _whole_of(element, known)
        if index is not None:
            parts.setdefault(index, []).append(element)
        elif not _is_label(element, known) and not _is_told(element, elements):
            rest.append(element)
    found = [_with_parts(e, parts.get(known.index(e), []), hints) if e in known else e for e in rest]
    return sorted(found, key=lambda e: (round(e.box.y, 2), e.box.x))


def _whole_of(element: Element, known: Sequence[Element]) -> int | None:
    """The smallest one that it lies in; what the page knows as well is no part."""
    if element.source == "both" or element.role in _CONTAINERS:
        return None
    around = [i for i, whole in enumerate(known) if contains(whole.box, element.box, _INSIDE)]
    return min(around, key=lambda i: area(known[i].box), default=None)


def _with_parts(whole: Element, parts: Sequence[Element], hints: frozenset[str]) -> Element:
    if whole.role in FIELD_ROLES:
        return _filled(whole, parts, hints)
    said = _said(parts)
    if not said:
        return whole
    name = renumbered(whole.name, said)
    # Found by another number than the page shows it is not found.
    return whole if name == whole.name else whole.model_copy(update={"name": name, "locator": None})


def _filled(field: Element, parts: Sequence[Element], hints: frozenset[str]) -> Element:
    """The field with the value that was read in it; what else stands there, such as a menu, hangs before it."""
    if field.value is not None:
        return field
    inside = [e for e in parts if e.role in _WRITTEN or box_likeness(e.box, field.box) > _TWICE]
    said = _ARROW.sub("", _said(inside)) if field.role == "combobox" else _said(inside)
    if legible(said) in {"", legible(field.name), *map(legible, hints)}:
        return field
    return field.model_copy(update={"value": said})


def _said(parts: Sequence[Element]) -> str:
    return " ".join(e.value or e.name for e in sorted(parts, key=lambda e: (round(e.box.y, 2), e.box.x))).strip()


def numbers(text: str) -> list[str]:
    return _NUMBER.findall(text)


def renumbered(name: str, said: str) -> str:
    """The page's name with the numbers that the frame shows: "Cart 4" where the page as it loads has "Cart 3"."""
    old, new = numbers(name), numbers(said)
    if len(old) != len(new) or old == new:
        return name
    fresh = iter(new)
    return _NUMBER.sub(lambda _: next(fresh), name)


def _is_label(element: Element, known: Sequence[Element]) -> bool:
    if element.role not in {"text", "heading", "link"} or element in known or not element.name:
        return False
    return any(
        e.role in INPUT_ROLES and begins(legible(e.name), element.name) and beside(e.box, element.box)
        for e in known
    )


def _is_told(element: Element, elements: Sequence[Element]) -> bool:
    """A misread text where the page's own stands, a line of a text that is there, or several things read as one."""
    if element.source == "both" or element.role not in {"text", "heading", "link"}:
        return False
    there = [o for o in elements if o.source == "both" and _meet(o.box, element.box)]
    words = legible(element.name)
    if any(box_likeness(o.box, element.box) > _TWICE or (words and words in legible(o.name)) for o in there):
        return True
    parts = sum(len(legible(o.name)) for o in there if o.role in WHOLE and legible(o.name) in words)
    return len(words) > 0 and parts >= _ALL * len(words)


def _meet(one: Box, other: Box) -> bool:
    """Whether the middle of one of them lies in the other."""
    return contains(one, other, _INSIDE) or contains(other, one, _INSIDE)


def begins(name: str, words: str) -> bool:
    """Whether a legible name is these words, or begins with them: a label may go on with a price."""
    said = legible(words)
    return name == said if len(said) < _LABEL else name.startswith(said)


def beside(one: Box, other: Box) -> bool:
    across = max(one.x, other.x) - min(one.x + one.width, other.x + other.width)
    down = max(one.y, other.y) - min(one.y + one.height, other.y + other.height)
    return max(across, down) <= _BESIDE
