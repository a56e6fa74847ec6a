"""How a session moves: pure functions from (session, change) to (session', events to publish).

A change that comes too late (the session has ended, or that step was taken already) or too early leaves the session
as it is; `Applied.stale` says so and the caller acknowledges.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.model.accounts import AgentTarget
from shared.model.errors import FailureCode
from shared.model.events import (
    AnalysisCompleted,
    Event,
    FramesExtracted,
    LaneCompleted,
    RecordingStored,
    SessionCompleted,
    SessionDeleted,
    SessionFailed,
)
from shared.model.session import Failure, FrameRef, Lane, LaneName, Session


@dataclass(frozen=True)
class LaneStarted:
    lane: LaneName


@dataclass(frozen=True)
class LaneProgressed:
    lane: LaneName
    detail: str


@dataclass(frozen=True)
class FramesKept:
    """The frames worker is done. `frames` in time order, at least one."""

    frames: tuple[FrameRef, ...]
    duration_ms: float
    note: str | None = None


@dataclass(frozen=True)
class LaneEnded:
    """A lane is done; `error` None means well."""

    lane: LaneName
    error: str | None = None
    detail: str | None = None
    urls_inspected: tuple[str, ...] = ()


@dataclass(frozen=True)
class PromptBuilt:
    """`agent_target` is given when it was built for another target than the session's so far."""

    prompt: str
    agent_target: AgentTarget | None = None


@dataclass(frozen=True)
class Edited:
    """The owner changed fields; names and values are those of `Session`."""

    update: Mapping[str, Any]


@dataclass(frozen=True)
class FrameRemoved:
    """The owner took a kept frame out; only once the session has ended."""

    frame_id: str


@dataclass(frozen=True)
class Failed:
    """`lane` is where it happened, for the status that people see."""

    lane: LaneName
    code: FailureCode
    message: str


@dataclass(frozen=True)
class Deleted:
    """The owner deleted it: what remains is a mark that stops work in flight."""


@dataclass(frozen=True)
class WokenUp:
    """The session stood still: announce again whatever somebody should be working on."""


Change = (
    LaneStarted
    | LaneProgressed
    | FramesKept
    | LaneEnded
    | PromptBuilt
    | Failed
    | Deleted
    | WokenUp
    | Edited
    | FrameRemoved
)


@dataclass(frozen=True)
class Applied:
    session: Session
    events: tuple[Event, ...] = ()
    stale: bool = False


# What may still happen to a session that has ended.
_AFTER_THE_END = (PromptBuilt, Deleted, Edited, FrameRemoved)


def apply(session: Session, change: Change, now: datetime) -> Applied:
    """Move the session by one change. Raises nothing; what does not fit is stale."""
    if session.deleted or (session.terminal and not isinstance(change, _AFTER_THE_END)):
        return Applied(session, stale=True)
    return _STEPS[type(change)](session, change, now)


def with_lane(session: Session, name: LaneName, **update: Any) -> Session:
    """The session with some fields of one lane replaced."""
    lane = getattr(session.lanes, name).model_copy(update=update)
    return session.model_copy(update={"lanes": session.lanes.model_copy(update={name: lane})})


def _lane(session: Session, name: LaneName) -> Lane:
    lane: Lane = getattr(session.lanes, name)
    return lane


def _started(session: Session, change: LaneStarted, now: datetime) -> Applied:
    if _lane(session, change.lane).finished:
        return Applied(session, stale=True)
    if change.lane == "synthesis":
        session = session.model_copy(update={"prompt_status": "generating"})
    return Applied(with_lane(session, change.lane, status="running", started_at=now, error=None))


def _progressed(session: Session, change: LaneProgressed, now: datetime) -> Applied:
    if _lane(session, change.lane).status != "running":
        return Applied(session, stale=True)
    return Applied(with_lane(session, change.lane, detail=change.detail))


def _frames_kept(session: Session, change: FramesKept, now: datetime) -> Applied:
    if session.lanes.frame_extraction.finished:
        return Applied(session, stale=True)
    detail = f"{len(change.frames)} frames kept"
    done = with_lane(session, "frame_extraction", status="complete", completed_at=now, detail=detail)
    done = done.model_copy(
        update={
            "frames": change.frames,
            "duration_ms": change.duration_ms,
            "note": change.note,
            "stage": "analyzing",
        }
    )
    event = FramesExtracted(session_id=session.id, user_id=session.user_id, frame_count=len(change.frames))
    return Applied(done, (event,))


def _lane_ended(session: Session, change: LaneEnded, now: datetime) -> Applied:
    early = change.lane == "vision_lane" and not session.lanes.frame_extraction.finished
    if early or _lane(session, change.lane).finished:
        return Applied(session, stale=True)
    status = "error" if change.error else "complete"
    done = with_lane(
        session, change.lane, status=status, completed_at=now, error=change.error, detail=change.detail
    )
    if change.lane == "playwright_lane":
        done = done.model_copy(update={"urls_inspected": change.urls_inspected})
    ended = LaneCompleted(
        session_id=session.id,
        user_id=session.user_id,
        lane="vision" if change.lane == "vision_lane" else "aria",
        error=change.error,
    )
    return _after_lane(done, ended, now)


