"""The embedded adapters belong to one process at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.model.errors import ScopeError


class DataInUseError(ScopeError):
    """Another process works in that data folder."""


@contextmanager
def locked(data_dir: Path) -> Iterator[None]:
    """The embedded adapters belong to one process at a time. Raise DataInUseError when there is another."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            message = f"Another process works in {data_dir}. Stop it, or name another folder with --data."
            raise DataInUseError(message) from error
        yield
