"""Elements that the frames show, matched to nodes of the live page. Pure.

Text finds most of them. What has no text to read (an icon, a picture, a box to tick) is found by its looks: the
page's own picture at the node's place, compared with the frame there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property

from services.analysis.merge.hanging import hangs, menus
from services.analysis.merge.identity import best_pairs
from services.analysis.merge.pages import ACTED_ON, PLAIN_TEXT, Candidate
from services.analysis.merge.placing import NAMED_AFTER, clipped, inside, is_named_after, lowered, offsets, rows
from services.analysis.merge.similarity import box_likeness, nearness, role_likeness, text_likeness
from services.analysis.merge.views import NOTHING, Grey, Likeness, PageView, View, is_turned, likeness, turned
from services.analysis.merge.wholes import WHOLE, begins, beside, numbers, renumbered, wholes
from shared.model.diff import legible
from shared.model.evidence import DIALOG_ROLES, FIELD_ROLES, INPUT_ROLES, Box, Element, PageNode
from shared.model.tree import area, contains

_ENOUGH = 0.6
_SAME_TEXT = 0.8
_SAME_LOOKS = 0.9  # correlation from which a thing is in the state that the page was read in
_ALIKE = 0.62  # from which it is there at all
_THERE = 0.3  # from which something that was read there is at the node's place
_WORDS = 4  # letters from which what was read is words and not an icon
_WORDED = frozenset({"button", "heading", "link", "menuitem", "tab"})
_LINES = frozenset({"text", "heading"})
_ACROSS = 0.6  # share of a box that a line covers which says it among other words
_OFF = 0.025  # of the screen: so far from where it belongs a label is that of something else
_SHORT = 2  # letters and digits up to which the same text elsewhere is another one
_FILLS = 0.4  # overlap from which words fill a box
_TICKED = frozenset({"checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio"})
_QUIET = 6.0  # of 255: mean difference of what shows the same
_SAME_POSITION = 0.8  # correlation below which a control shows its other state
_READ = PLAIN_TEXT | {"cell", "gridcell", "rowheader", "columnheader", "heading", "link", "listitem"}
_SHOWN = WHOLE | {"heading", "text", "table", "grid", "progressbar"}
_CONTAINERS = frozenset({"table", "grid", "img", "dialog"})
_ASIDE = 0.01  # of the screen
_LARGEST = 0.5  # of the frame: larger things are grounds, whose looks say nothing


@dataclass(frozen=True)
class Sheet:
    """One page as a frame could show it."""

    candidates: Sequence[Candidate]
    view: PageView | None = None


@dataclass(frozen=True)
class _Spot:
    """A node at the place where this frame shows it, or would."""

    candidate: Candidate
    box: Box | None
    looks: Likeness = NOTHING
    placed: bool = False  # texts around it tell where it is
    opened: bool = False  # a menu hangs from it
    selected: bool | None = None  # of a tab, where the page has another one selected than the frame


def agreed(elements: Sequence[Element], sheet: Sheet, view: View | None = None) -> tuple[Element, ...]:
    """Matched elements take the page's role, name and locator; the others stay as seen.

    What only its looks give away is added, and what was read within it becomes a part of it.
    """
    spots = _Spots(elements, sheet, view).found
    pairs = best_pairs(elements, spots, likeness_of, _ENOUGH)
    spots = _opened(spots, menus([e for i, e in enumerate(elements) if i not in pairs]))
    spots = _reselected(spots)
    matched = [_named(e, spots[pairs[i]]) if i in pairs else e for i, e in enumerate(elements)]
    taken = set(pairs.values())
    witnesses = _Witnesses(spots, {pairs[i]: elements[i] for i in pairs})
    free = [s for n, s in enumerate(spots) if n not in taken and witnesses.allow(s)]
    shown = [s for s in free if _is_shown(s, matched, elements, labelled=witnesses.labelled(s))]
    added = [_by_looks(spot) for spot in shown]
    everything = [*(_as_page_text(e, spots) for e in matched), *added]
    hints = {spot.candidate.node.hint for spot in spots} - {None}
    found = wholes(everything, frozenset(str(hint) for hint in hints))
    return tuple(_with_sure_locator(e, found, spots) for e in found)


def _with_sure_locator(element: Element, elements: Sequence[Element], spots: Sequence[_Spot]) -> Element:
    """Which of several alike it is counts only while all of them are where the page has them."""
    call = element.locator
    if call is None or ".nth(" not in call:
        return element
    alike = [s for s in spots if (s.candidate.node.role, s.candidate.node.name) == (element.role, element.name)]
    expected = sum(spot.box is not None and inside(spot.box) >= 0.5 for spot in alike)
    seen = sum((e.role, e.name) == (element.role, element.name) for e in elements)
    return element if seen == expected == len(alike) else element.model_copy(update={"locator": None})


def _opened(spots: Sequence[_Spot], open_menus: Sequence[Box]) -> list[_Spot]:
    """The spots, those of which a menu hangs that the page has closed marked so: the nearest one each."""
    hanging = set()
    for menu in open_menus:
        near = [
            (gap, n)
            for n, spot in enumerate(spots)
            if _opens(spot.candidate.node) and (gap := hangs(menu, spot.box)) is not None
        ]
        hanging |= {min(near)[1]} if near else set()
    return [replace(spot, opened=True) if n in hanging else spot for n, spot in enumerate(spots)]


def _reselected(spots: Sequence[_Spot]) -> list[_Spot]:
    """The spots, with the selection where it went: two tabs of a row have other looks than in the page."""
    tabs = [n for n, spot in enumerate(spots) if spot.candidate.node.role == "tab" and spot.looks is not NOTHING]
    found = list(spots)
    for was in (n for n in tabs if "selected" in spots[n].candidate.node.state):
        others = [n for n in tabs if n != was and _in_line(spots[n].box, spots[was].box)]
        now = [n for n in others if _differs(spots[n].looks)]
        if _differs(spots[was].looks) and len(now) == 1 and len(others) > 1:
            found[was], found[now[0]] = (
                replace(spots[was], selected=False),
                replace(spots[now[0]], selected=True),
            )
    return found


def _in_line(one: Box | None, other: Box | None) -> bool:
    """Side by side or one below the other, as the tabs of one list are."""
    if one is None or other is None:
        return False
    return abs(one.y - other.y) <= _ASIDE or abs(one.x - other.x) <= _ASIDE


def _differs(looks: Likeness) -> bool:
    return _THERE <= looks.pattern < _SAME_LOOKS


def _opens(node: PageNode) -> bool:
    return "collapsed" in node.state and node.role not in FIELD_ROLES


class _Witnesses:
    """The texts of the page, and which of them this frame shows.

    Another row may have the same box to tick at the same place: one named after a text needs that text to be there.
    """

    def __init__(self, spots: Sequence[_Spot], taken: Mapping[int, Element]) -> None:
        texts = [(n, s.candidate.node.name) for n, s in enumerate(spots) if s.candidate.node.role in _READ]
        there = {legible(text) for n, text in texts if n in taken}
        self._missing = {t for _, t in texts if len(legible(t)) >= NAMED_AFTER and legible(t) not in there}
        moved = {text for n, text in texts if n in taken and _apart(taken[n].box, spots[n].box)}
        self._labels_gone = {legible(text) for text in self._missing | moved}

    def labelled(self, spot: _Spot) -> bool:
        """False for a field whose label the page has as a text, and the frame has not, or not where it belongs."""
        return legible(spot.candidate.node.name) not in self._labels_gone

    def allow(self, spot: _Spot) -> bool:
        name, role = spot.candidate.node.name, spot.candidate.node.role
        if role not in _TICKED | {"button", "img"}:
            return True
        return not any(is_named_after(name, text) for text in self._missing)


def _apart(one: Box, other: Box | None) -> bool:
    return other is not None and max(abs(one.x - other.x), abs(one.y - other.y)) > _OFF


@dataclass(frozen=True)
class _Spots:
    elements: Sequence[Element]
    sheet: Sheet
    view: View | None

    @property
    def found(self) -> list[_Spot]:
        ways = offsets(self.elements, self.sheet.candidates)
        own = rows(self.elements, self.sheet.candidates)
        return [
            _Spot(c, None) if n in own and own[n] is None else self._spot(c, ways, own.get(n))
            for n, c in enumerate(self.sheet.candidates)
        ]

    @cached_property
    def _page(self) -> Grey | None:
        if self.view is None or self.sheet.view is None:
            return None
        page = self.sheet.view.at_scale_of(self.view)
        return turned(page) if is_turned(self.view.grey, page) else page

    def _spot(self, candidate: Candidate, ways: tuple[float, ...], row: float | None) -> _Spot:
        """`row`: by how much its row lies lower, if that is known."""
        box, source = candidate.box, candidate.source
        if box is None:
            return _Spot(candidate, box)
        # Where it is in the page is worth a look in any case: too little may have been read to tell more.
        ways = ways if row is None else (row,)
        tried = dict.fromkeys((*ways, 0.0)) if row is None else ways
        places = [lowered(box, way) for way in tried if inside(lowered(box, way)) >= 0.5]
        if not places or source is None or self.view is None or self._page is None or area(box) > _LARGEST:
            return _Spot(candidate, places[0] if places else box if not ways else None)
        looks = [(likeness(self.view.grey, place, self._page, source), place) for place in places]
        best, place = max(looks, key=lambda pair: pair[0].pattern)
        return _Spot(candidate, place, best, placed=any(place == lowered(box, way) for way in ways))


def likeness_of(element: Element, spot: _Spot) -> float:
    """Text decides, role and place support. A field may be known by the place alone: its label lies beside it."""
    node, box = spot.candidate.node, spot.box
    role = role_likeness(element.role, node.role)
    if role == 0:
        return 0.0
    text = text_likeness(element.name, node.name)
    if element.value:
        text = max(text, 0.9 * text_likeness(element.value, node.name))
    fields = node.role in FIELD_ROLES and element.role in FIELD_ROLES
    by_place = box is not None and (fields or (node.role == element.role and node.role in ACTED_ON | _CONTAINERS))
    if text < _SAME_TEXT and not by_place:
        return 0.0  # most pairs end here
    over = box_likeness(element.box, box) if box else 0.0
    if not over and box and len(legible(node.name)) <= _SHORT:
        return 0.0
    place = max(over, 0.5 * nearness(element.box, box)) if box else 0.0
    if node.role in PLAIN_TEXT and element.role in _TICKED and over < 0.3:
        return 0.0  # its label, not itself
    if by_place and over > 0.5:
        return 0.6 + 0.2 * text + 0.2 * place
    if text < _SAME_TEXT or (node.role in PLAIN_TEXT and element.role in ACTED_ON and place < 0.3):
        return 0.0
    return 0.55 * text + 0.2 * role + 0.25 * place


def _named(element: Element, spot: _Spot) -> Element:
    """The page knows what it is called; the frame knows its numbers, and its state unless it looks the same."""
    node = spot.candidate.node
    same_text = text_likeness(element.name, node.name) > 0.8
    value = element.value
    if value is None and node.role in FIELD_ROLES and element.name and not same_text and element.name != node.hint:
        value = element.name  # what stood in the field
    if value is None and node.role in FIELD_ROLES and _unchanged(spot.looks):
        value = node.value
    role = (spot.candidate.spoken or node.role) if node.role in PLAIN_TEXT else node.role
    update = {
        "role": role,
        "name": _name(element, node, same_text),
        "value": value,
        "source": "both",
        "locator": _locator(element, spot, same_text),
        "box": _box(element, spot),
        "state": _state(element, spot),
    }
    return element.model_copy(update=update)


def _locator(element: Element, spot: _Spot, same_text: bool) -> str | None:
    """None when it shows another number than the page, or stands aside of it: then it is another of the same words.

    Pages that scroll, and rows that are pushed down, move up and down; sideways nothing goes.
    """
    node, place = spot.candidate.node, spot.candidate.box
    if same_text and renumbered(node.name, element.name) != node.name:
        return None
    labelled = node.role in INPUT_ROLES and element.role not in INPUT_ROLES  # read was the label beside it
    return None if place is not None and not labelled and _aside(element.box, place) else spot.candidate.locator


def _aside(box: Box, place: Box) -> bool:
    middle = box.x + box.width / 2
    return not place.x - _ASIDE <= middle <= place.x + place.width + _ASIDE


def _name(element: Element, node: PageNode, same_text: bool) -> str:
    """Without a name in the page it is called by the words beside it: nobody could tell which it is otherwise."""
    if same_text:
        return renumbered(node.name, element.name)
    return node.name or ("" if node.role in FIELD_ROLES else element.name)


def _unchanged(looks: Likeness) -> bool:
    """Whether it is in the state that the page was read in."""
    return looks.pattern >= _SAME_LOOKS and looks.off < _QUIET


def _box(element: Element, spot: _Spot) -> Box:
    """The page's own where both are at one place: of a button the eye may have read no more than the words."""
    box, role = spot.box, spot.candidate.node.role
    if box is not None and role in INPUT_ROLES and element.role not in INPUT_ROLES and beside(element.box, box):
        return clipped(box)  # only its label was read
    if box is None or spot.looks.pattern < _THERE or role not in WHOLE | {"heading"}:
        return element.box
    around = contains(box, element.box, 0.6) or box_likeness(box, element.box) > 0.3
    return clipped(box) if around else element.box


