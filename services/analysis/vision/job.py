"""The vision job: raw kept frames → elements with roles, texts and boxes, and pictures without secrets."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from services.analysis.merge.lanes import lane_end
from services.analysis.settings import AnalysisSettings
from services.analysis.vision import FrameInput, LocalVision, Sight
from services.analysis.vision.by_model import ModelLook, ModelVision
from services.analysis.vision.by_model.choice import chosen
from services.analysis.vision.pictures import decoded, png, thumbnail
from shared.model.analysis import VisionReport
from shared.model.blob_keys import raw_image_key, vision_key
from shared.model.errors import FailureCode, PermanentFailure
from shared.model.evidence import FrameElements
from shared.model.secrets import Kind
from shared.model.session import FrameRef
from shared.model.transitions import LaneEnded
from shared.ports.blobs import BlobMissing
from shared.runtime.ledger import Decision
from shared.runtime.wiring import Ports
from shared.runtime.worker import Job, Work


def vision_job(ports: Ports, settings: AnalysisSettings, provider: LocalVision) -> Job:
    async def look(work: Work) -> Decision:
        if not work.session.frames:
            raise PermanentFailure("vision_failed", "There are no frames to look at.")
        seen = await _Looking(ports, work, provider).done()
        report = VisionReport(provider="local", frames=tuple(seen.frames), masked=seen.masked)
        model = await chosen(ports.store, settings, work.session.user_id)
        if model is not None:
            report = await _shown(ports, work, report, model)
        await ports.blobs.put(vision_key(work.session.id), report.model_dump_json(by_alias=True).encode())
        return lane_end(ports.blobs, LaneEnded("vision_lane", detail=_told(report)))

    def failed(code: FailureCode, message: str) -> Decision:
        return lane_end(ports.blobs, LaneEnded("vision_lane", error=message))

    return Job("vision", look, "vision_lane", failed, settings.vision_timeout)


async def _shown(ports: Ports, work: Work, local: VisionReport, model: ModelVision) -> VisionReport:
    """The frames, secrets masked, shown to a model; what was read locally stands where it has no answer."""
    access = model.access
    await work.progress(f"{len(local.frames)} frames read; asking {access.provider} {access.model}")
    looks = [
        ModelLook(await ports.blobs.get(frame.image_key), frame.changed_boxes, read)
        for frame, read in zip(work.session.frames, local.frames, strict=True)
    ]
    seen = await model.look(ports.blobs, work.session.id, looks)
    provider = access.provider if seen.usage.frames else "local"
    update = {"provider": provider, "frames": seen.frames, "usage": seen.usage, "trouble": seen.trouble}
    return local.model_copy(update=update)


def _told(report: VisionReport) -> str:
    elements = sum(len(frame.elements) for frame in report.frames)
    masked, usage = sum(report.masked.values()), report.usage
    words = [f"{report.provider}: {elements} elements in {len(report.frames)} frames"]
    if usage is not None:
        tokens = usage.tokens_in + usage.tokens_out
        words.append(
            f"{usage.model}: {usage.calls} call(s), {tokens} tokens, about {usage.cost_usd:.4f} US dollars"
        )
    if report.trouble:
        words.append(report.trouble)
    if masked:
        words.append(f"{masked} secret(s) masked")
    return "; ".join(words)


@dataclass
class _Looking:
    """One recording. What leaves it, to the store and onwards, has its secrets masked."""

    ports: Ports
    work: Work
    provider: LocalVision
    frames: list[FrameElements] = field(default_factory=list)
    secrets: set[tuple[Kind, str]] = field(default_factory=set, repr=False)

    @property
    def masked(self) -> dict[str, int]:
        return dict(sorted(Counter(kind for kind, _ in self.secrets).items()))

    async def done(self) -> "_Looking":
        """A frame after the other, in a thread; a stopped job writes nothing more."""
        raw = {frame.id: await self._raw(frame) for frame in self.work.session.frames}
        sights = self.provider.read(self._inputs(raw))
        for frame in self.work.session.frames:
            sight, image, small = await asyncio.to_thread(_next, sights)
            await self.ports.blobs.put(frame.image_key, image)
            await self.ports.blobs.put(frame.thumbnail_key, small)
            self.frames.append(sight.elements)
            self.secrets |= sight.secrets
            await self.work.progress(f"{len(self.frames)} of {len(self.work.session.frames)} frames read")
        return self

    async def _raw(self, frame: FrameRef) -> bytes:
        try:
            return await self.ports.blobs.get(raw_image_key(self.work.session.id, frame.id))
        except BlobMissing as error:
            message = "A kept frame is no longer in the object store. Upload the recording again."
            raise PermanentFailure("storage_failed", message) from error

    def _inputs(self, raw: dict[str, bytes]) -> Iterator[FrameInput]:
        for frame in self.work.session.frames:
            yield FrameInput(frame.id, decoded(raw.pop(frame.id)), frame.changed_boxes)


def _next(sights: Iterator[Sight]) -> tuple[Sight, bytes, bytes]:
    """The next frame with both of its pictures."""
    sight = next(sights)
    return sight, png(sight.image), thumbnail(sight.image)
