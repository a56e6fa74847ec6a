"""The elements that mattered: the table of a prompt, and the texts worth searching a repository for. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.prompter.changes import INTERACTIVE, weight
from services.prompter.words import clean, quoted
from shared.model.diff import FrameDiff
from shared.model.evidence import Element

_MAX_ROWS = 40
_MAX_SEARCH = 12
_READABLE = 0.7  # confidence from which a text that only the frames show is worth a search


@dataclass(frozen=True)
class Row:
    """One element that mattered."""

    role: str
    name: str
    locator: str | None
    states: str
    source: str


def rows(seen: Sequence[Sequence[Element]], changes: Sequence[FrameDiff]) -> list[Row]:
    """Elements that changed or that one can act on, each once, those that one can act on first."""
    where: dict[tuple[str, str, str | None], set[int]] = {}
    latest: dict[str, Element] = {}
    for elements in seen:
        for element in elements:
            latest[element.id] = _more_telling(latest.get(element.id), element)
    for index, elements in enumerate(seen, 1):
        for element in elements:
            where.setdefault(_key(latest[element.id]), set()).add(index)
    moved = {e.id for c in changes for e in (*c.added, *c.removed, *(x.after for x in c.changed))}
    wanted = [e for e in latest.values() if e.name and (e.id in moved or e.role in INTERACTIVE)]
    wanted.sort(key=lambda e: (e.id not in moved, e.role not in INTERACTIVE, min(where[_key(e)])))
    return [_row(e, sorted(where[_key(e)])) for e in {_key(e): e for e in reversed(wanted)}.values()][::-1][
        :_MAX_ROWS
    ]


def _key(element: Element) -> tuple[str, str, str | None]:
    """What a reader takes for the same thing, though it went and came back."""
    return element.role, element.name, element.locator


def _row(element: Element, where: Sequence[int]) -> Row:
    return Row(
        role=clean(element.role, 40),
        name=quoted(element.name),
        locator=clean(element.locator, 300) if element.locator else None,
        states=spans(where),
        source="seen, and in the page" if element.locator else "seen",
    )


def _more_telling(one: Element | None, other: Element) -> Element:
    """A reading that the page agrees with says more than a later one that it does not."""
    return one if one is not None and one.locator and not other.locator else other


def spans(indexes: Sequence[int]) -> str:
    """`S1-S3, S5`."""
    found: list[list[int]] = []
    for index in indexes:
        if found and found[-1][1] == index - 1:
            found[-1][1] = index
        else:
            found.append([index, index])
    return ", ".join(f"S{a}" if a == b else f"S{a}-S{b}" for a, b in found)


def search_texts(changes: Sequence[FrameDiff]) -> list[str]:
    """What came or changed, in the words of the page where it knows them: those can be found in the code."""
    elements = [e for c in changes for e in (*(x.after for x in c.changed), *c.added)]
    readable = [e for e in elements if e.source != "vision" or e.confidence >= _READABLE]
    readable.sort(key=lambda e: (weight(e)[0] > 3, e.source == "vision", weight(e)))
    names = dict.fromkeys(clean(e.name, 60) for e in readable if 3 <= len(e.name) <= 60)
    return [name for name in names if sum(ch.isalpha() for ch in name) >= 3][:_MAX_SEARCH]
