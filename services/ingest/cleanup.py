"""What is removed when a session ends: the video and its raw frames always, everything when it was deleted."""

from shared.model.blob_keys import raw_prefix, recording_key, session_prefix
from shared.model.events import SessionDeleted
from shared.runtime.wiring import Ports
from shared.runtime.worker import Job, Work


def cleanup_job(ports: Ports) -> Job:
    async def clean(work: Work) -> None:
        if work.envelope.type == SessionDeleted.TYPE:
            await ports.blobs.delete_prefix(session_prefix(work.session.id))
            await ports.store.forget_session_keys([work.session.id])
        else:
            await ports.blobs.delete(recording_key(work.session.id))
            await ports.blobs.delete_prefix(raw_prefix(work.session.id))

    return Job("cleanup", clean, timeout=60, prefetch=4)
