"""An external issuer's public keys, fetched from its JWKS address and kept for a while."""

import asyncio
import json
import time
from collections.abc import Sequence

import structlog
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

from services.gateway.bounded import body_of
from services.gateway.identity.keys import VerifyKey, verify_keys
from shared.model.errors import Unavailable

_FRESH_S = 600.0
_AGAIN_S = 15.0  # between two fetches, whatever tokens claim
_MAX_BYTES = 256 * 1024
_log = structlog.get_logger(__name__)


class ExternalIssuer:
    def __init__(self, http: ClientSession, url: str) -> None:
        self._http, self._url = http, url
        self._known: list[VerifyKey] = []
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching = asyncio.Lock()

    async def keys(self, kid: str | None) -> Sequence[VerifyKey]:
        """Known keys; fetched anew when they are old or the `kid` is new. Unavailable when there never were any."""
        if self._is_old() or not self._matching(kid):
            async with self._fetching:
                if self._may_try() and (self._is_old() or not self._matching(kid)):
                    await self._fetch()
        if self._fetched_at == float("-inf"):
            raise Unavailable("The identity provider's keys cannot be fetched, so nobody can be signed in.")
        return self._matching(kid)

    def _matching(self, kid: str | None) -> list[VerifyKey]:
        return [key for key in self._known if kid is None or key.kid in {None, kid}]

    def _is_old(self) -> bool:
        return time.monotonic() - self._fetched_at > _FRESH_S

    def _may_try(self) -> bool:
        return time.monotonic() - self._tried_at > _AGAIN_S

    async def _fetch(self) -> None:
        """Old keys stay in use when the provider does not answer."""
        self._tried_at = time.monotonic()
        try:
            async with self._http.get(self._url, timeout=ClientTimeout(total=5), allow_redirects=False) as response:
                keys = verify_keys(json.loads(await _told(response)))
        except (ClientError, TimeoutError, ValueError, AttributeError, RecursionError) as error:
            _log.warning(
                "identity provider's keys not fetched", url=self._url, error=str(error) or type(error).__name__
            )
            return
        self._known, self._fetched_at = keys, time.monotonic()


async def _told(response: ClientResponse) -> bytes:
    """ValueError for anything but an answer that a key set fits in."""
    if response.status != 200:
        raise ValueError(f"it answered {response.status}")
    return await body_of(response, _MAX_BYTES)
