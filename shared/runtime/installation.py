"""Secrets that a data folder holds, and what is derived from them."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

_SECRET = "secret.key"


def keys_dir(data_dir: Path) -> Path:
    """The folder for keys, readable by its owner only."""
    folder = data_dir / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def load_or_make(path: Path, make: bytes) -> bytes:
    """The file's content; when there is none, `make` is written first. Of two at once one wins and both agree."""
    try:
        handle = os.open(path.with_suffix(".new"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        if not path.exists():
            os.write(handle, make)
            os.fsync(handle)
            os.link(path.with_suffix(".new"), path)
        os.close(handle)
    except FileExistsError:
        pass
    finally:
        path.with_suffix(".new").unlink(missing_ok=True)
    return path.read_bytes()


def master_secret(data_dir: Path, configured: str = "") -> bytes:
    """32 bytes or more that every process of one installation shares."""
    if configured:
        return configured.encode()
    return load_or_make(keys_dir(data_dir) / _SECRET, secrets.token_bytes(32))


def derived_secret(master: bytes, purpose: str) -> bytes:
    """A key for one purpose; knowing it tells nothing about the others."""
    return hmac.new(master, purpose.encode(), hashlib.sha256).digest()
