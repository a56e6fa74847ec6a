"""Two lanes in, one analysis out. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.analysis.merge.identity import with_identities
from services.analysis.merge.match import agreed
from services.analysis.merge.pages import candidates
from services.analysis.merge.spots import Sheet
from services.analysis.merge.views import PageView, View
from shared.model.analysis import Analysis, Inspection, VisionReport
from shared.model.evidence import Element, FrameElements


@dataclass(frozen=True)
class Views:
    """Pictures, by the ids of frames and the URLs of pages. What is missing is matched by its texts alone."""

    frames: Mapping[str, View] = field(default_factory=dict)
    pages: Mapping[str, PageView] = field(default_factory=dict)


NO_VIEWS = Views()


def merge(
    vision: VisionReport,
    inspection: Inspection,
    returns_to: Mapping[str, str] | None = None,
    views: Views = NO_VIEWS,
) -> Analysis:
    """Elements matched to nodes of the pages that could be opened, with identities over time.

    `returns_to` maps a frame's id to the earlier frame that it shows again.
    """
    matched = [_matched(frame, inspection, views) for frame in vision.frames]
    frames = with_identities(matched, returns_to or {})
    return Analysis(frames=tuple(frames), inspection=inspection, masked=vision.masked, usage=vision.usage)


def _matched(frame: FrameElements, inspection: Inspection, views: Views) -> FrameElements:
    """Page by page, the recorded one first; what one page knows, the next ones need not explain."""
    view = views.frames.get(frame.frame_id)
    done: list[Element] = []
    left = list(frame.elements)
    for page in inspection.snapshots:
        if page.success:
            sheet = Sheet(candidates(page, view.aspect if view else None), views.pages.get(page.url))
            found = agreed(left, sheet, view)
            done += [element for element in found if element.source == "both"]
            left = [element for element in found if element.source != "both"]
    elements = sorted([*done, *left], key=lambda e: (round(e.box.y, 2), e.box.x))
    return frame.model_copy(update={"elements": tuple(elements)})
