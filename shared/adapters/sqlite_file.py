"""One SQLite file, used from one thread of its own: what the embedded store and bus stand on."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

from shared.model.errors import Unavailable

T = TypeVar("T")


class SqliteFile:
    """All statements run one after the other in a single thread, each call in one transaction.

    Write-ahead log with `synchronous=FULL`: what has been committed survives a power cut, not only a killed process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite")
        self._connection: sqlite3.Connection | None = None

    @classmethod
    async def open(cls, path: Path, schema: str) -> Self:
        """Open or create the file and apply the schema (idempotent statements)."""
        path.parent.mkdir(parents=True, exist_ok=True)
        file = cls(path)
        await asyncio.get_running_loop().run_in_executor(file._thread, file._connect, schema)
        return file

    def _connect(self, schema: str) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=10)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.executescript(schema)
        self._connection = connection

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in one transaction; roll back when it raises. A full or broken disk is Unavailable."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._transaction, work)
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            message = f"The database {self._path} does not work: {error}. Is the disk full or read-only?"
            raise Unavailable(message) from error

    def _transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._connection is None:
            raise Unavailable(f"The database {self._path} is closed.")
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(self._connection)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        return result

    async def close(self) -> None:
        """Close the connection; a second call does nothing."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await asyncio.get_running_loop().run_in_executor(self._thread, connection.close)
        self._thread.shutdown(wait=False)
