"""The document store in SQLite: JSON documents beside the columns that are searched."""

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from shared.adapters.sqlite_file import SqliteFile
from shared.model.accounts import Account
from shared.model.credentials import Credential
from shared.model.errors import Conflict
from shared.model.session import Session
from shared.model.timestamps import iso
from shared.ports.store import Allowance, DayCount, IdempotencyRecord, SessionQuery, SessionStats

SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL,
    origin TEXT NOT NULL, agent_target TEXT NOT NULL, title TEXT NOT NULL, created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL, deleted INTEGER NOT NULL, has_outbox INTEGER NOT NULL,
    duration_s INTEGER NOT NULL, processing_ms INTEGER NOT NULL, document TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS sessions_by_user ON sessions (user_id, updated_at DESC, id DESC) WHERE deleted = 0;
CREATE INDEX IF NOT EXISTS sessions_by_day ON sessions (user_id, created_at) WHERE deleted = 0;
CREATE INDEX IF NOT EXISTS sessions_outbox ON sessions (updated_at) WHERE has_outbox = 1;
CREATE INDEX IF NOT EXISTS sessions_in_work ON sessions (updated_at) WHERE status = 'processing' AND deleted = 0;
CREATE INDEX IF NOT EXISTS sessions_deleted ON sessions (updated_at) WHERE deleted = 1;
CREATE TABLE IF NOT EXISTS accounts (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, local_email TEXT UNIQUE, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS credentials (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL, version INTEGER NOT NULL, key_version INTEGER NOT NULL,
    updated_at TEXT NOT NULL, document TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS credentials_by_user ON credentials (user_id, updated_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS credentials_by_key ON credentials (key_version);
CREATE TABLE IF NOT EXISTS idempotency (
    user_id TEXT, key TEXT, claim TEXT NOT NULL, lease_until TEXT NOT NULL, expires_at TEXT NOT NULL,
    fingerprint TEXT, session_id TEXT, mode TEXT NOT NULL, PRIMARY KEY (user_id, key));
CREATE INDEX IF NOT EXISTS idempotency_by_session ON idempotency (session_id);
CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, tokens REAL NOT NULL, at REAL NOT NULL);
"""

PER_DAY = """SELECT substr(created_at, 1, 10) AS day, count(*) AS total, sum(status = 'complete') AS completed
    FROM sessions WHERE user_id = ? AND deleted = 0 AND created_at >= ? GROUP BY day ORDER BY day"""

_COLUMNS = (
    "id, user_id, version, status, origin, agent_target, title, created_at, updated_at, deleted, has_outbox,"
    " duration_s, processing_ms, document"
)


def _row(session: Session) -> tuple[Any, ...]:
    return (
        session.id,
        session.user_id,
        session.version,
        session.status,
        session.origin,
        session.agent_target.value,
        session.title.casefold(),
        iso(session.created_at),
        iso(session.updated_at),
        session.deleted,
        bool(session.outbox),
        session.duration_s,
        session.processing_ms or 0,
        session.model_dump_json(),
    )


def _credential_row(credential: Credential) -> tuple[Any, ...]:
    return (
        credential.id,
        credential.user_id,
        credential.version,
        credential.key_version,
        iso(credential.updated_at),
        credential.model_dump_json(),
    )


def _where(query: SessionQuery) -> tuple[str, list[Any]]:
    """The conditions of a listing and their values."""
    terms: list[tuple[str, list[Any]]] = [("user_id = ? AND deleted = 0", [query.user_id])]
    if query.after:
        terms.append(("(updated_at, id) < (?, ?)", [iso(query.after[0]), query.after[1]]))
    if query.status:
        terms.append(("status = ?", [query.status]))
    if query.agent_target:
        terms.append(("agent_target = ?", [query.agent_target.value]))
    if query.title_contains:
        terms.append(("instr(title, ?) > 0", [query.title_contains.casefold()]))
    if query.created_after:
        terms.append(("created_at > ?", [iso(query.created_after)]))
    if query.created_before:
        terms.append(("created_at < ?", [iso(query.created_before)]))
    return " AND ".join(term for term, _ in terms), [value for _, values in terms for value in values]


class SqliteStore:
    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    @classmethod
    async def open(cls, path: Path) -> "SqliteStore":
        return cls(await SqliteFile.open(path, SCHEMA))

    async def insert_session(self, session: Session) -> None:
        marks = ", ".join("?" * len(_row(session)))
        sql = f"INSERT INTO sessions ({_COLUMNS}) VALUES ({marks})"  # noqa: S608  constant names
        try:
            await self._file.run(lambda db: db.execute(sql, _row(session)))
        except sqlite3.IntegrityError as error:
            raise Conflict(f"A session {session.id} exists already.") from error

    async def session(self, session_id: str) -> Session | None:
        rows = await self._select("SELECT document FROM sessions WHERE id = ?", [session_id])
        return Session.model_validate_json(rows[0]["document"]) if rows else None

    async def replace_session(self, session: Session, expected_version: int) -> bool:
        columns = ", ".join(f"{name.strip()} = ?" for name in _COLUMNS.split(","))
        sql = f"UPDATE sessions SET {columns} WHERE id = ? AND version = ?"  # noqa: S608  constant names
        values = (*_row(session), session.id, expected_version)
        return await self._file.run(lambda db: db.execute(sql, values).rowcount) == 1

    async def purge_session(self, session_id: str) -> None:
        await self._file.run(lambda db: db.execute("DELETE FROM sessions WHERE id = ?", [session_id]))

    async def sessions(self, query: SessionQuery) -> list[Session]:
        where, values = _where(query)
        sql = f"SELECT document FROM sessions WHERE {where} ORDER BY updated_at DESC, id DESC LIMIT ?"  # noqa: S608
        rows = await self._select(sql, [*values, query.limit])
        return [Session.model_validate_json(row["document"]) for row in rows]

    async def session_stats(self, user_id: str) -> SessionStats:
        sql = """SELECT count(*) AS total, coalesce(sum(status = 'complete'), 0) AS completed,
            coalesce(sum(duration_s) FILTER (WHERE status = 'complete'), 0) AS duration,
            coalesce(avg(processing_ms) FILTER (WHERE status = 'complete'), 0) AS mean
            FROM sessions WHERE user_id = ? AND deleted = 0"""
        row = (await self._select(sql, [user_id]))[0]
        return SessionStats(row["total"], row["completed"], row["duration"], round(row["mean"]))

    async def sessions_per_day(self, user_id: str, since: datetime) -> list[DayCount]:
        rows = await self._select(PER_DAY, [user_id, iso(since)])
        return [DayCount(date.fromisoformat(row["day"]), row["total"], row["completed"]) for row in rows]

    async def sessions_with_outbox(self, limit: int) -> list[str]:
        sql = "SELECT id FROM sessions WHERE has_outbox = 1 ORDER BY updated_at LIMIT ?"
        return [row["id"] for row in await self._select(sql, [limit])]

    async def stalled_sessions(self, updated_before: datetime, limit: int) -> list[Session]:
        sql = """SELECT document FROM sessions WHERE status = 'processing' AND deleted = 0
            AND origin = 'recording' AND updated_at < ? ORDER BY updated_at LIMIT ?"""
        rows = await self._select(sql, [iso(updated_before), limit])
        return [Session.model_validate_json(row["document"]) for row in rows]

    async def tombstones(self, updated_before: datetime, limit: int) -> list[str]:
        sql = """SELECT id FROM sessions WHERE deleted = 1 AND has_outbox = 0 AND updated_at < ?
            ORDER BY updated_at LIMIT ?"""
        return [row["id"] for row in await self._select(sql, [iso(updated_before), limit])]

    async def insert_account(self, account: Account) -> None:
        values = (account.id, account.version, _local_email(account), account.model_dump_json())
        await self._write_account("INSERT INTO accounts VALUES (?, ?, ?, ?)", values)

    async def account(self, account_id: str) -> Account | None:
        rows = await self._select("SELECT document FROM accounts WHERE id = ?", [account_id])
        return Account.model_validate_json(rows[0]["document"]) if rows else None

    async def local_account_by_email(self, email: str) -> Account | None:
        rows = await self._select("SELECT document FROM accounts WHERE local_email = ?", [email.casefold()])
        return Account.model_validate_json(rows[0]["document"]) if rows else None

    async def replace_account(self, account: Account, expected_version: int) -> bool:
        sql = "UPDATE accounts SET version = ?, local_email = ?, document = ? WHERE id = ? AND version = ?"
        changed = (account.version, _local_email(account), account.model_dump_json())
        return await self._write_account(sql, (*changed, account.id, expected_version)) == 1

    async def _write_account(self, sql: str, values: tuple[Any, ...]) -> int:
        try:
            return await self._file.run(lambda db: db.execute(sql, values).rowcount)
        except sqlite3.IntegrityError as error:
            raise Conflict("An account with this id or e-mail address exists already.") from error

    async def insert_credential(self, credential: Credential) -> None:
        sql = "INSERT INTO credentials VALUES (?, ?, ?, ?, ?, ?)"
        try:
            await self._file.run(lambda db: db.execute(sql, _credential_row(credential)))
        except sqlite3.IntegrityError as error:
            raise Conflict(f"A credential {credential.id} exists already.") from error

    async def credential(self, credential_id: str) -> Credential | None:
        found = await self._credentials("WHERE id = ?", [credential_id])
        return found[0] if found else None

    async def credentials(self, user_id: str) -> list[Credential]:
        return await self._credentials("WHERE user_id = ? ORDER BY updated_at DESC, id DESC", [user_id])

    async def replace_credential(self, credential: Credential, expected_version: int) -> bool:
        sql = """UPDATE credentials SET id = ?, user_id = ?, version = ?, key_version = ?, updated_at = ?,
            document = ? WHERE id = ? AND version = ?"""
        values = (*_credential_row(credential), credential.id, expected_version)
        return await self._file.run(lambda db: db.execute(sql, values).rowcount) == 1

    async def delete_credential(self, credential_id: str) -> None:
        await self._file.run(lambda db: db.execute("DELETE FROM credentials WHERE id = ?", [credential_id]))

    async def credentials_under(self, key_version: int, limit: int) -> list[Credential]:
        return await self._credentials("WHERE key_version < ? ORDER BY id LIMIT ?", [key_version, limit])

    async def _credentials(self, where: str, values: list[Any]) -> list[Credential]:
        rows = await self._select(f"SELECT document FROM credentials {where}", values)  # noqa: S608  constant text
        return [Credential.model_validate_json(row["document"]) for row in rows]

    async def claim_idempotency(self, record: IdempotencyRecord, now: datetime) -> IdempotencyRecord:
        free = """DELETE FROM idempotency WHERE user_id = ? AND key = ?
            AND (expires_at <= ? OR (fingerprint IS NULL AND lease_until <= ?))"""
        take = "INSERT OR IGNORE INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        read = "SELECT * FROM idempotency WHERE user_id = ? AND key = ?"
        who = [record.user_id, record.key]

        def work(db: sqlite3.Connection) -> IdempotencyRecord:
            db.execute(free, [*who, iso(now), iso(now)])
            db.execute(take, _idempotency_row(record))
            return _idempotency(db.execute(read, who).fetchone())

        return await self._file.run(work)

    async def update_idempotency(self, record: IdempotencyRecord) -> bool:
        sql = """UPDATE idempotency SET fingerprint = ?, session_id = ?, mode = ?
            WHERE user_id = ? AND key = ? AND claim = ?"""
        values = [record.fingerprint, record.session_id, record.mode, record.user_id, record.key, record.claim]
        return await self._file.run(lambda db: db.execute(sql, values).rowcount) == 1

    async def release_idempotency(self, user_id: str, key: str, claim: str) -> None:
        sql = "DELETE FROM idempotency WHERE user_id = ? AND key = ? AND claim = ?"
        await self._file.run(lambda db: db.execute(sql, [user_id, key, claim]))

    async def forget_session_keys(self, session_ids: Sequence[str]) -> None:
        rows = [(session_id,) for session_id in session_ids]
        await self._file.run(lambda db: db.executemany("DELETE FROM idempotency WHERE session_id = ?", rows))

    async def take_token(self, bucket: str, *, rate: float, burst: int, now: datetime) -> Allowance:
        def work(db: sqlite3.Connection) -> Allowance:
            row = db.execute("SELECT tokens, at FROM buckets WHERE name = ?", [bucket]).fetchone()
            # Time never runs backwards here: else every step back and forth would give the same seconds again.
            at = now.timestamp() if row is None else max(now.timestamp(), row["at"])
            tokens = burst if row is None else min(burst, row["tokens"] + (at - row["at"]) * rate)
            allowed = tokens >= 1
            tokens -= allowed
            db.execute("INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)", [bucket, tokens, at])
            wait = 0.0 if allowed else (1 - tokens) / rate
            return Allowance(allowed, int(tokens), wait, (burst - tokens) / rate)

        return await self._file.run(work)

    async def expire(self, now: datetime) -> None:
        def work(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM idempotency WHERE expires_at <= ?", [iso(now)])
            day, at = (
                24 * 3600,
                now.timestamp(),
            )  # a day ahead: a clock was wrong then, and the bucket would stand still
            db.execute("DELETE FROM buckets WHERE at < ? OR at > ?", [at - day, at + day])

        await self._file.run(work)

    async def ping(self) -> None:
        await self._select("SELECT 1", [])

    async def close(self) -> None:
        await self._file.close()

    async def _select(self, sql: str, values: Sequence[Any]) -> list[sqlite3.Row]:
        return await self._file.run(lambda db: db.execute(sql, values).fetchall())


def _idempotency_row(record: IdempotencyRecord) -> tuple[Any, ...]:
    return (
        record.user_id,
        record.key,
        record.claim,
        iso(record.lease_until),
        iso(record.expires_at),
        record.fingerprint,
        record.session_id,
        record.mode,
    )


def _idempotency(row: sqlite3.Row) -> IdempotencyRecord:
    return IdempotencyRecord(
        user_id=row["user_id"],
        key=row["key"],
        claim=row["claim"],
        lease_until=datetime.fromisoformat(row["lease_until"]),
        expires_at=datetime.fromisoformat(row["expires_at"]),
        fingerprint=row["fingerprint"],
        session_id=row["session_id"],
        mode=row["mode"],
    )


def _local_email(account: Account) -> str | None:
    """What must be unique: the address of an account that signs in here."""
    return account.email.casefold() if account.email and account.password_hash else None
