"""Documents to test with: valid, small, the same every time, and changed by name."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.model.accounts import Account, AgentTarget
from shared.model.blob_keys import image_key, recording_key, thumbnail_key
from shared.model.evidence import Box, Element, FrameElements
from shared.model.ids import asset_id, derived_id, new_id
from shared.model.session import FrameRef, Recording, Session

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


class FakeClock:
    """Stands still until it is moved."""

    def __init__(self, moment: datetime = NOON) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def forward(self, seconds: float) -> datetime:
        self.moment += timedelta(seconds=seconds)
        return self.moment


def a_session(**fields: Any) -> Session:
    """A recording in work of user `usr_a`."""
    moment = fields.pop("at", NOON)
    known: dict[str, Any] = {
        "id": new_id("sess"),
        "user_id": "usr_a",
        "title": "Save does nothing",
        "seed_url": "http://localhost:3000/",
        "urls": ("http://localhost:3000/",),
        "agent_target": AgentTarget.CLAUDE_CODE,
        "created_at": moment,
        "updated_at": moment,
    }
    return Session(**{**known, **fields})


def a_recording(session_id: str, **fields: Any) -> Recording:
    known: dict[str, Any] = {
        "key": recording_key(session_id),
        "size": 1000,
        "mime_type": "video/webm",
        "container": "matroska",
        "sha256": "0" * 64,
        "max_duration_ms": 600_000,
    }
    return Recording(**{**known, **fields})


def an_account(**fields: Any) -> Account:
    known: dict[str, Any] = {"id": new_id("usr"), "name": "Ann", "created_at": NOON}
    return Account(**{**known, **fields})


def a_frame(session_id: str, ms: float, **fields: Any) -> FrameRef:
    frame_id = derived_id("frm", session_id, ms)
    known: dict[str, Any] = {
        "id": frame_id,
        "timestamp": ms,
        "settled_ms": ms + 100,
        "changed_at_ms": ms - 50,
        "reason": "settled" if ms else "initial",
        "changed_boxes": (Box(x=0.1, y=0.1, width=0.2, height=0.1),) if ms else (),
        "image_key": image_key(session_id, frame_id),
        "thumbnail_key": thumbnail_key(session_id, frame_id),
        "asset_id": asset_id(session_id, frame_id),
        "width": 1280,
        "height": 720,
        "created_at": NOON,
    }
    return FrameRef(**{**known, **fields})


def an_element(element_id: str, role: str, name: str, **fields: Any) -> Element:
    known: dict[str, Any] = {"box": Box(x=0.1, y=0.1, width=0.2, height=0.05)}
    return Element(id=element_id, role=role, name=name, **{**known, **fields})


def elements_of(frame: FrameRef, *elements: Element) -> FrameElements:
    return FrameElements(frame_id=frame.id, elements=elements)
