"""Too many states: the most novel stay, and always the first and the last. Pure."""

import math

from services.analysis.keyframes.states import State


def within_budget(states: list[State], budget: int) -> list[State]:
    """At most `budget` states (at least 2), in time order."""
    if len(states) <= budget:
        return states
    inner = sorted(states[1:-1], key=novelty, reverse=True)[: max(0, budget - 2)]
    wanted = {states[0], states[-1], *inner}
    return [state for state in states if state in wanted]


def novelty(state: State) -> float:
    """How much new there is to see, more or less in steps that a person would call much, some, little."""
    seen_before = 0.4 if state.returns_to is not None else 1.0
    return seen_before * math.log1p(int(state.differs.sum()))