def _state(element: Element, spot: _Spot) -> tuple[str, ...]:
    """`element` as it was read: what was read as a box to tick was seen to be ticked or not."""
    node, looks = spot.candidate.node, spot.looks
    if node.role in PLAIN_TEXT:
        return ()
    told = tuple(state for state in node.state if state != "focused")
    if spot.opened:
        return tuple(sorted({*told} - {"collapsed"} | {"expanded"}))
    if spot.selected is not None:
        return tuple(sorted({*told} - {"selected"} | ({"selected"} if spot.selected else set())))
    if node.role in _TICKED and element.role in _TICKED:
        return tuple(sorted({*told} - {"checked"} | {*element.state}))
    if _unchanged(looks):
        return told
    if node.role in _TICKED:
        return told if looks.pattern >= _SAME_POSITION else tuple(sorted(set(told) ^ {"checked"}))
    kept = {state for state in told if state in {"required", "readonly"}}
    return tuple(sorted(kept | set(element.state)))


def _is_shown(spot: _Spot, elements: Sequence[Element], read: Sequence[Element], *, labelled: bool) -> bool:
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
    wanted = _ALIKE if node.role in WHOLE else 0.8
    if looks.pattern < wanted and not (node.role in _TICKED and _labelled(spot, elements)):
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
    return sum(block.size for block in blocks) >= _SAME_TEXT * len(name)


