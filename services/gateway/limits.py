"""A token bucket per account, held in the store so that every replica counts together."""

import math
from collections.abc import Mapping, Sequence

from aiohttp import web

from services.gateway.settings import GatewaySettings
from shared.ports.clock import Clock
from shared.ports.store import Allowance, Store
from shared.runtime.problems import Problem


class Limits:
    def __init__(self, store: Store, clock: Clock, settings: GatewaySettings) -> None:
        self._store, self._clock, self._settings = store, clock, settings

    async def account(self, account_id: str) -> Mapping[str, str]:
        """The headers to send; Problem 429 when the bucket is empty."""
        rate, burst = self._settings.rate_per_second, self._settings.rate_burst
        return await self._take(f"account:{account_id}", "account", rate, burst)

    async def signin(self, request: web.Request) -> Mapping[str, str]:
        """Sign-up and sign-in are counted per client address: passwords must not be tried out."""
        per_minute = self._settings.signin_per_minute
        address = client_address(
            request.headers.getall("X-Forwarded-For", []), request.remote, self._settings.forwarded_for_hops
        )
        return await self._take(f"address:{address}", "signin", per_minute / 60, math.ceil(per_minute))

    async def _take(self, bucket: str, policy: str, rate: float, burst: int) -> Mapping[str, str]:
        allowance = await self._store.take_token(bucket, rate=rate, burst=burst, now=self._clock.now())
        headers = fields(policy, burst, rate, allowance)
        if allowance.allowed:
            return headers
        seconds = max(1, math.ceil(allowance.retry_after))
        words = f"Too many requests. Try again in {seconds} s."
        raise Problem(429, words, headers={**headers, "Retry-After": str(seconds)})


def client_address(forwarded: Sequence[str], peer: str | None, hops: int) -> str | None:
    """The client behind so many trusted proxies, each of which appends the address that it was called from."""
    seen = [part.strip() for line in forwarded for part in line.split(",")]
    return seen[-hops] if 0 < hops <= len(seen) else peer


def fields(policy: str, burst: int, rate: float, allowance: Allowance) -> dict[str, str]:
    """RateLimit fields as structured fields: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/."""
    window = max(1, math.ceil(burst / rate))
    return {
        "RateLimit-Policy": f'"{policy}";q={burst};w={window}',
        "RateLimit": f'"{policy}";r={allowance.remaining};t={math.ceil(allowance.reset_after)}',
    }
