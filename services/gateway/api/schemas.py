"""The bodies of the REST contract: what validates requests and what `openapi.json` is generated from."""

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)
from pydantic.alias_generators import to_camel

from shared.model.accounts import AgentTarget
from shared.model.evidence import DiffStatus, Source
from shared.model.session import LaneStatus, PromptStatus, Stage, Status
from shared.model.timestamps import Timestamp
from shared.model.web_address import web_address


class Body(BaseModel):
    """camelCase outside; unknown properties are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class Sparse(Body):
    """Properties without a value are left out."""

    @model_serializer(mode="wrap")
    def _without_none(self, handler: SerializerFunctionWrapHandler) -> Any:
        return {name: value for name, value in handler(self).items() if value is not None}


Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Notes = Annotated[str, Field(max_length=2000)]
Address = Annotated[str, AfterValidator(web_address)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Prompt = Annotated[str, Field(max_length=4_000_000)]


# --- requests ---


class NewSession(Body):
    title: Title
    agent_target: AgentTarget | None = None
    frame_count: Count = 0
    url_count: Count = 0
    seed_url: Address | None = None
    notes: Notes | None = None
    prompt: Prompt | None = None


class SessionPatch(Body):
    title: Title | None = None
    notes: Notes | None = None
    agent_target: AgentTarget | None = None
    urls: Annotated[list[Address], Field(max_length=50)] | None = None
    duration: Annotated[int, Field(ge=0, le=86_400, description="seconds")] | None = None
    processing_time: Annotated[int, Field(ge=0, le=86_400_000, description="milliseconds")] | None = None
    prompt: Prompt | None = None
    frame_count: Count | None = None
    url_count: Count | None = None
    status: Status | None = None


class SettingsPatch(Body):
    default_agent: AgentTarget | None = None
    include_screenshots: bool | None = None
    inline_aria_tree: bool | None = None
    include_raw_diff: bool | None = None
    max_recording_length: Literal[5, 10, 15, 30] | None = None


class PromptWish(Body):
    agent_target: AgentTarget | None = None
    include_screenshots: bool | None = None
    inline_aria_tree: bool | None = None
    include_raw_diff: bool | None = None
    frame_ids: Annotated[list[str], Field(max_length=1000)] | None = None


class SessionList(Body):
    """Query parameters of `GET /sessions`."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: str | None = None
    status: Status | None = None
    agent_target: AgentTarget | None = None
    q: Annotated[str, Field(max_length=500, description="part of the title")] | None = None
    created_after: Timestamp | None = None
    created_before: Timestamp | None = None
    prompts: Annotated[bool, Field(description="false: `prompt` is null, for a list that is light")] = True


class PromptDownload(Body):
    """Query parameters of `GET /sessions/{id}/prompt`; what is not given is as the session has it."""

    agent_target: AgentTarget | None = None
    include_screenshots: bool | None = None
    inline_aria_tree: bool | None = None
    include_raw_diff: bool | None = None


# --- responses ---


class FractionBox(Body):
    """In fractions (0..1) of the frame."""

    x: float
    y: float
    width: float
    height: float


class AriaNode(Sparse):
    role: str
    name: str
    children: list["AriaNode"] | None = None
    diff_status: DiffStatus | None = None
    state: list[str] | None = None
    value: str | None = None
    box: FractionBox | None = None
    source: Source | None = None
    locator: str | None = None


class DiffSummary(Body):
    added: int
    changed: int
    removed: int


class Frame(Body):
    id: str
    session_id: str
    timestamp: float = Field(description="milliseconds of video time")
    url: str | None
    thumbnail_url: str
    image_url: str = Field(description="the whole frame as PNG, secrets masked; as the thumbnail, a signed link")
    width: int = Field(description="pixels of the whole frame")
    height: int
    diff_summary: DiffSummary
    aria_tree: list[AriaNode]
    created_at: Timestamp
    settled_ms: float
    changed_boxes: list[FractionBox]
    reason: str


class LaneBody(Sparse):
    status: LaneStatus
    started_at: Timestamp | None = None
    completed_at: Timestamp | None = None
    error: str | None = None
    detail: str | None = None


