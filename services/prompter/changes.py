"""What changed, as lines that an agent reads: one by one what matters, in groups what is many. Pure."""

from collections.abc import Sequence

from services.prompter.words import clean, quoted
from shared.model.diff import FrameDiff
from shared.model.evidence import INPUT_ROLES, Element
from shared.model.tree import TreeNode

INTERACTIVE = INPUT_ROLES | {"button", "link", "menuitem", "option", "tab"}
_FIRST = {"alert": 0, "dialog": 1, "alertdialog": 1, "status": 2, "tooltip": 3, "heading": 4}
_ONE_BY_ONE = 4  # elements of one role and kind; more of them become a group
_NAMED_IN_GROUP = 8


def change_lines(change: FrameDiff) -> list[str]:
    """Changed, added, removed; things that speak and things one can act on first."""
    changed = [f"changed  {described(c.after)}: {'; '.join(clean(w, 300) for w in c.what)}" for c in change.changed]
    return [*changed, *_listed("added  ", change.added), *_listed("removed", change.removed)]


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
    return (_FIRST.get(element.role, 9), element.role not in INTERACTIVE, element.box.y)
