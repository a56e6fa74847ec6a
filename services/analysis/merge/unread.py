"""What the page has and nobody read: whether the frame shows it all the same. Pure."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from services.analysis.merge.pages import PLAIN_TEXT, TICKED
from services.analysis.merge.placing import NAMED_AFTER, inside, is_named_after
from services.analysis.merge.similarity import SAME_TEXT, box_likeness, text_likeness
from services.analysis.merge.spots import Spot
from services.analysis.merge.views import NOTHING
from services.analysis.merge.wholes import WHOLE, begins, beside, numbers, renumbered
from shared.model.diff import legible
from shared.model.evidence import DIALOG_ROLES, FIELD_ROLES, INPUT_ROLES, Box, Element, PageNode
from shared.model.tree import contains

_ALIKE = 0.62  # from which it is there at all
_WORDS = 4  # letters from which what was read is words and not an icon
_WORDED = frozenset({"button", "heading", "link", "menuitem", "tab"})
_LIT = 0.15  # correlation of a button that is lit up under the pointer, which covers a part of it
_ICON = 2  # letters up to which what was read on a button is its icon
_LINES = frozenset({"text", "heading"})
_ACROSS = 0.6  # share of a box that a line covers which says it among other words
_OFF = 0.025  # of the screen: so far from where it belongs a label is that of something else
_FILLS = 0.4  # overlap from which words fill a box
_READ = PLAIN_TEXT | {"cell", "gridcell", "rowheader", "columnheader", "heading", "link", "listitem"}
_SHOWN = WHOLE | {"heading", "text", "table", "grid", "progressbar"}


class Witnesses:
    """The texts of the page, and which of them this frame shows.

    Another row may have the same box to tick at the same place: one named after a text needs that text to be there.
    """

    def __init__(self, spots: Sequence[Spot], taken: Mapping[int, Element]) -> None:
        texts = [(n, s.candidate.node.name) for n, s in enumerate(spots) if s.candidate.node.role in _READ]
        there = {legible(text) for n, text in texts if n in taken}
        self._missing = {t for _, t in texts if len(legible(t)) >= NAMED_AFTER and legible(t) not in there}
        moved = {text for n, text in texts if n in taken and _apart(taken[n].box, spots[n].box)}
        self._labels_gone = {legible(text) for text in self._missing | moved}

    def labelled(self, spot: Spot) -> bool:
        """False for a field whose label the page has as a text, and the frame has not, or not where it belongs."""
        return legible(spot.candidate.node.name) not in self._labels_gone

    def allow(self, spot: Spot) -> bool:
        name, role = spot.candidate.node.name, spot.candidate.node.role
        if role not in TICKED | {"button", "img"}:
            return True
        return not any(is_named_after(name, text) for text in self._missing)


def _apart(one: Box, other: Box | None) -> bool:
    return other is not None and max(abs(one.x - other.x), abs(one.y - other.y)) > _OFF


def is_shown(spot: Spot, elements: Sequence[Element], read: Sequence[Element], *, labelled: bool) -> bool:
    """Whether what nobody read is there all the same: it looks as in the page, and no dialog covers it.

    `read` are the elements as the eye read them, before the page gave them its names.
    """
    node, box, looks = spot.candidate.node, spot.box, spot.looks
    if box is None or node.role not in _SHOWN or inside(box) < 0.5 or (looks is NOTHING and not spot.opened):
        return False
    if spot.opened:
        return True
    if node.role in FIELD_ROLES and spot.placed and labelled and any(_stands_in(e, box) for e in elements):
        return True
    if node.role in _WORDED | PLAIN_TEXT and any(_says_otherwise(e, node, box) for e in read):
        return False
    if node.role == "button" and spot.placed and any(_is_icon_on(e, box) for e in elements):
        return looks.pattern >= _LIT
    wanted = _ALIKE if node.role in WHOLE else 0.8
    if looks.pattern < wanted and not (node.role in TICKED and _labelled(spot, elements)):
        return False
    if node.role in PLAIN_TEXT and any(_says(e, node.name) and contains(e.box, box, 0.5) for e in elements):
        return False
    return not any(e.role in DIALOG_ROLES and contains(e.box, box, 0.5) for e in elements)


def _says_otherwise(element: Element, node: PageNode, box: Box) -> bool:
    """Whether other words than its own fill its box, or run across it: words of one size look much alike."""
    words, name = legible(element.name), legible(node.name)
    if len(words) < _WORDS or element.role in INPUT_ROLES:
        return False
    if box_likeness(element.box, box) > _FILLS:
        if node.role in PLAIN_TEXT and renumbered(node.name, element.name) != node.name:
            return True
        return words not in name and text_likeness(element.name, node.name) < _ALIKE
    return element.role in _LINES and contains(element.box, box, _ACROSS) and not _has_words(words, name)


def _has_words(said: str, name: str) -> bool:
    """Whether a line says a name somewhere, give or take a letter but no digit."""
    if not set(numbers(name)) <= set(numbers(said)):
        return False
    blocks = SequenceMatcher(None, said, name, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) >= SAME_TEXT * len(name)


def _stands_in(element: Element, box: Box) -> bool:
    """A text that nothing else explains, in the box of a field that draws none: what was typed into it."""
    return element.source == "vision" and element.role in {"text", "heading"} and contains(box, element.box, 0.8)


def _is_icon_on(element: Element, box: Box) -> bool:
    """A sign such as + in the box of a button, that nothing else explains."""
    return element.source == "vision" and len(element.name) <= _ICON and contains(box, element.box, 0.8)


def _labelled(spot: Spot, elements: Sequence[Element]) -> bool:
    """Whether its label was read beside its place: in its other position a switch has other looks."""
    box, name = spot.box, legible(spot.candidate.node.name)
    return box is not None and any(begins(name, e.name) and beside(e.box, box) for e in elements)


def _says(element: Element, words: str) -> bool:
    """Whether it reads the words among others, as a line reads the link in it."""
    return legible(words) in legible(f"{element.name} {element.value or ''}")
