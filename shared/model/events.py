"""What travels on the bus, and the queues that want it. It is a public interface: a change is a new version."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shared.model.accounts import AgentTarget, Model
from shared.model.errors import FailureCode

PREFIX = "scope."


class Message(Model):
    """The `data` of an envelope."""

    TYPE: ClassVar[str]


class RecordingSubmit(Message):
    """Take in a recording that already lies in the bucket; it is moved from there. The answer are events.

    Checked as an upload is. The events of the session that it becomes carry this message's `requestid`, or its id.
    """

    TYPE: ClassVar[str] = "scope.recording.submit.v1"
    user_id: Annotated[str, Field(description="The owner: an account that exists.")]
    key: Annotated[str, Field(description="Where it lies in the bucket: submissions/{userId}/{any name}.")]
    title: str
    seed_url: str
    mime_type: Annotated[str | None, Field(description="Taken from the content when it is missing.")] = None
    notes: str | None = None
    agent_target: AgentTarget | None = None
    duration_ms: int | None = None
    trim_start_ms: Annotated[
        int | None, Field(description="Only what comes from here on counts; in ms from the recording's start.")
    ] = None
    trim_end_ms: Annotated[
        int | None, Field(description="Only what comes up to here counts; greater than trimStartMs.")
    ] = None
    urls: tuple[str, ...] = ()


class Event(Message):
    """Something that happened to one session."""

    session_id: str
    user_id: str


class RecordingStored(Event):
    """An upload was accepted: the video lies in the object store and the session is committed."""

    TYPE: ClassVar[str] = "scope.recording.stored.v1"


class FramesExtracted(Event):
    TYPE: ClassVar[str] = "scope.frames.extracted.v1"
    frame_count: int


class LaneCompleted(Event):
    """A lane has ended, well or not; `error` says why not."""

    TYPE: ClassVar[str] = "scope.lane.completed.v1"
    lane: Literal["vision", "aria"]
    error: str | None = None


class AnalysisCompleted(Event):
    """Both lanes have ended; the evidence can be merged."""

    TYPE: ClassVar[str] = "scope.analysis.completed.v1"


class PromptRequested(Event):
    """Build the prompt anew, for the session's own target or another one, and store it."""

    TYPE: ClassVar[str] = "scope.prompt.requested.v1"
    agent_target: AgentTarget | None = None


class SessionCompleted(Event):
    TYPE: ClassVar[str] = "scope.session.completed.v1"
    frame_count: int


class SessionFailed(Event):
    TYPE: ClassVar[str] = "scope.session.failed.v1"
    code: FailureCode
    message: str


class SessionDeleted(Event):
    TYPE: ClassVar[str] = "scope.session.deleted.v1"


EVENTS: tuple[type[Event], ...] = (
    RecordingStored,
    FramesExtracted,
    LaneCompleted,
    AnalysisCompleted,
    PromptRequested,
    SessionCompleted,
    SessionFailed,
    SessionDeleted,
)

# Durable work queues: every message of these types is worked off once by one of the queue's consumers.
QUEUES: dict[str, tuple[type[Message], ...]] = {
    "submissions": (RecordingSubmit,),
    "frames": (RecordingStored,),
    "aria": (RecordingStored,),
    "vision": (FramesExtracted,),
    "prompter": (AnalysisCompleted, PromptRequested),
    "cleanup": (SessionCompleted, SessionFailed, SessionDeleted),
}

TERMINAL_TYPES = frozenset({SessionCompleted.TYPE, SessionFailed.TYPE, SessionDeleted.TYPE})


def queues_for(event_type: str) -> tuple[str, ...]:
    """Names of the queues that a message of this type goes to."""
    return tuple(name for name in QUEUES if wants(name, event_type))


def wants(queue: str, event_type: str) -> bool:
    return any(event.TYPE == event_type for event in QUEUES[queue])