def _after_lane(session: Session, ended: LaneCompleted, now: datetime) -> Applied:
    """The lane that finishes last is the one whose commit starts the synthesis."""
    vision, aria = session.lanes.vision_lane, session.lanes.playwright_lane
    if vision.status == "error":
        message = f"No frame of the recording could be analysed: {vision.error}"
        failed = _failed(session, Failed("vision_lane", "vision_failed", message), now)
        return Applied(failed.session, (ended, *failed.events))
    if not (vision.finished and aria.finished):
        return Applied(session, (ended,))
    both = AnalysisCompleted(session_id=session.id, user_id=session.user_id)
    return Applied(session.model_copy(update={"stage": "synthesizing"}), (ended, both))


def _prompt_built(session: Session, change: PromptBuilt, now: datetime) -> Applied:
    update = {"prompt": change.prompt, "prompt_status": "complete", "prompt_error": None}
    if change.agent_target is not None:
        update["agent_target"] = change.agent_target
    built = session.model_copy(update=update)
    if session.stage != "synthesizing":  # a rebuild on request changes the prompt and nothing else
        may_be = session.terminal or session.origin == "manual"
        return Applied(built) if may_be else Applied(session, stale=True)
    built = with_lane(built, "synthesis", status="complete", completed_at=now)
    event = SessionCompleted(session_id=session.id, user_id=session.user_id, frame_count=session.frame_count)
    return Applied(_ended(built, "complete", now), (event,))


def _failed(session: Session, change: Failed, now: datetime) -> Applied:
    failed = with_lane(session, change.lane, status="error", completed_at=now, error=change.message)
    failed = failed.model_copy(update={"failure": Failure(code=change.code, message=change.message)})
    if change.lane == "synthesis":
        failed = failed.model_copy(update={"prompt_status": "error", "prompt_error": change.message})
    event = SessionFailed(session_id=session.id, user_id=session.user_id, code=change.code, message=change.message)
    return Applied(_ended(failed, "error", now), (event,))


def _ended(session: Session, stage: str, now: datetime) -> Session:
    spent = round((now - session.created_at).total_seconds() * 1000)
    return session.model_copy(update={"stage": stage, "completed_at": now, "processing_ms": spent})


def _deleted(session: Session, change: Deleted, now: datetime) -> Applied:
    """A tombstone: nothing of the content stays in the document."""
    tombstone = Session(
        id=session.id,
        user_id=session.user_id,
        title="deleted",
        agent_target=session.agent_target,
        stage=session.stage,
        created_at=session.created_at,
        updated_at=now,
        version=session.version,
        inbox=session.inbox,
        deleted=True,
    )
    return Applied(tombstone, (SessionDeleted(session_id=session.id, user_id=session.user_id),))


def _edited(session: Session, change: Edited, now: datetime) -> Applied:
    return Applied(session.model_copy(update=dict(change.update)))


def _frame_removed(session: Session, change: FrameRemoved, now: datetime) -> Applied:
    if not session.terminal or all(frame.id != change.frame_id for frame in session.frames):
        return Applied(session, stale=True)
    rest = tuple(
        frame.model_copy(update={"returns_to": None}) if frame.returns_to == change.frame_id else frame
        for frame in session.frames
        if frame.id != change.frame_id
    )
    return Applied(session.model_copy(update={"frames": rest}))


def _woken_up(session: Session, change: WokenUp, now: datetime) -> Applied:
    return Applied(session.model_copy(update={"sweeps": session.sweeps + 1}), pending_events(session))


def pending_events(session: Session) -> tuple[Event, ...]:
    """What should be on the bus for a session in work; handled ones are recognised by their ids and do no harm."""
    about = {"session_id": session.id, "user_id": session.user_id}
    lanes = session.lanes
    events: list[Event] = []
    if not (lanes.frame_extraction.finished and lanes.playwright_lane.finished):
        events.append(RecordingStored(**about))
    if lanes.frame_extraction.finished and not lanes.vision_lane.finished:
        events.append(FramesExtracted(**about, frame_count=len(session.frames)))
    if session.stage == "synthesizing":
        events.append(AnalysisCompleted(**about))
    return tuple(events)


_STEPS: dict[type[Change], Callable[[Session, Any, datetime], Applied]] = {
    LaneStarted: _started,
    LaneProgressed: _progressed,
    FramesKept: _frames_kept,
    LaneEnded: _lane_ended,
    PromptBuilt: _prompt_built,
    Failed: _failed,
    Deleted: _deleted,
    WokenUp: _woken_up,
    Edited: _edited,
    FrameRemoved: _frame_removed,
}
