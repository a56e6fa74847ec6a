"""A process per kind, on servers that they share; as many of each kind as is asked for."""

import asyncio
import signal
from dataclasses import dataclass, field

from services.gateway.identity.local_issuer import LocalIssuer
from shared.adapters.blobs_s3 import Place
from shared.adapters.bus_rabbit import RabbitBus
from shared.adapters.store_mongo import MongoStore
from shared.model.events import QUEUES
from shared.model.ids import new_id
from shared.model.session import Session
from tests.e2e.processes import Command
from tests.e2e.server import Server
from tests.servers import remove
from tests.servers.find import server
from tests.servers.run import free_port

_PLENTY = {"SCOPE_RATE_BURST": "10000", "SCOPE_RATE_PER_SECOND": "1000"}
_WORKERS = ("frames", "vision", "aria")
_VAULT = "1:dGhlIGtleSBvZiBhbGwgdGVzdHMsIDMyIGJ5dGVzISE="
_KEY = "the key that all processes of these tests share"


@dataclass
class Cluster(Server):
    copies: int = 1
    commands: dict[str, list[Command]] = field(default_factory=dict)
    bus_url: str = ""
    store_url: str = ""
    blobs_url: str = ""

    def __post_init__(self) -> None:
        name = new_id("e2e").replace("_", "-")
        self.bus_url = f"{server('rabbitmq')}?prefix={name}"
        self.store_url = f"{server('mongodb').rstrip('/')}/{name}"
        self.blobs_url = f"{server('s3').rstrip('/')}/{name}"

    @property
    def issuer(self) -> LocalIssuer:
        return LocalIssuer.load(self.data, _KEY)

    def settings(self, **more: str) -> dict[str, str]:
        """The environment of every process. Pages of the tests lie on loopback, as with `scope up`."""
        return {
            **_PLENTY,
            "SCOPE_BUS_URL": self.bus_url,
            "SCOPE_STORE_URL": self.store_url,
            "SCOPE_BLOBS_URL": self.blobs_url,
            "SCOPE_INTERNAL_KEY": _KEY,
            "SCOPE_VAULT_KEYS": _VAULT,
            "SCOPE_DATA_DIR": str(self.data),
            "SCOPE_ARIA_POLICY": "any",
            "SCOPE_PORT": "0",
            "SCOPE_ADMIN_PORT": "0",
            **self.environment,
            **more,
        }

    def command(self, *words: str, **more: str) -> Command:
        return Command(words, self.settings(**more), self.data.parent / f"{words[0]}.log")

    async def start(self) -> None:
        """On ports of their own, so that one that is killed is found again where it was."""
        await self.command("topology").start()
        kinds = ("ingest", "prompter", *_WORKERS)
        ports = {kind: [free_port() for _ in range(self.copies)] for kind in kinds}
        self.commands = {
            kind: [self.command(kind, **{f"SCOPE_{kind.upper()}_PORT": str(port)}) for port in ports[kind]]
            for kind in kinds
        }
        await asyncio.gather(*(each.start() for kind in kinds for each in self.commands[kind]))
        where = {f"SCOPE_{kind.upper()}_URL": f"http://127.0.0.1:{ports[kind][0]}" for kind in kinds[:2]}
        self.commands["gateway"] = [self.command("gateway", **where) for _ in range(self.copies)]
        started = await asyncio.gather(*(each.start() for each in self.commands["gateway"]))
        self.urls = [_url(line) for line in started]

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        codes = await self._end(signal.SIGTERM)
        return max(map(abs, codes), default=0)

    async def remove(self) -> None:
        await remove.queues(self.bus_url)
        await remove.database(self.store_url)
        await remove.bucket(self.blobs_url)

    async def _end(self, number: signal.Signals) -> list[int]:
        every = [each for commands in self.commands.values() for each in commands]
        return await asyncio.gather(*(each.end(number) for each in every))

    def pids(self) -> list[int]:
        return [each.pid for commands in self.commands.values() for each in commands]

    def files(self, session_id: str) -> set[str]:
        prefix = f"sessions/{session_id}/"
        return {name.removeprefix(prefix) for name in self.leftovers() if name.startswith(prefix)}

    def receiving(self) -> bool:
        """A multipart upload has begun. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html"""
        place = Place.of(self.blobs_url)
        return bool(place.client()._list_multipart_uploads(place.bucket).uploads)

    def leftovers(self) -> list[str]:
        """Parts of unfinished uploads go by the bucket's lifecycle."""
        place = Place.of(self.blobs_url)
        return [str(each.object_name) for each in place.client().list_objects(place.bucket, recursive=True)]

    async def stored(self, session_id: str) -> Session | None:
        store = await MongoStore.open(self.store_url)
        try:
            return await store.session(session_id)
        finally:
            await store.close()

    async def dead_letters(self) -> int:
        bus = await RabbitBus.open(self.bus_url)
        try:
            return sum([(await bus.stats(queue)).dead for queue in QUEUES])
        finally:
            await bus.close()


def _url(line: str) -> str:
    """From `gateway ready gateway at http://127.0.0.1:1234 admin at …`."""
    return line.split(" at ")[1].split(maxsplit=1)[0]
