"""The document store.

What every adapter promises (tests/contract/store_suite.py):
- `replace_*` is one atomic compare-and-set on `version`: of two writers with the same expectation one wins.
- Reads see every write that has returned.
- Deleted sessions (tombstones) are returned by `session` and by nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from shared.model.accounts import Account, AgentTarget
from shared.model.credentials import Credential
from shared.model.session import Session, Status


@dataclass(frozen=True)
class SessionQuery:
    user_id: str
    limit: int = 20
    after: tuple[datetime, str] | None = None  # (updated_at, id) of the last one seen
    status: Status | None = None
    agent_target: AgentTarget | None = None
    title_contains: str | None = None  # case is ignored
    created_after: datetime | None = None
    created_before: datetime | None = None


@dataclass(frozen=True)
class SessionStats:
    total_sessions: int
    completed_sessions: int
    total_duration_s: int  # of completed sessions
    avg_processing_ms: int  # of completed sessions, 0 when there are none


@dataclass(frozen=True)
class DayCount:
    """Sessions that were made on a day of UTC, and how many of them are complete by now."""

    day: date
    sessions: int
    completed: int


@dataclass(frozen=True)
class IdempotencyRecord:
    """`fingerprint` is None while the upload is still being received, until `lease_until`."""

    user_id: str
    key: str
    claim: str  # who holds it
    lease_until: datetime
    expires_at: datetime
    fingerprint: str | None = None
    session_id: str | None = None
    mode: Literal["sync", "async"] = "sync"


@dataclass(frozen=True)
class Allowance:
    """What the token bucket says: `retry_after` in seconds is 0 when the call is allowed."""

    allowed: bool
    remaining: int
    retry_after: float
    reset_after: float  # seconds until the bucket is full again


class Store(Protocol):
    async def insert_session(self, session: Session) -> None:
        """Raise Conflict if the id is taken."""

    async def session(self, session_id: str) -> Session | None: ...

    async def replace_session(self, session: Session, expected_version: int) -> bool:
        """False when somebody else wrote first, or it is gone."""

    async def purge_session(self, session_id: str) -> None:
        """Remove the document itself (a tombstone that has served)."""

    async def sessions(self, query: SessionQuery) -> list[Session]:
        """Most recently updated first, then by id downwards."""

    async def session_stats(self, user_id: str) -> SessionStats: ...

    async def sessions_per_day(self, user_id: str, since: datetime) -> list[DayCount]:
        """Of the sessions made at `since` or later; days that have any, oldest first."""

    async def sessions_with_outbox(self, limit: int) -> list[str]:
        """Ids, longest waiting first; tombstones included."""

    async def stalled_sessions(self, updated_before: datetime, limit: int) -> list[Session]:
        """Recordings in work that nobody touched since; longest waiting first."""

    async def tombstones(self, updated_before: datetime, limit: int) -> list[str]: ...

    async def insert_account(self, account: Account) -> None:
        """Raise Conflict if the id, or the e-mail address of a local account, is taken."""

    async def account(self, account_id: str) -> Account | None: ...

    async def local_account_by_email(self, email: str) -> Account | None:
        """Only accounts with a password; case of the address is ignored."""

    async def replace_account(self, account: Account, expected_version: int) -> bool: ...

    async def insert_credential(self, credential: Credential) -> None:
        """Raise Conflict if the id is taken."""

    async def credential(self, credential_id: str) -> Credential | None: ...

    async def credentials(self, user_id: str) -> list[Credential]:
        """Most recently updated first, then by id downwards."""

    async def replace_credential(self, credential: Credential, expected_version: int) -> bool: ...

    async def delete_credential(self, credential_id: str) -> None: ...

    async def credentials_under(self, key_version: int, limit: int) -> list[Credential]:
        """Those sealed under an older key than this, by id."""

    async def claim_idempotency(self, record: IdempotencyRecord, now: datetime) -> IdempotencyRecord:
        """Take the key if it is free, expired, or its lease ran out; return whoever holds it now."""

    async def update_idempotency(self, record: IdempotencyRecord) -> bool:
        """Write fingerprint, session and mode; False when the claim was lost."""

    async def release_idempotency(self, user_id: str, key: str, claim: str) -> None: ...

    async def forget_session_keys(self, session_ids: Sequence[str]) -> None:
        """Remove the idempotency records that point to these sessions."""

    async def take_token(self, bucket: str, *, rate: float, burst: int, now: datetime) -> Allowance:
        """One atomic step of a token bucket: `rate` tokens a second, at most `burst`."""

    async def expire(self, now: datetime) -> None:
        """Remove idempotency records and buckets that have had their time."""

    async def ping(self) -> None:
        """Raise Unavailable if the store does not answer."""

    async def close(self) -> None: ...
