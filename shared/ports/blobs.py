"""The object store.

What every adapter promises (tests/contract/blobs_suite.py):
- A key is visible only once it is whole: an interrupted `put_stream` leaves nothing under the key.
- `put` of an existing key replaces it; `delete` of a missing key does nothing.
- Keys are relative paths of [A-Za-z0-9._-] segments; anything else is a ValueError.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from shared.model.errors import ScopeError

_KEY = re.compile(r"(?!.*(^|/)\.\.?(/|$))[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")


class BlobMissing(ScopeError):
    """Nothing lies under that key."""


@dataclass(frozen=True)
class BlobInfo:
    key: str
    size: int  # bytes
    modified: datetime


def checked_key(key: str) -> str:
    """Return the key; ValueError when it could leave its place."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a blob key: {key!r}")
    return key


class Blobs(Protocol):
    async def put(self, key: str, data: bytes) -> None: ...

    async def put_stream(self, key: str, chunks: AsyncIterator[bytes]) -> int:
        """Store the chunks as they come, in bounded memory; return the size in bytes."""

    async def get(self, key: str) -> bytes:
        """Raise BlobMissing."""

    async def fetch(self, key: str, path: Path) -> None:
        """Write the blob to a local file that does not exist yet. Raise BlobMissing."""

    async def info(self, key: str) -> BlobInfo:
        """Raise BlobMissing."""

    async def delete(self, key: str) -> None: ...

    async def delete_prefix(self, prefix: str) -> int:
        """Delete every key below `prefix` + `/`; return how many there were."""

    def list(self, prefix: str) -> AsyncIterator[BlobInfo]:
        """Every key below `prefix` + `/`, in the order of keys; "" lists everything."""

    async def ping(self) -> None:
        """Raise Unavailable if the store does not answer or cannot be written."""

    async def close(self) -> None: ...
