"""Sessions as the lanes and the prompter would have left them, with pictures that a browser can show."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from PIL import Image

from shared.model.analysis import Analysis
from shared.model.blob_keys import analysis_key
from shared.model.ids import new_id
from shared.model.session import Session
from shared.model.transitions import Failed
from tests.films import screen
from tests.rest.pipeline import analysed, ended, inspected, seen_in
from tests.rest.service import Service
from tests.samples import NOON, a_recording, a_session

WORDS = (["Profile", "Name: Ann", "[Save]"], ["Profile", "Name: Ann", "[Save]", "Name is required"], ["Profile"])
HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>"\'&lt;b&gt;'


async def in_work(service: Service, user: str = "usr_ann", **fields: Any) -> Session:
    """Taken in, and no lane has begun."""
    session_id = new_id("sess")
    session = a_session(id=session_id, user_id=user, recording=a_recording(session_id), **fields)
    await service.process.ledger.insert(session)
    return session


async def reviewed(service: Service, user: str = "usr_ann", **fields: Any) -> Session:
    """Complete: three states of a form, the second with an error, and one page that was opened."""
    session = await analysed(service, (await in_work(service, user, **fields)).id)
    for frame, words in zip(session.frames, WORDS, strict=True):
        picture = screen(words, (frame.width, frame.height))
        await service.ports.blobs.put(frame.image_key, _bytes(picture, "PNG"))
        await service.ports.blobs.put(frame.thumbnail_key, _bytes(picture.resize((320, 180)), "WEBP"))
    return session


async def failed(service: Service, user: str = "usr_ann", **fields: Any) -> Session:
    session = await in_work(service, user, **fields)
    said = "There is no picture in this file: only sound. Record a tab, not a microphone."
    await service.process.ledger.commit(session.id, Failed("frame_extraction", "empty_recording", said))
    return await ended(service, session.id)


async def hostile(service: Service, user: str = "usr_ann") -> Session:
    """What the person wrote, what the page shows and what it says of itself all try to be markup."""
    session = await reviewed(service, user, title=HOSTILE, notes=HOSTILE)
    seen = [
        frame.model_copy(
            update={
                "elements": tuple(
                    each.model_copy(update={"name": f"{each.name} {HOSTILE}", "locator": HOSTILE})
                    for each in frame.elements
                )
            }
        )
        for frame in seen_in(session.frames)
    ]
    page = inspected("javascript:document.title=3")
    snapshots = tuple(
        each.model_copy(update={"title": HOSTILE, "console_errors": (HOSTILE,)}) for each in page.snapshots
    )
    analysis = Analysis(frames=tuple(seen), inspection=page.model_copy(update={"snapshots": snapshots}))
    text = analysis.model_dump_json(by_alias=True).encode()
    await service.ports.blobs.put(analysis_key(session.id), text)
    return session


async def many(service: Service, count: int, user: str) -> None:
    """Complete, so that nobody looks after them; each a minute older than the one before."""
    for number in range(count):
        moment = NOON - timedelta(minutes=number)
        session = a_session(user_id=user, title=f"Recording {number:04}", at=moment, stage="complete")
        await service.ports.store.insert_session(session)


def _bytes(image: Image.Image, form: str) -> bytes:
    stream = BytesIO()
    image.save(stream, form)
    return stream.getvalue()
