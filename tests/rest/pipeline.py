"""What the analysis workers would do, done by hand: the same changes through the ledger, the same blobs."""

from shared.model.analysis import Analysis, Inspection, VisionReport
from shared.model.blob_keys import analysis_key, inspection_key, vision_key
from shared.model.evidence import Box, FrameElements, PageCounts, PageNode, PageSnapshot
from shared.model.session import FrameRef, Session
from shared.model.transitions import Failed, FramesKept, LaneEnded, LaneStarted
from tests.contract.handlers import eventually
from tests.rest.service import Service
from tests.samples import a_frame, a_recording, a_session, an_element

THUMBNAIL = b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(20)
TIMES = (0.0, 1200.0, 3400.5)


def seen_in(frames: tuple[FrameRef, ...]) -> tuple[FrameElements, ...]:
    """A form whose button is pressed: an error comes, the button is no longer disabled, a hint goes."""
    form = an_element("e1", "form", "Profile", box=Box(x=0.0, y=0.0, width=0.9, height=0.9))
    field = an_element("e2", "textbox", "Name", value="Ann", source="both", locator="getByLabel('Name')")
    save = an_element("e3", "button", "Save", state=("disabled",), box=Box(x=0.1, y=0.3, width=0.1, height=0.05))
    hint = an_element("e4", "text", "All changes are saved", box=Box(x=0.1, y=0.5, width=0.3, height=0.05))
    alert = an_element("e5", "alert", "Name is required", box=Box(x=0.1, y=0.6, width=0.3, height=0.05))
    pressed = save.model_copy(update={"state": ()})
    seen = (form, field, save, hint), (form, field, pressed, hint, alert), (form, field, pressed, alert)
    return tuple(FrameElements(frame_id=f.id, elements=e) for f, e in zip(frames, seen, strict=True))


def inspected(url: str) -> Inspection:
    tree = (PageNode(role="form", name="Profile", children=(PageNode(role="button", name="Save"),)),)
    counts = PageCounts(buttons=1, total=1, by_role={"form": 1, "button": 1})
    page = PageSnapshot(url=url, success=True, counts=counts, tree=tree)
    broken = PageSnapshot(url=f"{url}broken", success=False, error="it answered 500")
    return Inspection(urls_inspected=(url,), duration_ms=120.0, snapshots=(page, broken))


async def keep_frames(service: Service, session_id: str) -> tuple[FrameRef, ...]:
    frames = tuple(a_frame(session_id, ms) for ms in TIMES)
    for frame in frames:
        await service.ports.blobs.put(frame.image_key, b"png")
        await service.ports.blobs.put(frame.thumbnail_key, THUMBNAIL + frame.id.encode())
    await service.process.ledger.commit(session_id, LaneStarted("frame_extraction"))
    await service.process.ledger.commit(session_id, FramesKept(frames, duration_ms=9600.0))
    return frames


async def end_lanes(service: Service, session_id: str, *, aria_error: str | None = None) -> None:
    session = await service.stored(session_id)
    seen, inspection = seen_in(session.frames), inspected(session.seed_url or "http://x/")
    vision, blobs = VisionReport(provider="local", frames=seen), service.ports.blobs
    analysis = Analysis(frames=seen, inspection=inspection)
    for key, report in (
        (vision_key(session_id), vision),
        (inspection_key(session_id), inspection),
        (analysis_key(session_id), analysis),
    ):
        await blobs.put(key, report.model_dump_json(by_alias=True).encode())
    await service.process.ledger.commit(session_id, LaneEnded("vision_lane"))
    aria = LaneEnded("playwright_lane", aria_error, "1 of 2 page(s) opened", inspection.urls_inspected)
    await service.process.ledger.commit(session_id, aria)


async def analysed(service: Service, session_id: str, *, aria_error: str | None = None) -> Session:
    """The session as it is once the prompter, which does run here, has written its prompt."""
    await keep_frames(service, session_id)
    await end_lanes(service, session_id, aria_error=aria_error)
    return await ended(service, session_id)


async def failed(service: Service, session_id: str, failure: Failed) -> Session:
    await service.process.ledger.commit(session_id, failure)
    return await ended(service, session_id)


async def ended(service: Service, session_id: str) -> Session:
    async def is_over() -> bool:
        return (await service.stored(session_id)).terminal

    await eventually(is_over)
    return await service.stored(session_id)


async def only_session(service: Service) -> Session:
    """Waits for the one session that there will be, however it came."""
    ids = await eventually(
        lambda: service.ports.store.stalled_sessions(service.ports.clock.now().replace(year=9999), 2)
    )
    [session] = ids
    return session


async def a_recorded_session(service: Service, user: str = "usr_ann") -> Session:
    """Seeded straight into the store, analysed and complete."""
    session = a_session(user_id=user)
    recorded = session.model_copy(update={"recording": a_recording(session.id)})
    await service.ports.blobs.put(f"sessions/{session.id}/recording", b"video")
    await service.process.ledger.insert(recorded)
    return await analysed(service, session.id)
