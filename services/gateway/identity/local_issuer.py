"""The local issuer: an Ed25519 key pair made at first start, tokens, and its public keys."""

import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from jwt.algorithms import OKPAlgorithm

from services.gateway.identity.keys import VerifyKey
from shared.runtime.installation import derived_secret, keys_dir, load_or_make, master_secret

ISSUER = "claude-scope"
_ALGORITHM = "EdDSA"


class LocalIssuer:
    """Also the key set that its own tokens are checked with."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._private = private_key
        self._public = private_key.public_key()
        raw = self._public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._kid = sha256(raw).hexdigest()[:16]

    @classmethod
    def load(cls, data_dir: Path, internal_key: str = "") -> "LocalIssuer":
        """The installation's key pair: derived from its secret, else made in the data folder at first start.

        Only a derived one is the same for several gateways.
        """
        if internal_key:
            seed = derived_secret(master_secret(data_dir, internal_key), "local issuer")
            return cls(Ed25519PrivateKey.from_private_bytes(seed))
        fresh = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        pem = load_or_make(keys_dir(data_dir) / "issuer.pem", fresh)
        key = load_pem_private_key(pem, password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError("keys/issuer.pem is not an Ed25519 key; move it away and start again.")
        return cls(key)

    def mint(
        self,
        subject: str,
        ttl: float,
        *,
        name: str | None = None,
        email: str | None = None,
        token_id: str | None = None,
    ) -> str:
        """A token for `ttl` seconds. One with an id is good while its account holds the id."""
        now = int(time.time())
        claims: dict[str, Any] = {"sub": subject, "iss": ISSUER, "iat": now, "exp": now + int(ttl)}
        claims |= {key: value for key, value in (("name", name), ("email", email), ("jti", token_id)) if value}
        return jwt.encode(claims, self._private, algorithm=_ALGORITHM, headers={"kid": self._kid})

    def jwks(self) -> dict[str, Any]:
        jwk = OKPAlgorithm.to_jwk(self._public, as_dict=True)
        return {"keys": [{**jwk, "kid": self._kid, "alg": _ALGORITHM, "use": "sig"}]}

    async def keys(self, kid: str | None) -> Sequence[VerifyKey]:
        ours = VerifyKey(self._kid, _ALGORITHM, self._public)
        return [ours] if kid in {None, self._kid} else []
