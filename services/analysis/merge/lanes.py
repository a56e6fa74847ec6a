"""The end of a lane: whoever comes second merges, and its commit starts the synthesis."""

import asyncio
from collections.abc import Awaitable, Callable

from services.analysis.merge.merge import Views, merge
from services.analysis.merge.views import PageView, grey, halved
from services.analysis.vision.ocr import Image
from services.analysis.vision.pictures import decoded
from shared.model.analysis import Inspection, VisionReport
from shared.model.blob_keys import analysis_key, inspection_key, vision_key
from shared.model.session import Session
from shared.model.transitions import Change, LaneEnded
from shared.ports.blobs import BlobMissing, Blobs


def lane_end(blobs: Blobs, ended: LaneEnded) -> Callable[[Session], Awaitable[Change]]:
    """A decision for the ledger. It is asked anew after a lost race, so one of two lanes always sees the other."""

    async def decide(session: Session) -> Change:
        lanes = session.lanes
        other = lanes.playwright_lane if ended.lane == "vision_lane" else lanes.vision_lane
        if other.finished and not (ended.lane == "vision_lane" and ended.error):
            await write_analysis(blobs, session)
        return ended

    return decide


async def write_analysis(blobs: Blobs, session: Session) -> None:
    """Merge what the lanes left in the object store. The same input writes the same document."""
    vision = VisionReport.model_validate_json(await blobs.get(vision_key(session.id)))
    inspection = await _inspection(blobs, session.id)
    returns = {frame.id: frame.returns_to for frame in session.frames if frame.returns_to}
    views = await _views(blobs, session, inspection)
    analysis = await asyncio.to_thread(merge, vision, inspection, returns, views)
    await blobs.put(analysis_key(session.id), analysis.model_dump_json(by_alias=True).encode())


async def _views(blobs: Blobs, session: Session, inspection: Inspection) -> Views:
    """The pictures of frames and pages; none when there is no page to compare with."""
    pages: dict[str, PageView] = {}
    for page in inspection.snapshots:
        if page.image_key and page.viewport and (data := await _picture(blobs, page.image_key)) is not None:
            pages[page.url] = PageView(grey(data), page.viewport, page.scrolled)
    if not pages:
        return Views()
    frames = {
        f.id: halved(data) for f in session.frames if (data := await _picture(blobs, f.image_key)) is not None
    }
    return Views(frames, pages)


async def _picture(blobs: Blobs, key: str) -> Image | None:
    try:
        return await asyncio.to_thread(decoded, await blobs.get(key))
    except BlobMissing:
        return None


async def _inspection(blobs: Blobs, session_id: str) -> Inspection:
    """Empty when the lane failed before it could write anything."""
    try:
        return Inspection.model_validate_json(await blobs.get(inspection_key(session_id)))
    except BlobMissing:
        return Inspection()
