"""What changed, as lines that an agent reads: one by one what matters, in groups what is many. Pure."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from services.prompter.amounts import is_amount, label_of
from services.prompter.words import clean, quoted
from shared.model.diff import FrameDiff
from shared.model.evidence import DIALOG_ROLES, INTERACTIVE_ROLES, Box, Element
from shared.model.tree import TreeNode

_FIRST = {"alert": 0, "dialog": 1, "alertdialog": 1, "status": 2, "tooltip": 3, "heading": 4}
_ONE_BY_ONE = 4  # elements of one role and kind; more of them become a group
_NAMED_IN_GROUP = 8
_NAMED_IN_SUM = 4


def change_lines(
    change: FrameDiff, known: AbstractSet[str] = frozenset(), elements: Sequence[Element] = ()
) -> list[str]:
    """Changed, added, removed; things that speak and things one can act on first.

    What a dialog covers, or covered, is told as such and not as removed or added; `known`: ids of earlier states.
    `elements` are all of the state: an amount is told with the words beside it.
    """
    covered = _under(change.removed, change.added)
    bared = [e for e in _under(change.added, change.removed) if e.id in known]
    changed = [
        f"changed  {described(c.after)}{_beside(c.after, elements)}: {'; '.join(clean(w, 300) for w in c.what)}"
        for c in change.changed
    ]
    return [
        *changed,
        *_listed("added  ", [e for e in change.added if e not in bared]),
        *_listed("removed", [e for e in change.removed if e not in covered]),
        *_summed("covered by the dialog", covered),
        *_summed("no longer covered", bared),
    ]


def _beside(element: Element, elements: Sequence[Element]) -> str:
    label = label_of(element, elements) if is_amount(element) else None
    return f" beside {quoted(label)}" if label else ""


def _under(elements: Sequence[Element], others: Sequence[Element]) -> list[Element]:
    """Those whose middle lies in a dialog among the others."""
    dialogs = [other for other in others if other.role in DIALOG_ROLES]
    return [e for e in elements if e.role not in DIALOG_ROLES and any(_middle_in(e.box, d.box) for d in dialogs)]


def _middle_in(box: Box, other: Box) -> bool:
    x, y = box.x + box.width / 2, box.y + box.height / 2
    return other.x <= x <= other.x + other.width and other.y <= y <= other.y + other.height


def _summed(what: str, elements: Sequence[Element]) -> list[str]:
    if not elements:
        return []
    names = list(dict.fromkeys(quoted(e.name) for e in sorted(elements, key=weight) if e.name))[:_NAMED_IN_SUM]
    among = f", among them {', '.join(names)}" if names else ""
    return [f"{what}: {len(elements)} element(s) of the page{among}"]


def _listed(verb: str, elements: Sequence[Element]) -> list[str]:
    by_role: dict[str, list[Element]] = {}
    for element in sorted(elements, key=weight):
        by_role.setdefault(element.role if element.name else f"{element.role} without a name", []).append(element)
    return [f"{verb}  {line}" for role, group in by_role.items() for line in _group(role, group)]


def _group(role: str, elements: Sequence[Element]) -> list[str]:
    if len(elements) <= _ONE_BY_ONE and elements[0].name:
        return [described(element) for element in elements]
    names = list(dict.fromkeys(quoted(element.name) for element in elements if element.name))
    more = f" and {len(names) - _NAMED_IN_GROUP} more" if len(names) > _NAMED_IN_GROUP else ""
    told = f": {', '.join(names[:_NAMED_IN_GROUP])}{more}" if names else ""
    return [f"{len(elements)} x {clean(role, 60)}{told}"]


def described(element: Element) -> str:
    """`button "Save" [disabled] = "value"`."""
    role, name = clean(element.role, 40), f" {quoted(element.name)}" if element.name else ""
    state = f" [{clean(', '.join(element.state))}]" if element.state else ""
    value = f" = {quoted(element.value)}" if element.value else ""
    return f"{role}{name}{value}{state}"


def tree_lines(nodes: Sequence[TreeNode], *, only_changes: bool = False, depth: int = 0) -> list[str]:
    """The tree as an indented list; with `only_changes` just what changed and what it lies in."""
    lines = []
    for node in nodes:
        below = tree_lines(node.children, only_changes=only_changes, depth=depth + 1)
        if only_changes and not below and node.diff_status is None:
            continue
        mark = f"  ({node.diff_status})" if node.diff_status else ""
        lines += [f"{'  ' * depth}- {described(node.element)}{mark}", *below]
    return lines


def weight(element: Element) -> tuple[int, bool, float]:
    """Smaller is more telling: what speaks to the user, then what one can act on, then from top to bottom."""
    return (_FIRST.get(element.role, 9), element.role not in INTERACTIVE_ROLES, element.box.y)
