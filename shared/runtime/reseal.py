"""Rotation: whatever is sealed under an older key is sealed anew under the newest."""

from dataclasses import dataclass

from shared.model.credentials import Credential
from shared.ports.store import Store
from shared.runtime.vault import SealBroken, Sealed, Vault

_AT_ONCE = 100


@dataclass(frozen=True)
class Resealed:
    """`broken` ids could not be opened; their owners have to store the keys again."""

    count: int
    broken: tuple[str, ...] = ()


def about(credential_id: str, user_id: str) -> str:
    """What a sealed key belongs to: it opens for this credential of this account alone."""
    return f"credential {credential_id} of {user_id}"


def about_login(session_id: str) -> str:
    """What a sealed login of a test account belongs to. It lives as long as a session is in work: no rotation."""
    return f"login for {session_id}"


def opened(vault: Vault, credential: Credential) -> str:
    """The API key. SealBroken when it does not open."""
    sealed = Sealed(credential.sealed_key, credential.key_version)
    return vault.open(sealed, about(credential.id, credential.user_id))


async def reseal(store: Store, vault: Vault) -> Resealed:
    """May be interrupted and run again at any time."""
    count, broken = 0, []
    seen: set[str] = set()
    while batch := [
        c for c in await store.credentials_under(vault.newest, _AT_ONCE + len(seen)) if c.id not in seen
    ]:
        for credential in batch:
            try:
                sealed = vault.seal(opened(vault, credential), about(credential.id, credential.user_id))
            except SealBroken:
                seen.add(credential.id)
                broken.append(credential.id)
                continue
            update = {
                "sealed_key": sealed.text,
                "key_version": sealed.version,
                "version": credential.version + 1,
            }
            if await store.replace_credential(credential.model_copy(update=update), credential.version):
                count += 1
    return Resealed(count, tuple(broken))
