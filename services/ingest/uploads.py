"""Accepting an upload: the video is stored and the session committed, or nothing is left of it."""

import functools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import structlog
from aiohttp import MultipartReader

from services.ingest.multipart import Upload, read_upload
from services.ingest.sessions import new_session, recording_of
from services.ingest.settings import IngestSettings
from shared.model.accounts import AccountSettings
from shared.model.blob_keys import recording_key, storage_state_key
from shared.model.errors import Misconfigured
from shared.model.events import RecordingStored
from shared.model.ids import new_id
from shared.model.session import Session
from shared.ports.store import IdempotencyRecord
from shared.runtime.ledger import Ledger
from shared.runtime.problems import Problem
from shared.runtime.sealing import about_login
from shared.runtime.vault import load_vault
from shared.runtime.wiring import Ports

Mode = Literal["sync", "async"]
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Caller:
    """For whom and how an upload is made."""

    user_id: str
    request_id: str
    mode: Mode = "sync"
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Receipt:
    """`mode` is how the first request under the key was answered."""

    session_id: str
    mode: Mode
    replayed: bool = False


class Uploads:
    def __init__(self, ports: Ports, ledger: Ledger, settings: IngestSettings) -> None:
        self._ports, self._ledger, self._settings = ports, ledger, settings

    async def accept(self, reader: MultipartReader, caller: Caller) -> Receipt:
        """Raise Problem for bad input, 409 and 422 for misuse of the idempotency key."""
        if caller.idempotency_key is None:
            return await self._store(reader, caller, None)
        mine = self._claim(caller, caller.idempotency_key)
        held = await self._ports.store.claim_idempotency(mine, self._ports.clock.now())
        if held.claim != mine.claim:
            return await self._replay(reader, held)
        return await self._store(reader, caller, mine)

    async def _store(self, reader: MultipartReader, caller: Caller, claim: IdempotencyRecord | None) -> Receipt:
        session_id = new_id("sess")
        try:
            upload = await read_upload(
                reader, functools.partial(self._ports.blobs.put_stream, recording_key(session_id))
            )
            await self._seal(upload, session_id)
            await self._bind(claim, upload, session_id, caller)
        except BaseException:  # cancelled too: nothing of it may stay
            await self._forget(session_id, claim)
            raise
        try:
            await self._commit(upload, session_id, caller)
        except Exception:  # if we are cancelled here the session may exist: then the sweeper decides
            await self._forget(session_id, claim)
            raise
        _log.info("recording stored", session_id=session_id, bytes=upload.video.size)
        return Receipt(session_id, caller.mode)

    async def _seal(self, upload: Upload, session_id: str) -> None:
        """The login of a test account lies beside the video, encrypted, and goes with it."""
        state = upload.form.storage_state
        if state is None:
            return
        settings = self._settings
        try:
            vault = load_vault(settings.data_dir, settings.vault_keys, settings.internal_key)
        except Misconfigured as error:
            raise Problem(503, f"A storageState cannot be kept here: {error.message}") from error
        sealed = vault.seal(state.model_dump_json(by_alias=True), about_login(session_id))
        await self._ports.blobs.put(storage_state_key(session_id), f"{sealed.version}:{sealed.text}".encode())

    async def _forget(self, session_id: str, claim: IdempotencyRecord | None) -> None:
        """A failed or abandoned attempt leaves nothing behind and does not block the next one."""
        await self._ports.blobs.delete(recording_key(session_id))
        await self._ports.blobs.delete(storage_state_key(session_id))
        if claim is not None:
            await self._ports.store.release_idempotency(claim.user_id, claim.key, claim.claim)

    async def _commit(self, upload: Upload, session_id: str, caller: Caller) -> None:
        account = await self._ports.store.account(caller.user_id)
        settings = account.settings if account else AccountSettings()
        session = self._session(upload, session_id, caller, settings)
        await self._ledger.insert(session, (RecordingStored(session_id=session_id, user_id=caller.user_id),))

    def _session(self, upload: Upload, session_id: str, caller: Caller, settings: AccountSettings) -> Session:
        session = new_session(session_id, caller.user_id, upload.form, settings, self._ports.clock.now())
        recording = recording_of(upload.video, session_id, upload.form, settings)
        return session.model_copy(update={"recording": recording, "request_id": caller.request_id})

    def _claim(self, caller: Caller, key: str) -> IdempotencyRecord:
        now = self._ports.clock.now()
        return IdempotencyRecord(
            user_id=caller.user_id,
            key=key,
            claim=new_id("clm"),
            lease_until=now + timedelta(seconds=self._settings.upload_timeout + 60),
            expires_at=now + timedelta(seconds=self._settings.idempotency_ttl),
            mode=caller.mode,
        )

    async def _bind(self, claim: IdempotencyRecord | None, upload: Upload, session_id: str, caller: Caller) -> None:
        """Tie the key to the session before the session exists: a crash in between is found by `_replay`."""
        if claim is None:
            return
        bound = IdempotencyRecord(
            user_id=claim.user_id,
            key=claim.key,
            claim=claim.claim,
            lease_until=claim.lease_until,
            expires_at=claim.expires_at,
            fingerprint=upload.fingerprint,
            session_id=session_id,
            mode=caller.mode,
        )
        if not await self._ports.store.update_idempotency(bound):
            raise _running()

    async def _replay(self, reader: MultipartReader, held: IdempotencyRecord) -> Receipt:
        """Somebody was first under this key."""
        if held.fingerprint is None or held.session_id is None:
            raise _running()
        upload = await read_upload(reader, _nowhere)
        if upload.fingerprint != held.fingerprint:
            raise Problem(422, "This Idempotency-Key was used for another upload. Use a new key for a new upload.")
        session = await self._ports.store.session(held.session_id)
        if session is None:
            await self._abandoned(held)
            raise _running()
        if held.mode == "sync" and not session.terminal:
            raise _running()
        return Receipt(session.id, held.mode, replayed=True)

    async def _abandoned(self, held: IdempotencyRecord) -> None:
        """The first attempt died between its two writes: once its lease has run out the key is free again."""
        if held.lease_until <= self._ports.clock.now():
            await self._ports.store.release_idempotency(held.user_id, held.key, held.claim)


async def _nowhere(chunks: AsyncIterator[bytes]) -> int:
    """Measure and forget."""
    return sum([len(chunk) async for chunk in chunks])


def _running() -> Problem:
    message = "The first upload under this Idempotency-Key is still in work. Ask again when it is done."
    return Problem(409, message, headers={"Retry-After": "5"})
