"""From what was sent to the session that it becomes. Pure."""

from datetime import datetime

from services.ingest.form import UploadForm
from services.ingest.multipart import Video
from shared.model.accounts import AccountSettings
from shared.model.blob_keys import recording_key
from shared.model.session import Recording, Session


def new_session(
    session_id: str, user_id: str, form: UploadForm, settings: AccountSettings, now: datetime
) -> Session:
    """A session that has no recording yet."""
    return Session(
        id=session_id,
        user_id=user_id,
        title=form.title,
        seed_url=form.seed_url,
        urls=form.pages,
        notes=form.notes,
        agent_target=form.agent_target or settings.default_agent,
        options=settings.prompt_options(),
        created_at=now,
        updated_at=now,
    )


def recording_of(video: Video, session_id: str, form: UploadForm, settings: AccountSettings) -> Recording:
    return Recording(
        key=recording_key(session_id),
        size=video.size,
        mime_type=video.mime_type,
        container=video.container,
        sha256=video.sha256,
        declared_pixels=video.pixels,
        declared_duration_ms=form.duration_ms,
        max_duration_ms=settings.max_recording_length * 60_000,
        trim_start_ms=form.trim_start_ms,
        trim_end_ms=form.trim_end_ms,
    )
