"""One SQLite file, used from one thread of its own: what the embedded store and bus stand on."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

from shared.model.errors import Unavailable

T = TypeVar("T")

# The low byte of SQLite's result code, and what a person can do about it.
_ADVICE = {
    sqlite3.SQLITE_BUSY: "Another process holds it. Stop that one, or wait until it is done.",
    sqlite3.SQLITE_LOCKED: "Another process holds it. Stop that one, or wait until it is done.",
    sqlite3.SQLITE_FULL: "The disk is full. Free some space.",
    sqlite3.SQLITE_READONLY: "It cannot be written. Check who owns it and its folder.",
    sqlite3.SQLITE_CANTOPEN: "It cannot be opened. Check that its folder exists and who owns it.",
    sqlite3.SQLITE_CORRUPT: "The file is damaged. Put a backup in its place, or move it away to start empty.",
    sqlite3.SQLITE_NOTADB: "The file is damaged. Put a backup in its place, or move it away to start empty.",
}


class SqliteFile:
    """All statements run one after the other in a single thread, each call in one transaction.

    Write-ahead log with `synchronous=FULL`: what has been committed survives a power cut and a killed process.
    """

    def __init__(self, path: Path, lock_timeout: float = 10.0) -> None:
        self._path, self._lock_timeout = path, lock_timeout
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite")
        self._connection: sqlite3.Connection | None = None

    @classmethod
    async def open(cls, path: Path, schema: str, *, lock_timeout: float = 10.0) -> Self:
        """Open or create the file and apply the schema (idempotent statements).

        `lock_timeout` in seconds: how long another process may hold the file. Raises Unavailable.
        """
        file = cls(path, lock_timeout)
        try:
            file._connection = await file._in_thread(lambda: file._connect(schema))
        except BaseException:
            file._thread.shutdown(wait=False)
            raise
        return file

    def _connect(self, schema: str) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=self._lock_timeout)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.executescript(schema)
        except BaseException:
            connection.close()
            raise
        return connection

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in one transaction; roll back when it raises. A full or broken disk is Unavailable.

        A cancelled caller does not know whether the transaction took place: shield what must be known.
        """
        connection = self._connection
        if connection is None:
            raise Unavailable(f"The database {self._path} is closed.")
        return await self._in_thread(lambda: _transaction(connection, work))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            raise Unavailable(f"The database {self._path} does not work: {error}. {_advice(error)}") from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise Unavailable(f"The folder of {self._path} cannot be made: {reason}. Check who owns it.") from error

    async def close(self) -> None:
        """Close the connection once what was begun is done; a second call does nothing."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await asyncio.get_running_loop().run_in_executor(self._thread, connection.close)
        self._thread.shutdown(wait=False)


def _transaction(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
        if isinstance(result, sqlite3.Cursor):
            # Let go of elsewhere it would reset, from that thread, a cached statement that is in use here again.
            result.close()
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk may have rolled back already
            connection.execute("ROLLBACK")
        raise
    return result


def _advice(error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest says more, and differs between versions
    return _ADVICE.get(code, "Is the disk full, broken or read-only?")
