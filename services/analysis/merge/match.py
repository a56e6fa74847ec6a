"""Elements that the frames show, matched to nodes of the live page. Pure."""

from collections.abc import Sequence

from services.analysis.merge.identity import best_pairs
from services.analysis.merge.pages import PLAIN_TEXT, Candidate
from services.analysis.merge.similarity import box_likeness, nearness, role_likeness, text_likeness
from shared.model.evidence import Element

_ENOUGH = 0.6
_FIELDS = frozenset({"textbox", "searchbox", "combobox", "spinbutton"})
_ACTED_ON = _FIELDS | {"button", "checkbox", "link", "menuitem", "option", "radio", "slider", "switch", "tab"}


def agreed(elements: Sequence[Element], known: Sequence[Candidate]) -> tuple[Element, ...]:
    """Matched elements take the page's role, name and locator; the others stay as seen."""
    pairs = best_pairs(elements, known, likeness, _ENOUGH)
    return tuple(_named(e, known[pairs[i]]) if i in pairs else e for i, e in enumerate(elements))


def likeness(element: Element, candidate: Candidate) -> float:
    """Text decides, role and place support. A field may be known by the place alone: its label lies beside it."""
    node = candidate.node
    if node.role in PLAIN_TEXT and element.role in _ACTED_ON:
        return 0.0  # a label beside a field is not the field
    role = role_likeness(element.role, node.role)
    text = max(text_likeness(element.name, node.name), text_likeness(element.value or "", node.name) * 0.9)
    place = max(box_likeness(element.box, node.box), 0.5 * nearness(element.box, node.box)) if node.box else 0.0
    if node.role in _FIELDS and element.role in _FIELDS and node.box and box_likeness(element.box, node.box) > 0.5:
        return 0.6 + 0.2 * text + 0.2 * place
    if text < 0.8 or role == 0:
        return 0.0
    return 0.6 * text + 0.2 * role + 0.2 * place


def _named(element: Element, candidate: Candidate) -> Element:
    """The page knows what it is called; the frame knows what state it was in."""
    node = candidate.node
    same_text = text_likeness(element.name, node.name) > 0.8
    value = element.value
    if value is None and node.role in _FIELDS and element.name and not same_text:
        value = element.name  # what stood in the field
    update = {"role": node.role, "name": node.name, "value": value, "source": "both", "locator": candidate.locator}
    return element.model_copy(update=update)
