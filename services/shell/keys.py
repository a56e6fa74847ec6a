"""`scope keys`: the keys under which accounts' own secrets are encrypted."""

import asyncio
from typing import TYPE_CHECKING

import click

from shared.runtime import logs
from shared.runtime.settings import RuntimeSettings

if TYPE_CHECKING:
    from shared.runtime.reseal import Resealed
    from shared.runtime.vault import Vault


@click.group()
def keys() -> None:
    """Encryption keys for what accounts entrust to us."""


@keys.command()
def new() -> None:
    """Print a fresh key for SCOPE_VAULT_KEYS."""
    from shared.runtime.vault import new_key  # noqa: PLC0415  other commands start faster without it

    click.echo(new_key())


@keys.command()
def rotate() -> None:
    """Seal everything anew under the newest key.

    Keys of the data folder get a new one first. With SCOPE_VAULT_KEYS, put the new key in front of the old ones
    everywhere, start the processes anew, and then rotate; after that the old key can go.
    """
    from shared.runtime.vault import add_key, load_vault  # noqa: PLC0415

    settings = RuntimeSettings()
    logs.configure(settings.log_level, settings.log_format)
    configured = bool(settings.vault_keys)
    vault = load_vault(settings.data_dir, settings.vault_keys, settings.internal_key)
    if not configured:
        vault = add_key(settings.data_dir)
    done = asyncio.run(_resealed(settings, vault))
    click.echo(f"{done.count} credential(s) are now sealed under key version {vault.newest}.")
    for credential_id in done.broken:
        click.echo(f"{credential_id} does not open with any key; its owner has to store it again.", err=True)
    if configured and len(vault.keys) == 1:
        click.echo(
            "There is but one key. For a new one: `scope keys new`, then SCOPE_VAULT_KEYS=2:NEW,1:OLD", err=True
        )


async def _resealed(settings: RuntimeSettings, vault: "Vault") -> "Resealed":
    from shared.runtime.reseal import reseal  # noqa: PLC0415
    from shared.runtime.wiring import open_ports  # noqa: PLC0415

    async with open_ports(settings) as ports:
        return await reseal(ports.store, vault)
