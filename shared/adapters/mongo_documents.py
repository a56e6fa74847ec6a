"""What lies in MongoDB: the documents, the conditions of a listing, the step of a token bucket. Pure."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from shared.model.accounts import Account
from shared.model.credentials import Credential
from shared.model.session import Session
from shared.model.timestamps import iso
from shared.ports.store import IdempotencyRecord, SessionQuery

Document = dict[str, Any]


def session_document(session: Session) -> Document:
    return {
        "_id": session.id,
        "user_id": session.user_id,
        "version": session.version,
        "status": session.status,
        "origin": session.origin,
        "agent_target": session.agent_target.value,
        "title": session.title.casefold(),
        "created_at": iso(session.created_at),
        "updated_at": iso(session.updated_at),
        "deleted": session.deleted,
        "has_outbox": bool(session.outbox),
        "duration_s": session.duration_s,
        "processing_ms": session.processing_ms or 0,
        "document": session.model_dump(mode="json"),
    }


def where(query: SessionQuery) -> Document:
    where: Document = {"user_id": query.user_id, "deleted": False}
    if query.after:
        moment, session_id = iso(query.after[0]), query.after[1]
        where["$or"] = [{"updated_at": {"$lt": moment}}, {"updated_at": moment, "_id": {"$lt": session_id}}]
    if query.status:
        where["status"] = query.status
    if query.agent_target:
        where["agent_target"] = query.agent_target.value
    if query.title_contains:  # no regular expression: those cannot hold every character
        where["$expr"] = {"$gte": [{"$indexOfCP": ["$title", {"$literal": query.title_contains.casefold()}]}, 0]}
    created = {"$gt": query.created_after, "$lt": query.created_before}
    if any(created.values()):
        where["created_at"] = {sign: iso(moment) for sign, moment in created.items() if moment}
    return where


def per_day(user_id: str, since: datetime) -> list[Document]:
    """Counts by the day of `created_at`, whose text begins with it; the index by user and time finds them."""
    done = {"$cond": [{"$eq": ["$status", "complete"]}, 1, 0]}
    day = {"$substrBytes": ["$created_at", 0, 10]}
    return [
        {"$match": {"user_id": user_id, "deleted": False, "created_at": {"$gte": iso(since)}}},
        {"$group": {"_id": day, "total": {"$sum": 1}, "completed": {"$sum": done}}},
        {"$sort": {"_id": 1}},
    ]


def account_document(account: Account) -> Document:
    """`local_email` is what must be unique: the address of an account that signs in here."""
    local = account.email.casefold() if account.email and account.password_hash else None
    document = account.model_dump(mode="json")
    return {"_id": account.id, "version": account.version, "local_email": local, "document": document}


def credential_document(credential: Credential) -> Document:
    return {
        "_id": credential.id,
        "user_id": credential.user_id,
        "version": credential.version,
        "key_version": credential.key_version,
        "updated_at": iso(credential.updated_at),
        "document": credential.model_dump(mode="json"),
    }


def key(user_id: str, key: str) -> Document:
    return {"user": user_id, "key": key}


def idempotency_document(record: IdempotencyRecord) -> Document:
    times = {"lease_until": iso(record.lease_until), "expires_at": iso(record.expires_at)}
    return {"_id": key(record.user_id, record.key), **asdict(record), **times}


def idempotency_record(found: Document) -> IdempotencyRecord:
    times = {name: datetime.fromisoformat(found[name]) for name in ("lease_until", "expires_at")}
    fields: Document = {**found, **times}
    del fields["_id"]
    return IdempotencyRecord(**fields)


def taking(rate: float, burst: int, now: float) -> list[Document]:
    """Fill up for the time that has passed, then take one if there is one. Time never runs backwards here."""
    later = {"$max": ["$at", now]}
    gained = {"$multiply": [{"$subtract": [later, "$at"]}, rate]}
    filled = {"$min": [float(burst), {"$add": ["$tokens", gained]}]}
    taken = {"$subtract": ["$tokens", {"$cond": ["$allowed", 1.0, 0.0]}]}
    return [
        {"$set": {"tokens": filled, "at": later}},
        {"$set": {"allowed": {"$gte": ["$tokens", 1.0]}}},
        {"$set": {"tokens": taken}},
    ]
