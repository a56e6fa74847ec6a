"""Two lanes in, one analysis out. Pure."""

from collections.abc import Mapping

from services.analysis.merge.identity import with_identities
from services.analysis.merge.match import agreed
from services.analysis.merge.pages import Candidate, candidates
from shared.model.analysis import Analysis, Inspection, VisionReport


def merge(vision: VisionReport, inspection: Inspection, returns_to: Mapping[str, str] | None = None) -> Analysis:
    """Elements with identities over time, matched to nodes of the pages that could be opened.

    `returns_to` maps a frame's id to the earlier frame that it shows again.
    """
    frames = with_identities(vision.frames, returns_to or {})
    known: list[Candidate] = [c for page in inspection.snapshots if page.success for c in candidates(page)]
    merged = tuple(frame.model_copy(update={"elements": agreed(frame.elements, known)}) for frame in frames)
    return Analysis(frames=merged, inspection=inspection)
