"""`scope up`: everything in one process on its own folder."""

import signal
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field

from services.gateway.identity.local_issuer import LocalIssuer
from shared.adapters.store_sqlite import SqliteStore
from shared.model.session import Session
from tests.e2e.processes import Command
from tests.e2e.server import Server

_PLENTY = {"SCOPE_RATE_BURST": "10000", "SCOPE_RATE_PER_SECOND": "1000"}


@dataclass
class AllInOne(Server):
    command: Command = field(init=False)

    def __post_init__(self) -> None:
        words = ("up", "--port", "0", "--data", str(self.data))
        self.command = Command(words, {**_PLENTY, **self.environment}, self.data.parent / "server.log")

    @property
    def issuer(self) -> LocalIssuer:
        return LocalIssuer.load(self.data)

    async def start(self) -> None:
        line = await self.command.start()
        assert " is up at " in line, f"{line!r}; see {self.command.log}"
        self.urls = [line.split(" is up at ")[1].split()[0]]

    async def kill(self) -> None:
        await self.command.end(signal.SIGKILL)

    async def stop(self) -> int:
        return await self.command.end(signal.SIGTERM)

    def pids(self) -> list[int]:
        return [self.command.pid]

    def files(self, session_id: str) -> set[str]:
        folder = self.data / "blobs" / "sessions" / session_id
        return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}

    def receiving(self) -> bool:
        incoming = self.data / "blobs" / "incoming~"
        return any(path.stat().st_size > 1_000_000 for path in incoming.iterdir())

    def leftovers(self) -> list[str]:
        return [str(path) for path in (self.data / "blobs").rglob("*") if path.is_file()]

    async def stored(self, session_id: str) -> Session | None:
        store = await SqliteStore.open(self.data / "scope.db")
        try:
            return await store.session(session_id)
        finally:
            await store.close()

    async def dead_letters(self) -> int:
        with closing(sqlite3.connect(self.data / "scope.db")) as db:
            return int(db.execute("SELECT count(*) FROM dead_messages").fetchone()[0])
