"""Recordings that were put into the bucket by others and are submitted over the bus.

What cannot be a submission (no owner, no title, somebody else's folder) becomes a dead letter. A recording that is
at fault becomes a session that failed, so that its owner and whoever submitted it are told.
"""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import structlog
from pydantic import ValidationError

from services.ingest.form import UploadForm
from services.ingest.multipart import Video, measured
from services.ingest.sessions import new_session, recording_of
from services.ingest.settings import MAX_RECORDING_BYTES
from services.ingest.sniff import CONTAINERS, HEAD, Container, container_of, looks_like
from shared.model.accounts import Account
from shared.model.blob_keys import recording_key, submission_prefix
from shared.model.envelope import Envelope
from shared.model.errors import Conflict, PermanentFailure
from shared.model.events import Event, RecordingStored, RecordingSubmit
from shared.model.ids import derived_id
from shared.model.outcomes import DeadLetter, Done, Outcome
from shared.model.session import Session
from shared.model.transitions import Failed, apply
from shared.ports.blobs import BlobMissing, checked_key
from shared.ports.bus import Delivery
from shared.runtime.ledger import Ledger
from shared.runtime.wiring import Ports

_CHUNK = 1024 * 1024
_log = structlog.get_logger(__name__)


class _NotAcceptedError(Exception):
    """It cannot be a submission, whatever lies in the bucket."""


class Submissions:
    def __init__(self, ports: Ports, ledger: Ledger, secret: bytes) -> None:
        """`secret` makes the id of a session that follows from a message as hard to guess as any other."""
        self._ports, self._ledger, self._secret = ports, ledger, secret.hex()

    async def __call__(self, delivery: Delivery) -> Outcome:
        envelope = delivery.envelope
        try:
            order, form = _read(envelope)
            account = await self._owner(order)
        except _NotAcceptedError as error:
            _log.warning("submission not accepted", event_id=envelope.id, source=envelope.source, reason=str(error))
            return DeadLetter(f"not accepted: {error}")
        session_id = derived_id("sess", self._secret, envelope.source, envelope.id)
        if await self._ports.store.session(session_id) is None:
            await self._accept(session_id, order, form, account, envelope)
        session = await self._ports.store.session(session_id)
        if session is not None and session.recording is not None:
            await self._ports.blobs.delete(order.key)  # it is ours now, and has its own place
        return Done(session_id)

    async def _owner(self, order: RecordingSubmit) -> Account:
        account = await self._ports.store.account(order.user_id)
        if account is None:
            raise _NotAcceptedError("userId is no account here. Its owner must have signed in once.")
        if not order.key.startswith(f"{submission_prefix(account.id)}/"):
            raise _NotAcceptedError(f"key must lie below {submission_prefix(account.id)}/, the owner's own folder.")
        return account

    async def _accept(
        self, session_id: str, order: RecordingSubmit, form: UploadForm, account: Account, envelope: Envelope
    ) -> None:
        """One insert, with the video in its place or with why not."""
        session = new_session(session_id, account.id, form, account.settings, self._ports.clock.now())
        about = {"request_id": envelope.requestid or envelope.id, "traceparent": envelope.traceparent}
        session = session.model_copy(update=about)
        try:
            video = await self._take(session_id, order)
        except PermanentFailure as failure:
            failed = apply(
                session, Failed("frame_extraction", failure.code, failure.message), self._ports.clock.now()
            )
            await self._insert(failed.session, failed.events)
            return
        recording = recording_of(video, session_id, form, account.settings)
        stored = RecordingStored(session_id=session_id, user_id=account.id)
        await self._insert(session.model_copy(update={"recording": recording}), (stored,))
        _log.info("submission accepted", session_id=session_id, bytes=video.size, source=envelope.source)

    async def _insert(self, session: Session, events: tuple[Event, ...]) -> None:
        try:
            await self._ledger.insert(session, events)
        except Conflict:
            _log.info("submission was accepted by another delivery", session_id=session.id)

    async def _take(self, session_id: str, order: RecordingSubmit) -> Video:
        """Copy it to its place, checked like an upload. Raise PermanentFailure when it is at fault."""
        try:
            info = await self._ports.blobs.info(order.key)
            if info.size > MAX_RECORDING_BYTES:
                raise PermanentFailure("unsupported_size", f"The file is larger than {MAX_RECORDING_BYTES} bytes.")
            with tempfile.TemporaryDirectory(prefix="scope-") as folder:
                path = Path(folder) / "recording"
                await self._ports.blobs.fetch(order.key, path)
                video = Video(*_checked(path, order.mime_type))
                await self._ports.blobs.put_stream(recording_key(session_id), measured(_chunks(path), video))
        except BlobMissing as error:
            words = f"Nothing lies under {order.key} in the bucket. Put the file there before it is submitted."
            raise PermanentFailure("storage_failed", words) from error
        return video


def _read(envelope: Envelope) -> tuple[RecordingSubmit, UploadForm]:
    """The order, and its fields as those of an upload. Raise _NotAcceptedError that names what is wrong."""
    try:
        order = RecordingSubmit.model_validate(envelope.data)
        fields = order.model_dump(mode="json", by_alias=True, exclude_none=True)
        form = UploadForm.model_validate(
            {k: v for k, v in fields.items() if k not in {"userId", "key", "mimeType"}}
        )
        checked_key(order.key)
    except ValidationError as error:
        words = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise _NotAcceptedError(words) from error
    except ValueError as error:
        raise _NotAcceptedError(str(error)) from error
    return order, form


def _checked(path: Path, declared: str | None) -> tuple[str, Container]:
    """Media type and container by content; a type that was declared must agree."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise PermanentFailure("empty_recording", "The file is empty; the recorder wrote nothing. Record again.")
    container = container_of(head)
    if container is None:
        words = f"The file is not a video: its content is {looks_like(head)}."
        raise PermanentFailure("not_a_video", f"{words} Submit a WebM, Matroska or MP4 recording.")
    right = next(name for name, kind in CONTAINERS.items() if kind == container)
    if declared is not None and CONTAINERS.get(declared) != container:
        raise PermanentFailure("not_a_video", f"mimeType is {declared}, but the content is {right}.")
    return declared or right, container


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
