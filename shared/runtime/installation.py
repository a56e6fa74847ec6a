"""What makes an installation itself: the secrets in its data folder, and what is derived from them."""

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from shared.model.errors import Misconfigured

_MASTER = "master.key"


def keys_dir(data_dir: Path) -> Path:
    """The folder for keys, readable by its owner only."""
    folder = data_dir / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def load_or_make(path: Path, make: bytes) -> bytes:
    """The file's content; when there is none, `make` is written first. Of two at once one wins and both agree."""
    if not path.exists():
        with tempfile.NamedTemporaryFile(dir=path.parent) as part:  # created readable by its owner only
            part.write(make)
            part.flush()
            os.fsync(part.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(part.name, path)
    return path.read_bytes()


def master_secret(data_dir: Path, configured: str = "") -> bytes:
    """32 bytes or more that every process of one installation shares.

    Misconfigured when none is given (`SCOPE_INTERNAL_KEY`) and none can be kept in the data folder.
    """
    if configured:
        return configured.encode()
    try:
        return load_or_make(keys_dir(data_dir) / _MASTER, secrets.token_bytes(32))
    except OSError as error:
        words = f"No key can be kept in {data_dir}: {error.strerror}. Set SCOPE_INTERNAL_KEY, the same everywhere."
        raise Misconfigured(words) from error


def derived_secret(master: bytes, purpose: str) -> bytes:
    """A key for one purpose; knowing it tells nothing about the others."""
    return hmac.new(master, purpose.encode(), hashlib.sha256).digest()