def _stands_in(element: Element, box: Box) -> bool:
    """A text that nothing else explains, in the box of a field that draws none: what was typed into it."""
    return element.source == "vision" and element.role in {"text", "heading"} and contains(box, element.box, 0.8)


def _labelled(spot: _Spot, elements: Sequence[Element]) -> bool:
    """Whether its label was read beside its place: in its other position a switch has other looks."""
    box, name = spot.box, legible(spot.candidate.node.name)
    return box is not None and any(begins(name, e.name) and beside(e.box, box) for e in elements)


def _says(element: Element, words: str) -> bool:
    """Whether it reads the words among others, as a line reads the link in it."""
    return legible(words) in legible(f"{element.name} {element.value or ''}")


def _by_looks(spot: _Spot) -> Element:
    node = spot.candidate.node
    seen = Element(
        id="new",
        role="unread",
        name=node.name,
        box=clipped(spot.box or Box(x=0, y=0, width=0, height=0)),
        value=node.value if _unchanged(spot.looks) else None,
        source="both",
        confidence=round(min(1.0, max(0.0, 0.9 * spot.looks.pattern)), 3),
        locator=spot.candidate.locator,
    )
    return seen.model_copy(update={"role": node.role, "state": _state(seen, spot)})


def _as_page_text(element: Element, spots: Sequence[_Spot]) -> Element:
    """A badge drawn like a button, of which the page says that it is plain text."""
    if element.source == "both" or element.role != "button":
        return element
    for spot in spots:
        node = spot.candidate.node
        if node.role in PLAIN_TEXT and spot.box:
            same = text_likeness(element.name, node.name) >= 0.9
            if same and contains(element.box, spot.box, 0.6):
                return element.model_copy(update={"role": "text", "source": "both", "state": (), "box": spot.box})
    return element
