"""Whatever comes in whatever order and however often: a session ends once and nothing goes back."""

import random
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shared.model.events import (
    AnalysisCompleted,
    Event,
    FramesExtracted,
    LaneCompleted,
    SessionCompleted,
    SessionDeleted,
    SessionFailed,
)
from shared.model.session import LaneName, Session
from shared.model.transitions import (
    Applied,
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
from tests.samples import NOON, a_frame, a_session

LANES: tuple[LaneName, ...] = ("frame_extraction", "vision_lane", "playwright_lane", "synthesis")
RANK = {"pending": 0, "running": 1, "complete": 2, "error": 2}

lanes = st.sampled_from(LANES)
ending_lanes = st.sampled_from(["vision_lane", "playwright_lane"])
errors = st.sampled_from([None, None, "it broke"])


def ranks(session: Session) -> list[int]:
    return [RANK[getattr(session.lanes, lane).status] for lane in LANES]


class SessionMachine(RuleBasedStateMachine):
    """Every change at any moment. Events of the sweeper are repetitions and are not counted."""

    def __init__(self) -> None:
        super().__init__()
        self.session, self.now = a_session(id="sess_1"), NOON
        self.emitted: list[Event] = []

    def do(self, change: Change) -> Applied:
        before, self.now = self.session, self.now + timedelta(seconds=1)
        applied = apply(before, change, self.now)
        if applied.stale:
            assert applied.session is before, "what is stale changes nothing"
            assert applied.events == ()
        if before.terminal:
            assert applied.session.terminal
            assert applied.session.stage == before.stage
            assert not {type(event) for event in applied.events} - {SessionDeleted}
        if not applied.session.deleted:
            assert all(new >= old for new, old in zip(ranks(applied.session), ranks(before), strict=True))
        self.session = applied.session
        if not isinstance(change, WokenUp):
            self.emitted += applied.events
        return applied

    @rule(lane=lanes)
    def start(self, lane: LaneName) -> None:
        self.do(LaneStarted(lane))

    @rule(lane=lanes)
    def progress(self, lane: LaneName) -> None:
        self.do(LaneProgressed(lane, "half"))

    @rule(count=st.integers(1, 3))
    def keep_frames(self, count: int) -> None:
        self.do(FramesKept(tuple(a_frame("sess_1", 100.0 * n) for n in range(count)), 5000.0, "note"))

    @rule(lane=ending_lanes, error=errors)
    def end_lane(self, lane: LaneName, error: str | None) -> None:
        self.do(LaneEnded(lane, error, "detail", ("http://x/",)))

    @rule()
    def build_prompt(self) -> None:
        self.do(PromptBuilt("prompt"))

    @rule(lane=lanes)
    @precondition(lambda self: len(self.emitted) > 2)
    def fail(self, lane: LaneName) -> None:
        self.do(Failed(lane, "internal", "no use"))

    @rule(
        update=st.sampled_from([{"title": "new"}, {"notes": None}, {"prompt": "mine", "prompt_status": "complete"}])
    )
    def edit(self, update: dict[str, Any]) -> None:
        self.do(Edited(update))

    @rule(ms=st.sampled_from([0.0, 100.0, 900.0]))
    def remove_frame(self, ms: float) -> None:
        frames = self.session.frames
        self.do(FrameRemoved(a_frame("sess_1", ms).id))
        assert self.session.terminal or self.session.frames == frames

    @rule()
    def wake_up(self) -> None:
        terminal = self.session.terminal
        applied = self.do(WokenUp())
        assert terminal or applied.events, "whoever is in work has something to wait for"

    @rule()
    @precondition(lambda self: self.session.terminal)
    def delete(self) -> None:
        self.do(Deleted())

    def count(self, kind: type[Event]) -> int:
        return sum(isinstance(event, kind) for event in self.emitted)

    @invariant()
    def each_effect_once(self) -> None:
        assert self.count(FramesExtracted) <= 1
        assert self.count(LaneCompleted) <= 2
        assert self.count(SessionDeleted) <= 1
        assert self.count(SessionCompleted) + self.count(SessionFailed) == (
            self.session.stage in {"complete", "error"}
        )

    @invariant()
    def synthesis_begins_once_both_lanes_have_ended(self) -> None:
        began = self.count(AnalysisCompleted)
        if self.session.deleted or self.session.stage == "error":
            assert began <= 1
        else:
            both = self.session.lanes.vision_lane.finished and self.session.lanes.playwright_lane.finished
            assert began == both == (self.session.stage in {"synthesizing", "complete"})

    @invariant()
    def it_can_be_written_and_read(self) -> None:
        assert Session.model_validate_json(self.session.model_dump_json()) == self.session

    @invariant()
    def an_end_has_a_time_and_a_failure_a_reason(self) -> None:
        if self.session.terminal and not self.session.deleted:
            assert self.session.completed_at is not None
            assert (self.session.failure is not None) == (self.session.stage == "error")


SessionMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=30, derandomize=True)
TestSessionMachine = SessionMachine.TestCase


def test_a_shuffled_run_with_repetitions_always_completes() -> None:
    """All that a run needs, each thing up to three times in any order, the rest in order after it."""
    needed: list[Change] = [
        FramesKept((a_frame("sess_1", 0.0),), 1000.0),
        LaneEnded("vision_lane"),
        LaneEnded("playwright_lane"),
        PromptBuilt("prompt"),
    ]
    for seed in range(300):
        chance = random.Random(seed)
        changes = [*needed * 3, *(LaneStarted(lane) for lane in LANES), WokenUp()]
        chance.shuffle(changes)
        session, events = a_session(id="sess_1"), list[Event]()
        for change in (*changes, *needed):
            applied = apply(session, change, NOON)
            session = applied.session
            events += [] if isinstance(change, WokenUp) else applied.events
        kinds = [type(event) for event in events]
        assert session.stage == "complete"
        for kind in (FramesExtracted, AnalysisCompleted, SessionCompleted):
            assert kinds.count(kind) == 1
        assert kinds.count(LaneCompleted) == 2
