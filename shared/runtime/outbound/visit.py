"""What one page was given on the network and what it was denied. The proxy writes it, the inspector reads it."""

import secrets
from dataclasses import dataclass, field
from typing import Literal

from shared.runtime.outbound.hosts import Authority

TroubleKind = Literal["refused", "unreachable", "limit"]


@dataclass(frozen=True)
class Limits:
    """Of one page with everything that it loads. Sizes in bytes, times in seconds."""

    total_bytes: int = 64 * 1024**2
    requests: int = 1000  # tunnels count as one
    head_bytes: int = 64 * 1024
    head_seconds: float = 10.0
    connect_seconds: float = 5.0
    idle_seconds: float = 30.0


@dataclass(frozen=True)
class Trouble:
    kind: TroubleKind
    sentence: str


@dataclass
class Visit:
    """One page's account at the proxy. `password` opens it, `mark` proves that an answer is the proxy's own."""

    limits: Limits = Limits()
    user: str = field(default_factory=lambda: secrets.token_hex(8))
    password: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    mark: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    requests: int = 0
    bytes: int = 0
    exceeded: str | None = None
    troubles: dict[Authority, Trouble] = field(default_factory=dict)  # the last one of each place

    def count_request(self) -> bool:
        """False when there were too many."""
        self.requests += 1
        if self.requests > self.limits.requests:
            self.exceeded = f"more than {self.limits.requests} requests"
        return self.exceeded is None

    def count_bytes(self, amount: int) -> bool:
        """False when there were too many."""
        self.bytes += amount
        if self.bytes > self.limits.total_bytes:
            self.exceeded = f"more than {self.limits.total_bytes // 1024**2 or 1} MB"
        return self.exceeded is None

    def denied(self, authority: Authority, trouble: Trouble) -> Trouble:
        self.troubles[authority] = trouble
        return trouble
