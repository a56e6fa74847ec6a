"""The session: the one document that everything about a recording hangs on."""

from typing import Literal

from pydantic import Field, model_validator

from shared.model.accounts import AgentTarget, Model, PromptOptions
from shared.model.envelope import Envelope
from shared.model.errors import FailureCode
from shared.model.evidence import Box
from shared.model.part import Part
from shared.model.timestamps import Timestamp

LaneName = Literal["frame_extraction", "vision_lane", "playwright_lane", "synthesis"]
LaneStatus = Literal["pending", "running", "complete", "error"]
Stage = Literal["uploading", "extracting", "analyzing", "synthesizing", "persisting", "complete", "error"]
Status = Literal["processing", "complete", "error"]
PromptStatus = Literal["not_started", "generating", "complete", "error"]

INBOX_SIZE = 64  # handled event ids kept; a session sees about ten in its life


class Lane(Model):
    status: LaneStatus = "pending"
    started_at: Timestamp | None = None
    completed_at: Timestamp | None = None
    error: str | None = None
    detail: str | None = None

    @property
    def finished(self) -> bool:
        return self.status in {"complete", "error"}


class Lanes(Model):
    frame_extraction: Lane = Lane()
    vision_lane: Lane = Lane()
    playwright_lane: Lane = Lane()
    synthesis: Lane = Lane()


class Recording(Model):
    """The uploaded video. `key` is where it lies in the object store until the session ends."""

    key: str
    size: int  # bytes
    mime_type: str
    container: Literal["matroska", "mp4"]
    sha256: str
    declared_pixels: tuple[int, int] | None = None  # width and height, before anybody decoded it
    declared_duration_ms: int | None = None  # what the recorder said; the container may not know
    max_duration_ms: int  # the account's limit when it was accepted
    trim_start_ms: int | None = None  # only what lies between the two counts; in ms from the recording's start
    trim_end_ms: int | None = None

    @model_validator(mode="after")
    def _has_a_part(self) -> "Recording":
        """ValueError when there is nothing between start and end."""
        _ = self.part
        return self

    @property
    def part(self) -> Part:
        return Part(self.trim_start_ms or 0, self.trim_end_ms)


class FrameRef(Model):
    """One kept frame: when, why, and where its pictures lie. Times in ms of video time."""

    id: str
    timestamp: float
    settled_ms: float
    changed_at_ms: float
    reason: str
    changed_boxes: tuple[Box, ...] = ()
    pointer: tuple[float, float] | None = None  # where the mouse points to, in fractions of the frame
    returns_to: str | None = None
    image_key: str
    thumbnail_key: str
    asset_id: str
    width: int
    height: int
    created_at: Timestamp


class Failure(Model):
    code: FailureCode
    message: str


class Session(Model):
    id: str
    user_id: str
    title: str
    seed_url: str | None = None
    urls: tuple[str, ...] = ()
    notes: str | None = None
    agent_target: AgentTarget
    options: PromptOptions = PromptOptions()
    origin: Literal["recording", "manual"] = "recording"

    stage: Stage = "extracting"
    lanes: Lanes = Lanes()
    failure: Failure | None = None
    recording: Recording | None = None
    duration_ms: float | None = None
    note: str | None = None  # what is to be known about the recording, e.g. a damaged tail
    frames: tuple[FrameRef, ...] = ()
    urls_inspected: tuple[str, ...] = ()
    prompt: str | None = None
    prompt_status: PromptStatus = "not_started"
    prompt_error: str | None = None

    # A hand-made session has no recording; its owner sets these.
    manual_frame_count: int = 0
    manual_url_count: int = 0

    created_at: Timestamp
    updated_at: Timestamp
    completed_at: Timestamp | None = None
    processing_ms: int | None = None

    # The nothing-lost core: see shared/runtime/ledger.py.
    version: int = 0
    deleted: bool = False
    outbox: tuple[Envelope, ...] = ()
    inbox: tuple[str, ...] = ()
    sweeps: int = Field(default=0, description="how often the sweeper had to wake this session up")
    request_id: str | None = None
    traceparent: str | None = None

    @property
    def status(self) -> Status:
        if self.stage == "complete":
            return "complete"
        return "error" if self.stage == "error" else "processing"

    @property
    def terminal(self) -> bool:
        return self.deleted or self.stage in {"complete", "error"}

    @property
    def frame_count(self) -> int:
        return len(self.frames) if self.origin == "recording" else self.manual_frame_count

    @property
    def url_count(self) -> int:
        return len(self.urls) if self.origin == "recording" else self.manual_url_count

    @property
    def duration_s(self) -> int:
        return round((self.duration_ms or 0.0) / 1000)
