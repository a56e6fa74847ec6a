"""Time as a port, so that expiry and sweeping can be tested without waiting."""

from datetime import UTC, datetime
from typing import Protocol

from shared.model.timestamps import to_millis


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware UTC, cut to milliseconds."""


class SystemClock:
    def now(self) -> datetime:
        return to_millis(datetime.now(UTC))
