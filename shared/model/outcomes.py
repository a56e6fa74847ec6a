"""What became of a delivery: values that pure code returns and the bus carries out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Done:
    """Acknowledge: the effect is committed, or there is nothing to do."""

    note: str = ""


@dataclass(frozen=True)
class Retry:
    """Deliver again after `after` seconds; counts as an attempt."""

    after: float
    reason: str


@dataclass(frozen=True)
class DeadLetter:
    """Never deliver again; keep it where an operator finds it."""

    reason: str


Outcome = Done | Retry | DeadLetter

RETRY_LADDER_S: tuple[float, ...] = (1.0, 5.0, 30.0, 120.0)
MAX_ATTEMPTS = len(RETRY_LADDER_S) + 1


def retry_or_give_up(attempt: int, reason: str) -> Retry | DeadLetter:
    """The ladder: `attempt` counts from 1; after the last step the message is given up."""
    if attempt >= MAX_ATTEMPTS:
        return DeadLetter(f"gave up after {attempt} attempts: {reason}")
    return Retry(RETRY_LADDER_S[attempt - 1], reason)
