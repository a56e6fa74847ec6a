"""The order of a list, told where it changed: to its elements nothing else happened. Pure."""

from collections import Counter
from collections.abc import Sequence

from services.prompter.words import quoted
from shared.model.evidence import Element

_COLUMN = 0.012  # of the screen: left edges of one column
_LEAST = 3  # elements of a list
_MOST = 10


def reordered(before: Sequence[Element], after: Sequence[Element]) -> list[str]:
    """`order now, top to bottom: …` of the column in which most elements changed places; nothing when none did."""
    old = {e.id: e for e in before if e.name}
    counts = Counter(e.name for e in after)  # of several alike nobody knows which is which
    stayed = [e for e in after if e.id in old and len(e.name) > 1 and counts[e.name] == 1]
    columns: dict[int, list[Element]] = {}
    for element in stayed:
        columns.setdefault(round(element.box.x / _COLUMN), []).append(element)
    changed = [column for column in columns.values() if _is_reordered(column, old)]
    best = max(changed, key=len, default=None)
    if best is None:
        return []
    left = min(e.box.x for e in best)
    now = sorted((e for e in after if e.name and abs(e.box.x - left) <= _COLUMN), key=lambda e: e.box.y)
    more = f" and {len(now) - _MOST} more" if len(now) > _MOST else ""
    return [f"order now, top to bottom: {', '.join(quoted(e.name) for e in now[:_MOST])}{more}"]


def _is_reordered(column: Sequence[Element], old: dict[str, Element]) -> bool:
    was = [e.id for e in sorted(column, key=lambda e: old[e.id].box.y)]
    return len(column) >= _LEAST and was != [e.id for e in sorted(column, key=lambda e: e.box.y)]
