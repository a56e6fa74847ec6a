"""How much of the evidence a prompt tells, so that it stays within its budget. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from services.prompter.words import tokens

T = TypeVar("T")


@dataclass(frozen=True)
class Limits:
    """Lines at the most, of each thing. What helps least to find the place in the code goes first."""

    changes: int = 24  # of one state
    tree: int = 80  # lines of the first tree
    rows: int = 24
    raw: int = 400
    facts: int = 10  # of one page: console errors, and failed requests


LADDER = (
    Limits(),
    Limits(raw=120),
    Limits(raw=60, tree=60),
    Limits(raw=30, tree=30, changes=16),
    Limits(raw=0, tree=0, rows=20, changes=12, facts=6),
    Limits(raw=0, tree=0, rows=12, changes=6, facts=4),
    Limits(raw=0, tree=0, rows=8, changes=3, facts=2),
)


def fitted(make: Callable[[Limits, bool], str], budget: int) -> str:
    """The fullest text within `budget` tokens; the shortest there is when even that is longer.

    `make` gets the limits, and whether they cut more than the first step does, which the text has to say.
    """
    text = ""
    for number, limits in enumerate(LADDER):
        text = make(limits, number > 0)
        if tokens(without_pictures(text)) <= budget:
            return text
    return text


def without_pictures(text: str) -> str:
    """Embedded pictures are counted by the model as pictures, whatever the length of their letters."""
    return "\n".join(line for line in text.splitlines() if "](data:image/" not in line)
