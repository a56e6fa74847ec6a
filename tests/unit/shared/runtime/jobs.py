"""Jobs to test the worker loop with."""

from typing import Any

from shared.model.session import Session
from shared.model.transitions import FramesKept
from shared.ports.bus import Delivery
from shared.runtime.ledger import Decision
from shared.runtime.worker import Handler, Job, Work, Worker, session_fails
from tests.samples import a_frame
from tests.unit.rigs import Rig


def kept(session: Session) -> FramesKept:
    return FramesKept((a_frame(session.id, 0.0),), 100.0)


async def keep(work: Work) -> Decision:
    return kept(work.session)


def worker(rig: Rig, handle: Handler, **job: Any) -> Worker:
    known = {"lane": "frame_extraction", "on_failure": session_fails("frame_extraction"), **job}
    return Worker(Job("frames", handle, **known), rig.ports, rig.ledger)


def delivery(rig: Rig, session: Session, attempt: int = 1, **event: Any) -> Delivery:
    return Delivery("frames", rig.event(session, **event), attempt)


async def message_of(rig: Rig, session: Session) -> str:
    """Why it failed."""
    failure = (await rig.stored(session)).failure
    assert failure is not None
    return failure.message