class ProcessingStatus(Sparse):
    overall_stage: Stage
    frame_extraction: LaneBody
    vision_lane: LaneBody
    playwright_lane: LaneBody
    synthesis: LaneBody
    last_updated: Timestamp
    last_error: str | None = None


class Counts(Body):
    buttons: int
    inputs: int
    links: int
    headings: int
    images: int
    total: int
    by_role: dict[str, int]


class PageSnapshotBody(Sparse):
    url: str
    success: bool
    error: str | None = None
    title: str | None = None
    language: str | None = None
    login_required: bool = Field(default=False, description="it asks to sign in: what was recorded lies behind it")
    console_errors: list[str] = []
    failed_requests: list[str] = []
    hidden_text: list[str] = Field(default=[], description="in the page, but shown nowhere; never in a prompt")
    note: str | None = None
    counts: Counts
    aria_tree: list[AriaNode] | None = None


class InspectionBody(Body):
    urls_inspected: list[str]
    duration_ms: float
    snapshots: list[PageSnapshotBody]


class SessionBody(Body):
    id: str
    user_id: str
    title: str
    origin: Literal["recording", "manual"] = Field(description="manual: made by hand, without a recording")
    seed_url: str | None
    status: Status
    duration: int = Field(description="seconds")
    frame_count: int
    urls: list[str]
    url_count: int
    agent_target: AgentTarget
    processing_time: int | None = Field(description="milliseconds")
    prompt: str | None
    prompt_status: PromptStatus
    prompt_error: str | None
    notes: str | None
    last_error: str | None
    processing_status: ProcessingStatus
    created_at: Timestamp
    updated_at: Timestamp


class TimelineEntry(Body):
    frame_id: str
    timestamp: float
    settled_ms: float
    reason: str
    diff_summary: DiffSummary


class AnalysisBody(Body):
    timeline: list[TimelineEntry]
    inspection: InspectionBody
    masked: dict[str, int] = Field(description="secrets that were masked in the frames, by kind")


class SessionDetail(SessionBody):
    frames: list[Frame]
    analysis: AnalysisBody | None


class SessionStatusBody(Body):
    session_id: str
    session_status: Status
    processing_status: ProcessingStatus
    processing_time: int | None
    last_error: str | None


class Day(Body):
    date: dt.date = Field(description="of UTC")
    sessions: int = Field(description="made on that day")
    completed: int = Field(description="those of them that are complete by now")


class Stats(Body):
    total_sessions: int
    completed_sessions: int
    total_duration: int = Field(description="seconds")
    avg_processing_time: int = Field(description="milliseconds")
    per_day: list[Day] = Field(description="the last 30 days, oldest first, today last")


class Processing(Body):
    """`ProcessingResponse`: a recording that is done."""

    session_id: str
    status: Literal["complete"]
    title: str
    seed_url: str | None
    agent_target: AgentTarget
    file_size: int
    mime_type: str
    prompt: str
    prompt_status: PromptStatus
    frames: list[Frame]
    frame_count: int
    urls_inspected: list[str]
    processing_ms: int
    inspection: InspectionBody
    processing_status: ProcessingStatus


class Accepted(Body):
    session_id: str
    status: Literal["processing"] = "processing"


class PromptBody(Body):
    session_id: str
    prompt_status: PromptStatus
    prompt: str


class SettingsBody(Body):
    default_agent: AgentTarget
    include_screenshots: bool
    inline_aria_tree: bool
    include_raw_diff: bool
    max_recording_length: Literal[5, 10, 15, 30] = Field(description="minutes")


class Health(Body):
    status: Literal["ok", "degraded"]
    timestamp: Timestamp
    checks: dict[str, str]


class FieldProblem(Body):
    field: str
    message: str


class ProblemBody(Sparse):
    """RFC 9457, with the names that documented clients read."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    status_code: int
    error: str
    message: str
    request_id: str
    errors: list[FieldProblem] | None = None
    session_id: str | None = None
    processing_ms: int | None = None
