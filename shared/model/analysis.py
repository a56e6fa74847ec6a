"""What the lanes report and what both say together. Stored as JSON beside the session, never in it."""

from pydantic import Field

from shared.model.evidence import Evidence, FrameElements, PageSnapshot


class ModelUsage(Evidence):
    """What a model was asked for one recording. `cached` answers were paid for in an attempt before."""

    provider: str
    model: str
    frames: int = 0
    calls: int = 0
    cached: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0


class VisionReport(Evidence):
    """The vision lane's answer: frames in time order."""

    provider: str
    frames: tuple[FrameElements, ...]
    masked: dict[str, int] = Field(default_factory=dict)  # secrets that were masked, by their kind
    usage: ModelUsage | None = None
    trouble: str | None = None  # why a model's answers are missing, where one was asked


class Inspection(Evidence):
    """The ARIA lane's answer: one snapshot per page that was to be opened, failed ones included."""

    urls_inspected: tuple[str, ...] = ()  # those that could be opened
    duration_ms: float = 0.0
    snapshots: tuple[PageSnapshot, ...] = ()
    masked: dict[str, int] = Field(default_factory=dict)


class Analysis(Evidence):
    """The merged evidence. Elements keep their `id` from frame to frame; `source` says who saw them."""

    frames: tuple[FrameElements, ...] = ()
    inspection: Inspection = Inspection()
    masked: dict[str, int] = Field(default_factory=dict)  # in the frames; those of the pages are told with them
    usage: ModelUsage | None = None

    def elements_of(self, frame_id: str) -> FrameElements:
        """The frame's elements; none when the frame was not analysed."""
        return next(
            (f for f in self.frames if f.frame_id == frame_id), FrameElements(frame_id=frame_id, elements=())
        )
