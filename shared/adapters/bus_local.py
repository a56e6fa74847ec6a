"""A durable bus in a SQLite file, for one process: queues, delays, attempts and dead letters as on a broker."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from shared.adapters.deliveries import for_queue
from shared.adapters.local_subscriptions import Consumer, Listening, Taken
from shared.adapters.sqlite_file import SqliteFile
from shared.model.envelope import Envelope
from shared.model.events import QUEUES, queues_for
from shared.model.outcomes import DeadLetter, Outcome, Retry
from shared.ports.bus import DeadMessage, Delivery, Handler, Listener, QueueStats, Subscription

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, envelope TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, ready_at REAL NOT NULL, taken INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS messages_ready ON messages (queue, taken, ready_at, id);
CREATE TABLE IF NOT EXISTS dead_messages (
    id INTEGER PRIMARY KEY, queue TEXT NOT NULL, envelope TEXT NOT NULL, attempts INTEGER NOT NULL,
    reason TEXT NOT NULL);
"""

_LONGEST_SLEEP_S = 1.0  # a missed wake-up costs at most this


class LocalBus:
    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._wake = {queue: asyncio.Event() for queue in QUEUES}
        self._listeners: list[Listening] = []
        self._consumers: list[Consumer] = []

    @classmethod
    async def open(cls, path: Path) -> "LocalBus":
        """Open the file. One process owns it: what a killed one had taken is ready again."""
        file = await SqliteFile.open(path, SCHEMA)
        try:
            await file.run(lambda db: db.execute("UPDATE messages SET taken = 0"))
        except BaseException:
            await file.close()
            raise
        return cls(file)

    async def publish(self, envelopes: Sequence[Envelope]) -> None:
        rows = [
            (queue, envelope.to_json().decode(), time.time())
            for envelope in envelopes
            for queue in queues_for(envelope.type)
        ]
        sql = "INSERT INTO messages (queue, envelope, ready_at) VALUES (?, ?, ?)"
        await self._file.run(lambda db: db.executemany(sql, rows))
        for queue in {row[0] for row in rows}:
            self._wake[queue].set()
        for envelope in envelopes:
            for listening in tuple(self._listeners):
                listening.hear(envelope)

    async def consume(self, queue: str, handler: Handler, *, prefetch: int = 1) -> Consumer:
        consumer = Consumer(self, queue, handler, prefetch)
        self._consumers.append(consumer)
        return consumer

    async def listen(self, types: frozenset[str], listener: Listener) -> Listening:
        listening = Listening(types, listener, self._listeners)
        self._listeners.append(listening)
        return listening

    async def stats(self, queue: str) -> QueueStats:
        consumers = sum(consumer.takes_from(queue) for consumer in self._consumers)

        def work(db: sqlite3.Connection) -> QueueStats:
            ready, taken = db.execute(
                "SELECT coalesce(sum(taken = 0), 0), coalesce(sum(taken), 0) FROM messages WHERE queue = ?", [queue]
            ).fetchone()
            dead = db.execute("SELECT count(*) FROM dead_messages WHERE queue = ?", [queue]).fetchone()[0]
            return QueueStats(ready, taken, dead, consumers)

        return await self._file.run(work)

    async def dead_letters(self, queue: str, limit: int = 100) -> list[DeadMessage]:
        sql = "SELECT * FROM dead_messages WHERE queue = ? ORDER BY id LIMIT ?"
        rows = await self._file.run(lambda db: db.execute(sql, [queue, limit]).fetchall())
        return [
            DeadMessage(str(row["id"]), _bytes(row["envelope"]), row["reason"], row["attempts"]) for row in rows
        ]

    async def replay(self, queue: str, ids: Sequence[str]) -> int:
        copy = """INSERT INTO messages (queue, envelope, ready_at)
            SELECT queue, envelope, ? FROM dead_messages WHERE queue = ? AND id = ?"""

        def work(db: sqlite3.Connection) -> int:
            unique = dict.fromkeys(ids)
            count = sum(db.execute(copy, [time.time(), queue, each]).rowcount for each in unique)
            db.executemany(
                "DELETE FROM dead_messages WHERE queue = ? AND id = ?", [(queue, each) for each in unique]
            )
            return count

        count = await self._file.run(work)
        self._wake[queue].set()
        return count

    async def drop(self, queue: str, ids: Sequence[str]) -> int:
        sql = "DELETE FROM dead_messages WHERE queue = ? AND id = ?"
        rows = [(queue, each) for each in ids]
        return await self._file.run(lambda db: db.executemany(sql, rows).rowcount)

    async def ping(self) -> None:
        await self._file.run(lambda db: db.execute("SELECT 1").fetchone())

    async def close(self) -> None:
        subscriptions: list[Subscription] = [*self._consumers, *self._listeners]
        for subscription in subscriptions:
            await subscription.stop()
        await self._file.close()

    async def take(self, queue: str) -> Taken | None:
        """The next ready message of the queue, marked as taken and counted; None when there is none."""
        find = """UPDATE messages SET taken = 1, attempts = attempts + 1 WHERE id = (SELECT id FROM messages
            WHERE queue = ? AND taken = 0 AND ready_at <= ? ORDER BY ready_at, id LIMIT 1) RETURNING *"""
        row = await self._file.run(lambda db: db.execute(find, [queue, time.time()]).fetchone())
        if row is None:
            return None
        envelope = for_queue(queue, row["envelope"])
        if isinstance(envelope, str):
            await self._file.run(lambda db: _bury(db, row["id"], f"foreign message: {envelope}"))
            return await self.take(queue)
        return Taken(row["id"], Delivery(queue, envelope, row["attempts"]))

    async def settle(self, taken: Taken, outcome: Outcome) -> None:
        """Carry out what the handler decided."""
        if isinstance(outcome, Retry):
            sql = "UPDATE messages SET taken = 0, ready_at = ? WHERE id = ?"
            await self._file.run(lambda db: db.execute(sql, [time.time() + outcome.after, taken.id]))
            return
        if isinstance(outcome, DeadLetter):
            await self._file.run(lambda db: _bury(db, taken.id, outcome.reason))
            return
        await self._file.run(lambda db: db.execute("DELETE FROM messages WHERE id = ?", [taken.id]))

    async def hand_back(self, taken: Taken) -> None:
        """Ready again at once, as if it had not been delivered."""
        sql = "UPDATE messages SET taken = 0, attempts = attempts - 1 WHERE id = ?"
        await self._file.run(lambda db: db.execute(sql, [taken.id]))
        self._wake[taken.delivery.queue].set()

    async def wait_for_work(self, queue: str) -> None:
        """Return when something may be ready: woken by a publish, or when the next delay has passed."""
        sql = "SELECT min(ready_at) FROM messages WHERE queue = ? AND taken = 0"
        wake = self._wake[queue]
        wake.clear()
        soonest = await self._file.run(lambda db: db.execute(sql, [queue]).fetchone()[0])
        sleep = _LONGEST_SLEEP_S if soonest is None else min(_LONGEST_SLEEP_S, soonest - time.time())
        if sleep > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), sleep)


def _bury(db: sqlite3.Connection, message: int, reason: str) -> None:
    db.execute(
        "INSERT INTO dead_messages SELECT id, queue, envelope, attempts, ? FROM messages WHERE id = ?",
        [reason, message],
    )
    db.execute("DELETE FROM messages WHERE id = ?", [message])


def _bytes(column: str | bytes) -> bytes:
    """Messages are text, but anything may have been put into the file."""
    return column if isinstance(column, bytes) else column.encode()
