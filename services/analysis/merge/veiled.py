"""What a dialog dims or cuts off is still what it was, however it reads now. Pure."""

from collections.abc import Sequence

from services.analysis.merge.similarity import box_likeness, text_likeness
from shared.model.diff import legible
from shared.model.evidence import DIALOG_ROLES, INPUT_ROLES, Box, Element
from shared.model.tree import contains

_INSIDE = 0.6  # share of a remainder's box that lies in the box of what it was
_BESIDE = 0.02  # of the screen, between an input and its label
_SAME = 0.85
_OVER = 0.3  # overlap from which something new stands in the place of what was there


def as_before(elements: Sequence[Element], before: Sequence[Element]) -> tuple[Element, ...]:
    """The elements of a frame; those behind its dialog as the frame before shows them, if it does.

    A dimmed button looks disabled, and of "Shipping" a dialog leaves "pping". What is new behind it stays, and what
    was known by its looks alone is there as long as the dialog does not cover it.
    """
    dialog = next((e for e in elements if e.role in DIALOG_ROLES), None)
    if dialog is None:
        return tuple(elements)
    known = [b for b in before if b.role not in DIALOG_ROLES]
    kept: dict[str, Element] = {}
    for element in elements:
        was = None if _centre_in(element.box, dialog.box) else _was(element, known)
        kept.setdefault(was.id if was else f"new {len(kept)}", was or element)
    behind = [b for b in known if b.source == "both" and b.id not in kept and not _centre_in(b.box, dialog.box)]
    unread = [b for b in behind if not any(box_likeness(b.box, e.box) > _OVER for e in kept.values())]
    return (*kept.values(), *unread)


def _was(element: Element, known: Sequence[Element]) -> Element | None:
    fitting = [other for other in known if _may_be_rest_of(element, other)]
    return max(fitting, key=lambda other: box_likeness(element.box, other.box), default=None)


def _may_be_rest_of(element: Element, other: Element) -> bool:
    """Whether it lies where the other was, or its label was, and reads the same or is a part of it."""
    text = legible(element.name)
    if (
        other.role in INPUT_ROLES
        and text
        and text in legible(other.name)
        and _gap(element.box, other.box) <= _BESIDE
    ):
        return True
    if not (contains(other.box, element.box, _INSIDE) or _centre_in(element.box, other.box)):
        return False
    if not text:
        return element.role == other.role
    said = [words for words in (other.name, other.value) if words]
    return any(text in legible(words) or _reads_same(element.name, words) for words in said)


def _gap(one: Box, other: Box) -> float:
    """The wider of the gaps between two boxes, across and down; 0 where they overlap."""
    across = max(one.x, other.x) - min(one.x + one.width, other.x + other.width)
    down = max(one.y, other.y) - min(one.y + one.height, other.y + other.height)
    return max(across, down, 0.0)


def _reads_same(one: str, other: str) -> bool:
    """Dimmed letters are misread now and then; another number is another text."""
    digits = ("".join(filter(str.isdigit, words)) for words in (one, other))
    return len(set(digits)) == 1 and text_likeness(one, other) >= _SAME


def _centre_in(box: Box, other: Box) -> bool:
    x, y = box.x + box.width / 2, box.y + box.height / 2
    return other.x <= x <= other.x + other.width and other.y <= y <= other.y + other.height
