"""Whether a key opens a model: one cheap call when it is stored, to addresses that policy allows."""

import asyncio
import json
import socket
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult

from services.gateway.bounded import body_of
from shared.model.credentials import Provider
from shared.model.errors import FieldError
from shared.runtime.outbound.hosts import Address, Authority
from shared.runtime.outbound.policy import RefusedError, UrlPolicy
from shared.runtime.outbound.resolve import Resolver, addresses_of, system_resolver
from shared.runtime.problems import invalid

_DEFAULTS: dict[Provider, str] = {"anthropic": "https://api.anthropic.com", "openai": "https://api.openai.com/v1"}
_LIST: dict[Provider, str] = {"anthropic": "/v1/models?limit=1000", "openai": "/models"}
_TIMEOUT_S = 15.0
_MOST_BYTES = 4 * 1024**2
_NAMED = 12  # models of a refusal


@dataclass(frozen=True)
class ModelCheck:
    """`policy` judges the addresses that a base URL leads to, the provider's own as well."""

    policy: UrlPolicy
    resolve: Resolver = system_resolver

    async def check(self, provider: Provider, api_key: str, model: str | None, base_url: str | None) -> None:
        """Problem 400 that names the field which is wrong."""
        url = f"{(base_url or _DEFAULTS[provider]).rstrip('/')}{_LIST[provider]}"
        try:
            authority = self.policy.authority(url)
            self.policy.check(authority, await addresses_of(authority, self.resolve, _TIMEOUT_S))
            status, body = await self._asked(url, _headers(provider, api_key))
        except RefusedError as error:
            raise _wrong("baseUrl", error.message) from error
        except (ClientError, OSError, TimeoutError, ValueError) as error:
            raise _wrong("baseUrl", f"does not answer at {url.partition('?')[0]}: {_words(error)}") from error
        _judge(status, body, model, url.partition("?")[0])

    async def _asked(self, url: str, headers: dict[str, str]) -> tuple[int, Any]:
        """Connected to an address that was judged: names are resolved by us alone, redirects are not followed."""
        connector = TCPConnector(resolver=_Judged(self.policy, self.resolve), use_dns_cache=False)
        async with (
            ClientSession(connector=connector, timeout=ClientTimeout(total=_TIMEOUT_S), trust_env=False) as http,
            http.get(url, headers=headers, allow_redirects=False) as response,
        ):
            data = await body_of(response, _MOST_BYTES)
            try:
                return response.status, json.loads(data)
            except ValueError:
                return response.status, None


class _Judged(AbstractResolver):
    """Resolves and judges at once, so that a name which changes its mind in between gains nothing."""

    def __init__(self, policy: UrlPolicy, resolve: Resolver) -> None:
        self._policy, self._resolve = policy, resolve

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = list(await asyncio.wait_for(self._resolve(host, port), _TIMEOUT_S))
        try:
            self._policy.check(Authority(host, port), found)
        except RefusedError as error:
            raise OSError(error.message) from error
        return [_result(host, port, address) for address in found]

    async def close(self) -> None:
        return None


def _result(host: str, port: int, address: Address) -> ResolveResult:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=str(address), port=port, family=family, proto=0, flags=flags)


def _headers(provider: Provider, api_key: str) -> dict[str, str]:
    if provider == "anthropic":
        return {"x-api-key": api_key, "anthropic-version": "2023-06-01"}
    return {"Authorization": f"Bearer {api_key}"}


def _judge(status: int, body: Any, model: str | None, where: str) -> None:
    if status in {401, 403}:
        raise _wrong("apiKey", f"was refused by {where} ({status}). Check that it is whole and not revoked.")
    listed = body.get("data") if isinstance(body, dict) else None
    if status != 200 or not isinstance(listed, list):
        raise _wrong("baseUrl", f"does not list models at {where}: it answers {status}. Check the address.")
    names = [str(each["id"]) for each in listed if isinstance(each, dict) and "id" in each]
    if model is not None and model not in names:
        offered = ", ".join(sorted(names)[:_NAMED]) or "none"
        raise _wrong("model", f"{model!r} is not offered with this key. Offered, among others: {offered}.")


def _wrong(field: str, words: str) -> Exception:
    return invalid([FieldError(field, words)])


def _words(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {_TIMEOUT_S:.0f} s."
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
