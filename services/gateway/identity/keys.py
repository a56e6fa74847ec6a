"""Keys that tokens are checked with. Which algorithms a key kind may use is fixed here alone (RFC 8725)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import jwt
from jwt import PyJWK

_ALGORITHMS = {("RSA", None): "RS256", ("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "EdDSA"}


@dataclass(frozen=True)
class VerifyKey:
    kid: str | None
    algorithm: str
    key: Any


class KeySet(Protocol):
    async def keys(self, kid: str | None) -> Sequence[VerifyKey]:
        """The configured keys that a token with this `kid` may have been signed with."""


def verify_keys(jwks: Mapping[str, Any]) -> list[VerifyKey]:
    """The usable signature keys of a JWK set; others are passed over."""
    found = []
    entries = jwks.get("keys")
    for entry in entries if isinstance(entries, list) else []:
        algorithm = _algorithm(entry) if isinstance(entry, dict) else None
        if algorithm is None or entry.get("use", "sig") != "sig" or "d" in entry:
            continue
        try:
            found.append(VerifyKey(entry.get("kid"), algorithm, PyJWK(entry, algorithm).key))
        except jwt.PyJWTError:
            continue
    return found


def _algorithm(entry: Mapping[str, Any]) -> str | None:
    kind = entry.get("kty")
    algorithm = _ALGORITHMS.get((str(kind), None if kind == "RSA" else str(entry.get("crv"))))
    return algorithm if entry.get("alg", algorithm) == algorithm else None
