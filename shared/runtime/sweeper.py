"""The sweeper: wakes up sessions that stand still, and removes what nobody needs any more.

Every pass is idempotent, so any number of processes may sweep at once.
"""

import asyncio
from datetime import datetime, timedelta

import structlog

from shared.model.blob_keys import ROOT, recording_key, session_of, session_prefix
from shared.model.errors import Unavailable
from shared.model.session import LaneName, Session
from shared.model.transitions import Failed, WokenUp
from shared.ports.blobs import BlobInfo
from shared.runtime import metrics
from shared.runtime.ledger import Ledger
from shared.runtime.settings import RuntimeSettings
from shared.runtime.wiring import Ports

_BATCH = 100
_log = structlog.get_logger(__name__)


class Sweeper:
    def __init__(self, ports: Ports, ledger: Ledger, settings: RuntimeSettings) -> None:
        self._ports, self._ledger, self._settings = ports, ledger, settings

    async def run(self) -> None:
        """Until cancelled. A store that is down is tried again at the next pass."""
        while True:
            try:
                await self.sweep()
            except Unavailable as error:
                _log.warning("sweep waits", reason=error.message)
            await asyncio.sleep(self._settings.sweep_interval)

    async def sweep(self) -> None:
        now = self._ports.clock.now()
        await self._wake_up(now - timedelta(seconds=self._settings.stalled_after))
        await self._purge(now - timedelta(seconds=self._settings.tombstone_after))
        await self._remove_orphans(now - timedelta(seconds=self._settings.orphan_after))
        await self._ports.store.expire(now)

    async def _wake_up(self, before: datetime) -> None:
        for session in await self._ports.store.stalled_sessions(before, _BATCH):
            tired = session.sweeps >= self._settings.sweeps_before_failure
            _log.warning("session stood still", session_id=session.id, sweeps=session.sweeps, gave_up=tired)
            await self._ledger.commit(session.id, _stood_still(session) if tired else WokenUp())
            metrics.SWEPT.labels("gave_up" if tired else "woken_up").inc()

    async def _purge(self, before: datetime) -> None:
        for session_id in await self._ports.store.tombstones(before, _BATCH):
            await self._ports.blobs.delete_prefix(session_prefix(session_id))
            await self._ports.store.purge_session(session_id)
            metrics.SWEPT.labels("purged").inc()

    async def _remove_orphans(self, before: datetime) -> None:
        """Files of no session, or of a deleted one, and videos of sessions that have ended."""
        known: dict[str, Session | None] = {}
        async for blob in self._ports.blobs.list(ROOT):
            owner = session_of(blob.key)
            if owner is None or blob.modified >= before:
                continue
            if owner not in known:
                known = {owner: await self._ports.store.session(owner)}  # keys come in order: one is enough
            if _is_orphan(blob, known[owner]):
                await self._ports.blobs.delete(blob.key)
                metrics.SWEPT.labels("orphan").inc()


def _is_orphan(blob: BlobInfo, session: Session | None) -> bool:
    if session is None or session.deleted:
        return True
    return session.terminal and blob.key == recording_key(session.id)


def _stood_still(session: Session) -> Failed:
    return Failed(
        current_lane(session),
        "internal",
        "Nothing worked on this recording for a long time, although it was announced again and again."
        " Check that the workers run (see /readyz and the logs of each), then upload it once more.",
    )


def current_lane(session: Session) -> LaneName:
    """The first step that has not ended."""
    names: tuple[LaneName, ...] = ("frame_extraction", "vision_lane", "playwright_lane", "synthesis")
    return next((name for name in names if not getattr(session.lanes, name).finished), "synthesis")
