"""Each change of a session by itself: what it sets and what it announces."""

from typing import Any, get_args

import pytest

from shared.model.accounts import AgentTarget
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
from shared.model.session import Session
from shared.model.transitions import (
    Change,
    Deleted,
    Edited,
    Failed,
    FrameRemoved,
    FramesKept,
    LaneEnded,
    LaneProgressed,
    LaneStarted,
    PromptBuilt,
    WokenUp,
    apply,
)
from tests.samples import NOON, a_frame, a_recording, a_session, at

FRAMES = tuple(a_frame("sess_1", ms) for ms in (0.0, 500.0))


def moved(session: Session, *changes: Change) -> tuple[Session, list[Event]]:
    """The session after the changes, one a second, and the events of the last one."""
    events: list[Event] = []
    for second, change in enumerate(changes, 1):
        applied = apply(session, change, at(second))
        session, events = applied.session, list(applied.events)
    return session, events


def analysing(**fields: Any) -> Session:
    return moved(a_session(id="sess_1", **fields), FramesKept(FRAMES, 900.0))[0]


def test_a_lane_shows_when_it_began_and_how_far_it_is() -> None:
    session, events = moved(a_session(), LaneStarted("vision_lane"), LaneProgressed("vision_lane", "2 of 5"))
    lane = session.lanes.vision_lane
    assert (lane.status, lane.started_at, lane.detail, events) == ("running", at(1), "2 of 5", [])
    again, _ = moved(session, LaneStarted("vision_lane"))
    assert again.lanes.vision_lane.status == "running"


def test_progress_of_a_lane_that_does_not_run_is_stale() -> None:
    session = a_session()
    assert apply(session, LaneProgressed("vision_lane", "x"), NOON).stale
    done = analysing()
    assert apply(done, LaneProgressed("frame_extraction", "x"), NOON).stale


def test_kept_frames_are_announced() -> None:
    session, events = moved(a_session(), FramesKept(FRAMES, 900.0, "the tail is damaged"))
    assert (session.stage, session.frames, session.duration_ms) == ("analyzing", FRAMES, 900.0)
    assert session.note == "the tail is damaged"
    assert session.lanes.frame_extraction.detail == "2 frames kept"
    assert events == [FramesExtracted(session_id=session.id, user_id="usr_a", frame_count=2)]


@pytest.mark.parametrize("vision_first", [True, False])
def test_the_lane_that_ends_last_starts_the_synthesis(vision_first: bool) -> None:
    vision, aria = LaneEnded("vision_lane"), LaneEnded("playwright_lane", urls_inspected=("http://x/",))
    first, last = (vision, aria) if vision_first else (aria, vision)
    session, events = moved(analysing(), first)
    assert session.stage == "analyzing"
    assert [type(event) for event in events] == [LaneCompleted]
    session, events = moved(session, last)
    assert session.stage == "synthesizing"
    assert [type(event) for event in events] == [LaneCompleted, AnalysisCompleted]
    assert session.urls_inspected == ("http://x/",)


def test_a_page_that_could_not_be_opened_fails_nothing() -> None:
    session, events = moved(analysing(), LaneEnded("playwright_lane", "it answered 500"), LaneEnded("vision_lane"))
    assert (session.stage, session.lanes.playwright_lane.error) == ("synthesizing", "it answered 500")
    assert isinstance(events[-1], AnalysisCompleted)


@pytest.mark.parametrize("aria_first", [True, False])
def test_a_vision_lane_that_failed_fails_the_session(aria_first: bool) -> None:
    before = [LaneEnded("playwright_lane")] if aria_first else []
    session, events = moved(analysing(), *before, LaneEnded("vision_lane", "no model answered"))
    assert session.status == "error"
    assert session.failure is not None
    assert (session.failure.code, "no model answered" in session.failure.message) == ("vision_failed", True)
    assert [type(event) for event in events] == [LaneCompleted, SessionFailed]


def test_a_vision_lane_cannot_end_before_there_are_frames() -> None:
    session = a_session()
    for error in (None, "it broke"):
        assert apply(session, LaneEnded("vision_lane", error), NOON).stale


def test_the_prompt_completes_the_session() -> None:
    session = moved(analysing(), LaneEnded("vision_lane"), LaneEnded("playwright_lane"))[0]
    session, events = moved(session, LaneStarted("synthesis"), PromptBuilt("do it"))
    assert (session.status, session.prompt, session.prompt_status) == ("complete", "do it", "complete")
    assert (session.completed_at, session.processing_ms) == (at(2), 2000)
    assert events == [SessionCompleted(session_id="sess_1", user_id="usr_a", frame_count=2)]


