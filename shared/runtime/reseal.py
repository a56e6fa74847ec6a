"""Rotation: whatever is sealed under an older key is sealed anew under the newest."""

from dataclasses import dataclass

from shared.ports.store import Store
from shared.runtime.sealing import about, opened
from shared.runtime.vault import SealBroken, Vault

_AT_ONCE = 100


@dataclass(frozen=True)
class Resealed:
    """`broken` ids could not be opened; their owners have to store the keys again."""

    count: int
    broken: tuple[str, ...] = ()


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
