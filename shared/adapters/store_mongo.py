"""The document store in MongoDB: one document per session, changed by conditional replaces; no transaction needed.

motor is imported here alone, with only those calls that PyMongo's own async client shares: the change is one file.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from pymongo import ASCENDING, DESCENDING, ReturnDocument, WriteConcern
from pymongo.errors import ConfigurationError, DuplicateKeyError, InvalidURI, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern

from shared.adapters import mongo_documents as documents
from shared.adapters.mongo_documents import Document
from shared.model.accounts import Account
from shared.model.credentials import Credential
from shared.model.errors import Conflict, Misconfigured, Unavailable
from shared.model.session import Session
from shared.model.timestamps import iso
from shared.ports.store import Allowance, DayCount, IdempotencyRecord, SessionQuery, SessionStats

LIMIT_S = 10.0  # for an answer, and for finding a server that takes writes
_OLDEST_WIRE = (
    9  # MongoDB 4.4; https://github.com/mongodb/specifications/blob/master/source/wireversion-featurelist
)
_REFUSED = {13, 18, 8000}  # not allowed, wrong password, wrong password at Atlas
_DAY_S = 24 * 3600

_INDEXES: tuple[tuple[str, list[tuple[str, int]], Document], ...] = (
    ("sessions", [("user_id", ASCENDING), ("updated_at", DESCENDING), ("_id", DESCENDING)],
     {"partialFilterExpression": {"deleted": False}}),
    ("sessions", [("user_id", ASCENDING), ("created_at", ASCENDING)],
     {"partialFilterExpression": {"deleted": False}}),
    ("sessions", [("has_outbox", ASCENDING), ("updated_at", ASCENDING)],
     {"partialFilterExpression": {"has_outbox": True}}),
    ("sessions", [("status", ASCENDING), ("updated_at", ASCENDING)],
     {"partialFilterExpression": {"status": "processing"}}),
    ("sessions", [("deleted", ASCENDING), ("updated_at", ASCENDING)],
     {"partialFilterExpression": {"deleted": True}}),
    ("accounts", [("local_email", ASCENDING)],
     {"unique": True, "partialFilterExpression": {"local_email": {"$type": "string"}}}),
    ("credentials", [("user_id", ASCENDING), ("updated_at", DESCENDING), ("_id", DESCENDING)], {}),
    ("credentials", [("key_version", ASCENDING)], {}),
    ("idempotency", [("session_id", ASCENDING)], {}),
    ("idempotency", [("expires_at", ASCENDING)], {}),
)  # fmt: skip


class MongoStore:
    def __init__(self, client: "AsyncIOMotorClient[Document]", database: str) -> None:
        self._client = client
        self._db: AsyncIOMotorDatabase[Document] = client.get_database(
            database,
            write_concern=WriteConcern(w="majority", wtimeout=round(LIMIT_S * 1000)),
            read_concern=ReadConcern("majority"),
        )
        self._sessions, self._accounts = self._db["sessions"], self._db["accounts"]
        self._idempotency, self._buckets = self._db["idempotency"], self._db["buckets"]
        self._keys = self._db["credentials"]

    @classmethod
    async def open(cls, url: str) -> "MongoStore":
        """Connect and see that the server can do what we need. Raise Unavailable, or Misconfigured."""
        client, database = _client(url)
        store = cls(client, database)
        try:
            with _answered():
                hello = await client.admin.command("hello")
            _check(hello)
        except BaseException:
            await store.close()
            raise
        return store

    async def insert_session(self, session: Session) -> None:
        with _answered(f"A session {session.id} exists already."):
            await self._sessions.insert_one(documents.session_document(session))

    async def session(self, session_id: str) -> Session | None:
        with _answered():
            found = await self._sessions.find_one({"_id": session_id}, {"document": 1})
        return Session.model_validate(found["document"]) if found else None

    async def replace_session(self, session: Session, expected_version: int) -> bool:
        where = {"_id": session.id, "version": expected_version}
        with _answered():
            done = await self._sessions.replace_one(where, documents.session_document(session))
        return done.matched_count == 1

    async def purge_session(self, session_id: str) -> None:
        with _answered():
            await self._sessions.delete_one({"_id": session_id})

    async def sessions(self, query: SessionQuery) -> list[Session]:
        order = [("updated_at", DESCENDING), ("_id", DESCENDING)]
        return await self._found(documents.where(query), order, query.limit)

    async def session_stats(self, user_id: str) -> SessionStats:
        done = {"$eq": ["$status", "complete"]}
        group = {
            "_id": None,
            "total": {"$sum": 1},
            "completed": {"$sum": {"$cond": [done, 1, 0]}},
            "duration": {"$sum": {"$cond": [done, "$duration_s", 0]}},
            "processing": {"$sum": {"$cond": [done, "$processing_ms", 0]}},
        }
        with _answered():
            pipeline: list[Document] = [{"$match": {"user_id": user_id, "deleted": False}}, {"$group": group}]
            rows = await self._sessions.aggregate(pipeline).to_list(1)
        if not rows:
            return SessionStats(0, 0, 0, 0)
        row, completed = rows[0], rows[0]["completed"]
        mean = round(row["processing"] / completed) if completed else 0
        return SessionStats(row["total"], completed, row["duration"], mean)

    async def sessions_per_day(self, user_id: str, since: datetime) -> list[DayCount]:
        with _answered():
            rows = await self._sessions.aggregate(documents.per_day(user_id, since)).to_list(None)
        return [DayCount(date.fromisoformat(row["_id"]), row["total"], row["completed"]) for row in rows]

    async def sessions_with_outbox(self, limit: int) -> list[str]:
        return await self._ids({"has_outbox": True}, limit)

    async def stalled_sessions(self, updated_before: datetime, limit: int) -> list[Session]:
        where = {"status": "processing", "deleted": False, "origin": "recording"}
        return await self._found({**where, "updated_at": {"$lt": iso(updated_before)}}, _LONGEST_WAITING, limit)

    async def tombstones(self, updated_before: datetime, limit: int) -> list[str]:
        where = {"deleted": True, "has_outbox": False, "updated_at": {"$lt": iso(updated_before)}}
        return await self._ids(where, limit)

    async def _found(self, where: Document, order: list[tuple[str, int]], limit: int) -> list[Session]:
        with _answered():
            rows = await self._sessions.find(where, {"document": 1}).sort(order).limit(limit).to_list(limit)
        return [Session.model_validate(row["document"]) for row in rows]

    async def _ids(self, where: Document, limit: int) -> list[str]:
        with _answered():
            rows = await self._sessions.find(where, {"_id": 1}).sort(_LONGEST_WAITING).limit(limit).to_list(limit)
        return [row["_id"] for row in rows]

    async def insert_account(self, account: Account) -> None:
        with _answered(_ACCOUNT_TAKEN):
            await self._accounts.insert_one(documents.account_document(account))

    async def account(self, account_id: str) -> Account | None:
        return await self._account({"_id": account_id})

    async def local_account_by_email(self, email: str) -> Account | None:
        return await self._account({"local_email": email.casefold()})

    async def _account(self, where: Document) -> Account | None:
        with _answered():
            found = await self._accounts.find_one(where, {"document": 1})
        return Account.model_validate(found["document"]) if found else None

    async def replace_account(self, account: Account, expected_version: int) -> bool:
        where = {"_id": account.id, "version": expected_version}
        with _answered(_ACCOUNT_TAKEN):
            done = await self._accounts.replace_one(where, documents.account_document(account))
        return done.matched_count == 1

    async def insert_credential(self, credential: Credential) -> None:
        with _answered(f"A credential {credential.id} exists already."):
            await self._keys.insert_one(documents.credential_document(credential))

    async def credential(self, credential_id: str) -> Credential | None:
        found = await self._credentials({"_id": credential_id}, [("_id", ASCENDING)], 1)
        return found[0] if found else None

    async def credentials(self, user_id: str) -> list[Credential]:
        return await self._credentials(
            {"user_id": user_id}, [("updated_at", DESCENDING), ("_id", DESCENDING)], 1000
        )

    async def replace_credential(self, credential: Credential, expected_version: int) -> bool:
        where = {"_id": credential.id, "version": expected_version}
        with _answered():
            done = await self._keys.replace_one(where, documents.credential_document(credential))
        return done.matched_count == 1

    async def delete_credential(self, credential_id: str) -> None:
        with _answered():
            await self._keys.delete_one({"_id": credential_id})

    async def credentials_under(self, key_version: int, limit: int) -> list[Credential]:
        return await self._credentials({"key_version": {"$lt": key_version}}, [("_id", ASCENDING)], limit)

    async def _credentials(self, where: Document, order: list[tuple[str, int]], limit: int) -> list[Credential]:
        with _answered():
            rows = await self._keys.find(where, {"document": 1}).sort(order).limit(limit).to_list(limit)
        return [Credential.model_validate(row["document"]) for row in rows]

    async def claim_idempotency(self, record: IdempotencyRecord, now: datetime) -> IdempotencyRecord:
        """Two steps that need no transaction: what has run out goes, and of those who then insert one wins."""
        key, moment = documents.key(record.user_id, record.key), iso(now)
        unbound = {"fingerprint": None, "lease_until": {"$lte": moment}}
        free = {"_id": key, "$or": [{"expires_at": {"$lte": moment}}, unbound]}
        while True:
            with _answered():
                await self._idempotency.delete_one(free)
                try:
                    await self._idempotency.insert_one(documents.idempotency_document(record))
                except DuplicateKeyError:
                    found = await self._idempotency.find_one({"_id": key})
                else:
                    return record
            if found is not None:  # else it was released in between
                return documents.idempotency_record(found)

    async def update_idempotency(self, record: IdempotencyRecord) -> bool:
        where = {"_id": documents.key(record.user_id, record.key), "claim": record.claim}
        change = {"fingerprint": record.fingerprint, "session_id": record.session_id, "mode": record.mode}
        with _answered():
            done = await self._idempotency.update_one(where, {"$set": change})
        return done.matched_count == 1

    async def release_idempotency(self, user_id: str, key: str, claim: str) -> None:
        with _answered():
            await self._idempotency.delete_one({"_id": documents.key(user_id, key), "claim": claim})

    async def forget_session_keys(self, session_ids: Sequence[str]) -> None:
        with _answered():
            await self._idempotency.delete_many({"session_id": {"$in": list(session_ids)}})

    async def take_token(self, bucket: str, *, rate: float, burst: int, now: datetime) -> Allowance:
        """One update that the server computes. A bucket is made full, by whoever of the first comes first."""
        step = documents.taking(rate, burst, now.timestamp())
        while True:
            with _answered():
                found = await self._buckets.find_one_and_update(
                    {"_id": bucket}, step, return_document=ReturnDocument.AFTER
                )
            if found is not None:
                break
            full = {"_id": bucket, "tokens": float(burst), "at": now.timestamp()}
            with suppress(Conflict), _answered():
                await self._buckets.insert_one(full)
        tokens, allowed = float(found["tokens"]), bool(found["allowed"])
        wait = 0.0 if allowed else (1 - tokens) / rate
        return Allowance(allowed, int(tokens), wait, (burst - tokens) / rate)

    async def expire(self, now: datetime) -> None:
        at = now.timestamp()
        # A day ahead: a clock was wrong then, and the bucket would stand still.
        stale = {"$or": [{"at": {"$lt": at - _DAY_S}}, {"at": {"$gt": at + _DAY_S}}]}
        with _answered():
            await self._idempotency.delete_many({"expires_at": {"$lte": iso(now)}})
            await self._buckets.delete_many(stale)

    async def ping(self) -> None:
        with _answered():
            await self._db.command("ping")

    async def close(self) -> None:
        self._client.close()


async def prepare(url: str) -> None:
    """Make the indexes. Idempotent. Raise Unavailable, or Misconfigured."""
    store = await MongoStore.open(url)
    try:
        for collection, keys, options in _INDEXES:
            with _answered():
                await store._db[collection].create_index(keys, **options)  # noqa: SLF001  the same room
    finally:
        await store.close()


_LONGEST_WAITING = [("updated_at", ASCENDING)]
_ACCOUNT_TAKEN = "An account with this id or e-mail address exists already."


def _client(url: str) -> tuple["AsyncIOMotorClient[Document]", str]:
    name = urlsplit(url).path.strip("/") or "scope"
    limit = round(LIMIT_S * 1000)
    try:
        client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
            url,
            appname="claude-scope",
            serverSelectionTimeoutMS=limit // 2,
            connectTimeoutMS=limit // 2,
            socketTimeoutMS=limit,
        )
        client.get_database(name)
    except (InvalidURI, ConfigurationError, ValueError) as error:
        words = "As in mongodb://user:password@host:27017/scope"
        raise Misconfigured(f"SCOPE_STORE_URL is no address of MongoDB: {error}. {words}") from error
    return client, name


def _check(hello: Mapping[str, Any]) -> None:
    found = int(hello.get("maxWireVersion", 0))
    if found < _OLDEST_WIRE:
        raise Misconfigured(f"MongoDB 4.4 or newer is needed; this server speaks wire version {found}.")


@contextmanager
def _answered(taken: str = "This key is taken already.") -> Iterator[None]:
    """Failures of the server in our own words; `taken` is said when a unique index refuses."""
    try:
        yield
    except DuplicateKeyError as error:
        raise Conflict(taken) from error
    except OperationFailure as error:
        if error.code in _REFUSED:
            raise Misconfigured(
                f"MongoDB refuses the user or password of SCOPE_STORE_URL: {_words(error)}"
            ) from error
        raise Unavailable(f"MongoDB could not do it: {_words(error)}") from error
    except PyMongoError as error:
        raise Unavailable(f"MongoDB does not answer: {_words(error)}") from error


def _words(error: PyMongoError) -> str:
    """The first sentence: drivers append the whole topology."""
    text = re.split(r", Timeout:|, Topology Description|, full error", str(error))[0]
    return text if text.endswith(".") else f"{text}."
