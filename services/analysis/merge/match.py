"""Elements that the frames show, matched to nodes of the live page. Pure.

Text finds most of them. What has no text to read (an icon, a picture, a box to tick) is found by its looks: the
page's own picture at the node's place, compared with the frame there.
"""

from collections.abc import Sequence

from services.analysis.merge.hanging import menus
from services.analysis.merge.identity import best_pairs
from services.analysis.merge.pages import ACTED_ON, PLAIN_TEXT, TICKED
from services.analysis.merge.placing import clipped, inside
from services.analysis.merge.similarity import SAME_TEXT, box_likeness, nearness, role_likeness, text_likeness
from services.analysis.merge.spots import ASIDE, THERE, Sheet, Spot, Spots, opened, reselected, unchanged
from services.analysis.merge.unread import Witnesses, is_shown
from services.analysis.merge.views import View
from services.analysis.merge.wholes import WHOLE, beside, renumbered, wholes
from shared.model.diff import legible
from shared.model.evidence import FIELD_ROLES, INPUT_ROLES, Box, Element, PageNode
from shared.model.tree import contains

_ENOUGH = 0.6
_SHORT = 2  # letters and digits up to which the same text elsewhere is another one
_SAME_POSITION = 0.8  # correlation below which a control shows its other state
_CONTAINERS = frozenset({"table", "grid", "img", "dialog"})


def agreed(elements: Sequence[Element], sheet: Sheet, view: View | None = None) -> tuple[Element, ...]:
    """Matched elements take the page's role, name and locator; the others stay as seen.

    What only its looks give away is added, and what was read within it becomes a part of it.
    """
    spots = Spots(elements, sheet, view).found
    pairs = best_pairs(elements, spots, likeness_of, _ENOUGH)
    spots = opened(spots, menus([e for i, e in enumerate(elements) if i not in pairs]))
    spots = reselected(spots)
    matched = [_named(e, spots[pairs[i]]) if i in pairs else e for i, e in enumerate(elements)]
    taken = set(pairs.values())
    witnesses = Witnesses(spots, {pairs[i]: elements[i] for i in pairs})
    free = [s for n, s in enumerate(spots) if n not in taken and witnesses.allow(s)]
    shown = [s for s in free if is_shown(s, matched, elements, labelled=witnesses.labelled(s))]
    added = [_by_looks(spot) for spot in shown]
    everything = [*(_as_page_text(e, spots) for e in matched), *added]
    hints = {spot.candidate.node.hint for spot in spots} - {None}
    found = wholes(everything, frozenset(str(hint) for hint in hints))
    return tuple(_with_sure_locator(e, found, spots) for e in found)


def _with_sure_locator(element: Element, elements: Sequence[Element], spots: Sequence[Spot]) -> Element:
    """Which of several alike it is counts only while all of them are where the page has them."""
    call = element.locator
    if call is None or ".nth(" not in call:
        return element
    alike = [s for s in spots if (s.candidate.node.role, s.candidate.node.name) == (element.role, element.name)]
    expected = sum(spot.box is not None and inside(spot.box) >= 0.5 for spot in alike)
    seen = sum((e.role, e.name) == (element.role, element.name) for e in elements)
    return element if seen == expected == len(alike) else element.model_copy(update={"locator": None})


def likeness_of(element: Element, spot: Spot) -> float:
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
    if text < SAME_TEXT and not by_place:
        return 0.0  # most pairs end here
    over = box_likeness(element.box, box) if box else 0.0
    if not over and box and len(legible(node.name)) <= _SHORT:
        return 0.0
    place = max(over, 0.5 * nearness(element.box, box)) if box else 0.0
    if node.role in PLAIN_TEXT and element.role in TICKED and over < 0.3:
        return 0.0  # its label, not itself
    if by_place and over > 0.5:
        return 0.6 + 0.2 * text + 0.2 * place
    if text < SAME_TEXT or (node.role in PLAIN_TEXT and element.role in ACTED_ON and place < 0.3):
        return 0.0
    return 0.55 * text + 0.2 * role + 0.25 * place


def _named(element: Element, spot: Spot) -> Element:
    """The page knows what it is called; the frame knows its numbers, and its state unless it looks the same."""
    node = spot.candidate.node
    same_text = text_likeness(element.name, node.name) > 0.8
    value = element.value
    if value is None and node.role in FIELD_ROLES and element.name and not same_text and element.name != node.hint:
        value = element.name  # what stood in the field
    if value is None and node.role in FIELD_ROLES and unchanged(spot.looks):
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


def _locator(element: Element, spot: Spot, same_text: bool) -> str | None:
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
    return not place.x - ASIDE <= middle <= place.x + place.width + ASIDE


def _name(element: Element, node: PageNode, same_text: bool) -> str:
    """Without a name in the page it is called by the words beside it: nobody could tell which it is otherwise."""
    if same_text:
        return renumbered(node.name, element.name)
    return node.name or ("" if node.role in FIELD_ROLES else element.name)


def _box(element: Element, spot: Spot) -> Box:
    """The page's own where both are at one place: of a button the eye may have read no more than the words."""
    box, role = spot.box, spot.candidate.node.role
    if box is not None and role in INPUT_ROLES and element.role not in INPUT_ROLES and beside(element.box, box):
        return clipped(box)  # only its label was read
    if box is None or spot.looks.pattern < THERE or role not in WHOLE | {"heading"}:
        return element.box
    around = contains(box, element.box, 0.6) or box_likeness(box, element.box) > 0.3
    return clipped(box) if around else element.box


def _state(element: Element, spot: Spot) -> tuple[str, ...]:
    """`element` as it was read: what was read as a box to tick was seen to be ticked or not."""
    node, looks = spot.candidate.node, spot.looks
    if node.role in PLAIN_TEXT:
        return ()
    told = tuple(state for state in node.state if state != "focused")
    if spot.opened:
        return tuple(sorted({*told} - {"collapsed"} | {"expanded"}))
    if spot.selected is not None:
        return tuple(sorted({*told} - {"selected"} | ({"selected"} if spot.selected else set())))
    if node.role in TICKED and element.role in TICKED:
        return tuple(sorted({*told} - {"checked"} | {*element.state}))
    if unchanged(looks):
        return told
    if node.role in TICKED:
        return told if looks.pattern >= _SAME_POSITION else tuple(sorted(set(told) ^ {"checked"}))
    kept = {state for state in told if state in {"required", "readonly"}}
    return tuple(sorted(kept | set(element.state)))


def _by_looks(spot: Spot) -> Element:
    node = spot.candidate.node
    seen = Element(
        id="new",
        role="unread",
        name=node.name,
        box=clipped(spot.box or Box(x=0, y=0, width=0, height=0)),
        value=node.value if unchanged(spot.looks) else None,
        source="both",
        confidence=round(min(1.0, max(0.0, 0.9 * spot.looks.pattern)), 3),
        locator=spot.candidate.locator,
    )
    return seen.model_copy(update={"role": node.role, "state": _state(seen, spot)})


def _as_page_text(element: Element, spots: Sequence[Spot]) -> Element:
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
