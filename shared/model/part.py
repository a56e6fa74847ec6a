"""The part of a recording that counts. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """From `start_ms` to `end_ms`, both in ms from the start of the recording and both within the part.

    None is the recording's own end. ValueError, in words for a person, when nothing lies between the two.
    """

    start_ms: int = 0
    end_ms: int | None = None

    def __post_init__(self) -> None:
        if self.start_ms < 0:
            raise ValueError("The part cannot begin before the recording does.")
        if self.end_ms is not None and self.end_ms <= self.start_ms:
            raise ValueError("The part must end later than it begins.")

    def has_ended(self, ms: float) -> bool:
        """Whether that moment lies after the part."""
        return self.end_ms is not None and ms > self.end_ms

    def until(self, ms: float) -> float:
        """Where the part ends in a recording that ends at `ms`."""
        return ms if self.end_ms is None else min(ms, self.end_ms)


WHOLE = Part()
