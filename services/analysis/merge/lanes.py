"""The end of a lane: whoever comes second merges, and its commit starts the synthesis."""

from collections.abc import Awaitable, Callable

from services.analysis.merge.merge import merge
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
    returns = {frame.id: frame.returns_to for frame in session.frames if frame.returns_to}
    analysis = merge(vision, await _inspection(blobs, session.id), returns)
    await blobs.put(analysis_key(session.id), analysis.model_dump_json(by_alias=True).encode())


async def _inspection(blobs: Blobs, session_id: str) -> Inspection:
    """Empty when the lane failed before it could write anything."""
    try:
        return Inspection.model_validate_json(await blobs.get(inspection_key(session_id)))
    except BlobMissing:
        return Inspection()