def test_a_rebuilt_prompt_changes_the_prompt_and_its_target_alone() -> None:
    done = a_session(stage="complete", prompt="old", prompt_status="complete")
    session, events = moved(done, PromptBuilt("new", AgentTarget.RAW))
    assert session == done.model_copy(update={"prompt": "new", "agent_target": AgentTarget.RAW})
    assert events == []


def test_a_prompt_for_a_recording_in_work_is_too_early() -> None:
    for session in (a_session(), analysing()):
        assert apply(session, PromptBuilt("x"), NOON).stale


def test_a_hand_made_session_takes_a_prompt_at_any_time() -> None:
    session = a_session(origin="manual")
    applied = apply(session, PromptBuilt("x"), NOON)
    assert (applied.stale, applied.session.prompt, applied.session.stage) == (False, "x", "extracting")


def test_a_failure_ends_the_session_and_says_where() -> None:
    session, events = moved(a_session(), Failed("frame_extraction", "not_a_video", "It is a picture."))
    assert (session.stage, session.lanes.frame_extraction.status) == ("error", "error")
    assert session.lanes.frame_extraction.error == "It is a picture."
    assert events == [
        SessionFailed(session_id=session.id, user_id="usr_a", code="not_a_video", message="It is a picture.")
    ]
    assert session.prompt_status == "not_started"


def test_a_failed_synthesis_is_a_failed_prompt() -> None:
    session, _ = moved(a_session(), Failed("synthesis", "prompt_failed", "no"))
    assert (session.prompt_status, session.prompt_error) == ("error", "no")


def test_nothing_of_the_content_stays_in_a_tombstone() -> None:
    session = a_session(notes="secret", prompt="secret", frames=FRAMES, inbox=("k",), version=4)
    session = session.model_copy(update={"recording": a_recording(session.id), "failure": None})
    left, events = moved(session, Deleted())
    assert "secret" not in left.model_dump_json()
    assert (left.deleted, left.terminal, left.frames, left.recording) == (True, True, (), None)
    assert (left.id, left.user_id, left.version, left.inbox) == (session.id, "usr_a", 4, ("k",))
    assert events == [SessionDeleted(session_id=session.id, user_id="usr_a")]
    assert apply(left, Deleted(), NOON).stale
    assert apply(left, Edited({"title": "x"}), NOON).stale


def test_a_frame_is_taken_out_once_the_session_has_ended() -> None:
    frames = (FRAMES[0], FRAMES[1], a_frame("sess_1", 900.0, returns_to=FRAMES[1].id))
    in_work = a_session(frames=frames)
    assert apply(in_work, FrameRemoved(FRAMES[1].id), NOON).stale
    done = in_work.model_copy(update={"stage": "complete"})
    after, _ = moved(done, FrameRemoved(FRAMES[1].id))
    assert [frame.id for frame in after.frames] == [frames[0].id, frames[2].id]
    assert after.frames[1].returns_to is None
    assert apply(after, FrameRemoved(FRAMES[1].id), NOON).stale


def test_waking_up_announces_what_somebody_should_be_working_on() -> None:
    def announced(*changes: Change) -> list[type[Event]]:
        return [type(event) for event in moved(a_session(), *changes, WokenUp())[1]]

    kept, vision, aria = FramesKept(FRAMES, 9.0), LaneEnded("vision_lane"), LaneEnded("playwright_lane")
    assert announced() == [RecordingStored]
    assert announced(kept) == [RecordingStored, FramesExtracted]
    assert announced(kept, vision) == [RecordingStored]
    assert announced(aria) == [RecordingStored]
    assert announced(kept, aria) == [FramesExtracted]
    assert announced(kept, aria, vision) == [AnalysisCompleted]
    assert moved(a_session(), WokenUp(), WokenUp())[0].sweeps == 2


def test_every_change_fits_every_session_or_is_stale() -> None:
    made: list[Change] = [
        LaneStarted("vision_lane"), LaneProgressed("vision_lane", ""), FramesKept(FRAMES, 1.0),
        LaneEnded("vision_lane"), PromptBuilt(""), Failed("synthesis", "internal", ""), Deleted(), WokenUp(),
        Edited({}), FrameRemoved("x"),
    ]  # fmt: skip
    assert {type(change) for change in made} == set(get_args(Change))
    for change in made:
        for session in (a_session(), analysing(), a_session(stage="complete"), a_session(deleted=True)):
            applied = apply(session, change, NOON)
            assert not applied.stale or applied.session is session
