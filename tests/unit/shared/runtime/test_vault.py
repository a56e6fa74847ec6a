"""What is sealed opens for what it belongs to, under the key of its version, and for nothing else."""

import stat
from pathlib import Path

import pytest

from shared.model.errors import Misconfigured
from shared.runtime.vault import SealBroken, Sealed, Vault, add_key, load_vault, new_key

ABOUT = "credential cred_1 of usr_1"


def vault(*versions: int) -> Vault:
    return load_vault(Path("/nowhere"), ",".join(f"{v}:{new_key()}" for v in versions))


def test_what_is_sealed_opens_again() -> None:
    one = vault(1)
    sealed = one.seal("a key ✓", ABOUT)
    assert "a key" not in sealed.text
    assert one.open(sealed, ABOUT) == "a key ✓"
    assert one.seal("a key ✓", ABOUT) != sealed


def test_the_newest_key_seals_and_old_ones_still_open() -> None:
    old = vault(1)
    both = Vault({**old.keys, 2: b"\x01" * 32})
    sealed = old.seal("x", ABOUT)
    assert both.open(sealed, ABOUT) == "x"
    assert both.seal("x", ABOUT).version == 2


@pytest.mark.parametrize("change", ["about", "text", "version", "key", "base64"])
def test_anything_else_does_not_open(change: str) -> None:
    one = vault(1)
    sealed = one.seal("secret", ABOUT)
    about = "credential cred_2 of usr_1" if change == "about" else ABOUT
    if change == "text":
        sealed = Sealed(sealed.text[:-6] + "AAAA==", sealed.version)
    if change == "base64":
        sealed = Sealed("?" + sealed.text, sealed.version)
    if change == "version":
        sealed = Sealed(sealed.text, 9)
    opener = vault(1) if change == "key" else one
    with pytest.raises(SealBroken):
        opener.open(sealed, about)


@pytest.mark.parametrize("configured", ["1", "1:short", "x:" + "A" * 44, "1:%%%"])
def test_keys_that_are_none_are_refused_with_what_they_must_be(configured: str) -> None:
    with pytest.raises(Misconfigured, match="SCOPE_VAULT_KEYS"):
        load_vault(Path("/nowhere"), configured)


def test_without_settings_a_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    sealed = load_vault(tmp_path).seal("x", ABOUT)
    assert load_vault(tmp_path).open(sealed, ABOUT) == "x"
    (file,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0


def test_another_key_in_the_folder_is_the_newest(tmp_path: Path) -> None:
    first = load_vault(tmp_path)
    sealed = first.seal("x", ABOUT)
    second = add_key(tmp_path)
    assert (first.newest, second.newest) == (1, 2)
    assert load_vault(tmp_path).open(sealed, ABOUT) == "x"
    assert all(stat.S_IMODE(f.stat().st_mode) & 0o077 == 0 for f in (tmp_path / "keys").iterdir())


def test_processes_that_share_no_folder_are_told_what_they_need(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="scope keys new"):
        load_vault(tmp_path, "", "shared secret")
