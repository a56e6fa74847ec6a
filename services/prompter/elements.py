"""The elements that mattered: the table of a prompt, and the texts worth searching a repository for. Pure."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from services.prompter.changes import weight
from services.prompter.words import clean, quoted
from shared.model.diff import FrameDiff
from shared.model.evidence import INTERACTIVE_ROLES, Element

_CALM = 12  # rows up to which elements that stayed as they were are told
_MAX_SEARCH = 10
_AMOUNT_AT_END = re.compile(r"\s+[€$£]?\s?[-–−]?\d[\d.,]*\s?[€$£%]?$")
_LONGEST = 60  # characters of a text to search for
_READABLE = 0.7  # confidence from which a text that only the frames show is worth a search


@dataclass(frozen=True)
class Row:
    """One element that mattered."""

    role: str
    name: str
    locator: str | None
    states: str
    source: str


def rows(seen: Sequence[Sequence[Element]], changes: Sequence[FrameDiff], acted_on: AbstractSet[str]) -> list[Row]:
    """What something was done to, what speaks, what one could act on and that changed; each once.

    A short table has room for some of what stayed as it was.
    """
    where: dict[tuple[str, str, str | None], set[int]] = {}
    latest: dict[str, Element] = {}
    for elements in seen:
        for element in elements:
            latest[element.id] = _more_telling(latest.get(element.id), element)
    for index, elements in enumerate(seen, 1):
        for element in elements:
            where.setdefault(_key(latest[element.id]), set()).add(index)
    moved = {e.id for c in changes for e in (*c.added, *c.removed, *(x.after for x in c.changed))}
    wanted = [e for e in latest.values() if e.name and (e.id in acted_on or (e.id in moved and _belongs(e)))]
    wanted.sort(key=lambda e: (e.id not in acted_on, weight(e)[0] > 3, not e.locator, min(where[_key(e)])))
    calm = [e for e in latest.values() if e.name and e.locator and e.role in INTERACTIVE_ROLES - {"link"}]
    unique = {_key(e): e for e in reversed([*wanted, *calm[: max(0, _CALM - len(wanted))]])}
    return [_row(e, sorted(where[_key(e)])) for e in reversed(unique.values())]


def _belongs(element: Element) -> bool:
    """In a table of what to look for: what speaks, and what one can act on. Other texts stand with the states."""
    return element.role in INTERACTIVE_ROLES or weight(element)[0] <= 4


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


def search_texts(changes: Sequence[FrameDiff], acted_on: AbstractSet[str] = frozenset()) -> list[str]:
    """Texts that lead to the code: messages first, then what came up, then what was acted on; in words, no amounts.

    Generic ones (a single short word, unless it was pressed) would be found everywhere.
    """
    elements = [e for c in changes for e in (*c.added, *(x.after for x in c.changed))]
    readable = [e for e in elements if e.source != "vision" or e.confidence >= _READABLE]
    readable.sort(key=lambda e: (weight(e)[0] > 3, _rank(e, acted_on), weight(e)))
    names = dict.fromkeys(_words(e.name) for e in readable if e.id in acted_on or _telling(e.name))
    return [name for name in names if len(name) >= 3][:_MAX_SEARCH]


def _rank(element: Element, acted_on: AbstractSet[str]) -> int:
    """Texts that came up or changed say most about the code that made them."""
    if element.role not in INTERACTIVE_ROLES and _telling(element.name):
        return 0
    return 1 if element.id in acted_on else 2


def _telling(text: str) -> bool:
    letters = sum(ch.isalpha() for ch in text)
    return letters >= 6 and (" " in text.strip() or letters >= 9) and len(text) <= 80


def _words(text: str) -> str:
    """Without an amount at its end: that stands in another element of the code, or is computed."""
    whole = _AMOUNT_AT_END.sub("", clean(text, 200)).strip()
    return whole if len(whole) <= _LONGEST else whole[:_LONGEST].rsplit(" ", 1)[0]
