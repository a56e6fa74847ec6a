"""Encryption at rest under versioned keys: what an old one sealed still opens, new things use the newest."""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.model.errors import Misconfigured, ScopeError
from shared.runtime.installation import keys_dir, load_or_make

_FILE = "vault.json"
_BYTES = 32
_NONCE = 12
_NEEDED = (
    "Set SCOPE_VAULT_KEYS=1:KEY, the same for gateway, ingest, vision and aria (`scope keys new` prints a KEY)."
)


class SealBroken(ScopeError):
    """It was sealed under a key that is not here, for another purpose, or changed since."""


@dataclass(frozen=True)
class Sealed:
    text: str
    version: int


@dataclass(frozen=True)
class Vault:
    """AES-256-GCM. `keys` by version; what a text belongs to (`about`) is authenticated with it."""

    keys: Mapping[int, bytes] = field(repr=False)

    @property
    def newest(self) -> int:
        return max(self.keys)

    def seal(self, plain: str, about: str) -> Sealed:
        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(self.keys[self.newest]).encrypt(nonce, plain.encode(), about.encode())
        return Sealed(base64.b64encode(nonce + sealed).decode(), self.newest)

    def open(self, sealed: Sealed, about: str) -> str:
        """SealBroken when it cannot be opened."""
        key = self.keys.get(sealed.version)
        if key is None:
            raise SealBroken(
                f"The key of version {sealed.version} is missing. Add it to SCOPE_VAULT_KEYS, or store it anew."
            )
        try:
            data = base64.b64decode(sealed.text, validate=True)
            return AESGCM(key).decrypt(data[:_NONCE], data[_NONCE:], about.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise SealBroken("A stored secret does not open: it was changed, or its key is another one.") from error


def load_vault(data_dir: Path, configured: str = "", internal_key: str = "") -> Vault:
    """`configured` as in SCOPE_VAULT_KEYS: `2:BASE64,1:BASE64`. Without, keys are kept in the data folder.

    Misconfigured where processes share an internal key, but no folder, and have no keys for this.
    """
    if configured:
        return Vault(_parsed(configured))
    if internal_key:
        raise Misconfigured(_NEEDED)
    try:
        first = json.dumps({"1": new_key()}).encode()
        kept = json.loads(load_or_make(keys_dir(data_dir) / _FILE, first))
    except OSError as error:
        raise Misconfigured(f"No key can be kept in {data_dir}: {error.strerror}. {_NEEDED}") from error
    return Vault({int(version): base64.b64decode(key) for version, key in kept.items()})


def add_key(data_dir: Path) -> Vault:
    """A vault of the data folder with one key more, which is the newest from now on."""
    vault = load_vault(data_dir)
    keys = {str(version): base64.b64encode(key).decode() for version, key in vault.keys.items()}
    keys[str(vault.newest + 1)] = new_key()
    path = keys_dir(data_dir) / _FILE
    part = path.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(json.dumps(keys))
    part.replace(path)
    return load_vault(data_dir)


def new_key() -> str:
    return base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def _parsed(configured: str) -> dict[int, bytes]:
    keys = {}
    for part in filter(None, (each.strip() for each in configured.split(","))):
        version, _, text = part.partition(":")
        try:
            key = base64.b64decode(text, validate=True)
        except ValueError:
            key = b""
        if not version.isdigit() or len(key) != _BYTES:
            raise Misconfigured(
                "SCOPE_VAULT_KEYS must be VERSION:KEY pairs such as 1:…, each key 32 bytes in Base64"
                " (`scope keys new` prints one)."
            )
        keys[int(version)] = key
    return keys
