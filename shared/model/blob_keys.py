"""Where everything of a session lies in the object store. Fixed keys: repeated work overwrites itself."""

import hashlib
import re

ROOT = "sessions"
_SEGMENT = re.compile(r"(?!\.\.?$)[A-Za-z0-9._-]{1,200}")


def submission_prefix(user_id: str) -> str:
    """Where recordings of this user lie that are submitted over the bus: under their id, or a digest of it.

    A digest where the id has characters that a key cannot have.
    """
    own = user_id if _SEGMENT.fullmatch(user_id) else hashlib.sha256(user_id.encode()).hexdigest()
    return f"submissions/{own}"


def session_prefix(session_id: str) -> str:
    return f"{ROOT}/{session_id}"


def session_of(key: str) -> str | None:
    """The session that a key belongs to, or None for a key of another kind."""
    parts = key.split("/")
    return parts[1] if len(parts) > 2 and parts[0] == ROOT else None


def recording_key(session_id: str) -> str:
    return f"{session_prefix(session_id)}/recording"


def raw_prefix(session_id: str) -> str:
    """What is as raw as the video, such as kept frames with their secrets; it goes when the session ends."""
    return f"{session_prefix(session_id)}/raw"


def storage_state_key(session_id: str) -> str:
    """The login of a test account, sealed; it goes when the session ends, as the video does."""
    return f"{raw_prefix(session_id)}/storage-state"


def raw_image_key(session_id: str, frame_id: str) -> str:
    return f"{raw_prefix(session_id)}/{frame_id}.png"


def image_key(session_id: str, frame_id: str) -> str:
    """A kept frame with its secrets painted over."""
    return f"{session_prefix(session_id)}/frames/{frame_id}.png"


def thumbnail_key(session_id: str, frame_id: str) -> str:
    return f"{session_prefix(session_id)}/thumbnails/{frame_id}.webp"


def page_image_key(session_id: str, number: int) -> str:
    """How the page of this number among the session's looked when it was inspected, from its top down."""
    return f"{session_prefix(session_id)}/pages/{number}.webp"


def answer_key(session_id: str, digest: str) -> str:
    """What a model answered to a question: looked up before the question is paid for again."""
    return f"{session_prefix(session_id)}/answers/{digest}.json"


def vision_key(session_id: str) -> str:
    """What the vision lane saw: a `VisionReport`."""
    return f"{session_prefix(session_id)}/vision.json"


def inspection_key(session_id: str) -> str:
    """What the ARIA lane saw: an `Inspection`."""
    return f"{session_prefix(session_id)}/inspection.json"


def analysis_key(session_id: str) -> str:
    """What both lanes say together: an `Analysis`."""
    return f"{session_prefix(session_id)}/analysis.json"
