"""Embedded adapters in a folder, a clock that is moved by hand, and a ledger over them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.model.envelope import Envelope
from shared.model.events import Event, RecordingStored
from shared.model.session import Session
from shared.runtime.ledger import Ledger, envelope
from shared.runtime.wiring import Ports
from tests.samples import FakeClock, a_session


@dataclass
class Rig:
    ports: Ports
    clock: FakeClock
    folder: Path
    woken: list[str] = field(default_factory=list)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.ports.store, self.clock, self.woken.append)

    async def session(self, **fields: Any) -> Session:
        """A new one, in the store and with nothing to say."""
        made = a_session(at=self.clock.now(), **fields)
        await self.ports.store.insert_session(made)
        return made

    async def stored(self, session: Session) -> Session:
        found = await self.ports.store.session(session.id)
        assert found is not None
        return found

    def event(self, session: Session, kind: type[Event] = RecordingStored, **fields: Any) -> Envelope:
        return envelope(kind(session_id=session.id, user_id=session.user_id, **fields), session, self.clock)
