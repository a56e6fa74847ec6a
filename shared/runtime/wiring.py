"""From settings to adapters: the scheme of a URL picks the adapter."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

import structlog

from shared.adapters.blobs_files import FileBlobs
from shared.adapters.bus_local import LocalBus
from shared.adapters.store_sqlite import SqliteStore
from shared.model.errors import Misconfigured, Unavailable
from shared.ports.blobs import Blobs
from shared.ports.bus import Bus
from shared.ports.clock import Clock, SystemClock
from shared.ports.store import Store
from shared.runtime.settings import RuntimeSettings

T = TypeVar("T")
_TRY_AGAIN_S = 1.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Ports:
    bus: Bus
    store: Store
    blobs: Blobs
    clock: Clock = field(default_factory=SystemClock)


async def _sqlite(url: str, settings: RuntimeSettings) -> Store:
    return await SqliteStore.open(_path(url, "SCOPE_STORE_URL"))


async def _local(url: str, settings: RuntimeSettings) -> Bus:
    """The local bus lives in the file of the SQLite store, or in one of its own beside another store."""
    beside = settings.store.startswith("sqlite:")
    file = _path(settings.store, "SCOPE_STORE_URL") if beside else settings.data_dir / "bus.db"
    return await LocalBus.open(file)


async def _files(url: str, settings: RuntimeSettings) -> Blobs:
    return FileBlobs(_path(url, "SCOPE_BLOBS_URL"))


async def _mongo(url: str, settings: RuntimeSettings) -> Store:
    with _driver("motor"):
        from shared.adapters.store_mongo import MongoStore  # noqa: PLC0415  an extra, and slow to import
    return await MongoStore.open(url)


async def _rabbit(url: str, settings: RuntimeSettings) -> Bus:
    with _driver("aio-pika"):
        from shared.adapters.bus_rabbit import RabbitBus  # noqa: PLC0415  an extra, and slow to import
    return await RabbitBus.open(url)


async def _s3(url: str, settings: RuntimeSettings) -> Blobs:
    with _driver("minio"):
        from shared.adapters.blobs_s3 import S3Blobs  # noqa: PLC0415  an extra, and slow to import
    return await S3Blobs.open(url)


STORES: dict[str, Callable[[str, RuntimeSettings], Awaitable[Store]]] = {
    "sqlite": _sqlite,
    "mongodb": _mongo,
    "mongodb+srv": _mongo,
}
BUSES: dict[str, Callable[[str, RuntimeSettings], Awaitable[Bus]]] = {
    "local": _local,
    "amqp": _rabbit,
    "amqps": _rabbit,
}
BLOBS: dict[str, Callable[[str, RuntimeSettings], Awaitable[Blobs]]] = {
    "file": _files,
    "s3+http": _s3,
    "s3+https": _s3,
}
EMBEDDED = frozenset({"sqlite", "local", "file"})  # belong to one process


@asynccontextmanager
async def open_bus(settings: RuntimeSettings) -> AsyncIterator[Bus]:
    """The bus alone."""
    bus = await _opened(BUSES, settings.bus_url, "SCOPE_BUS_URL", settings)
    try:
        yield bus
    finally:
        await bus.close()


@asynccontextmanager
async def open_ports(settings: RuntimeSettings) -> AsyncIterator[Ports]:
    """Open all three, close all three. Misconfigured for a URL that no adapter takes."""
    store = await _opened(STORES, settings.store, "SCOPE_STORE_URL", settings)
    try:
        blobs = await _opened(BLOBS, settings.blobs, "SCOPE_BLOBS_URL", settings)
        try:
            bus = await _opened(BUSES, settings.bus_url, "SCOPE_BUS_URL", settings)
            try:
                yield Ports(bus, store, blobs)
            finally:
                await bus.close()
        finally:
            await blobs.close()
    finally:
        await store.close()


def embedded(settings: RuntimeSettings) -> list[str]:
    """The settings whose URLs lead to what belongs to one process."""
    urls = {
        "SCOPE_BUS_URL": settings.bus_url,
        "SCOPE_STORE_URL": settings.store,
        "SCOPE_BLOBS_URL": settings.blobs,
    }
    return [name for name, url in urls.items() if urlsplit(url).scheme in EMBEDDED]


async def prepare(settings: RuntimeSettings) -> None:
    """Declare and make what the adapters of these URLs need to find. Idempotent; the embedded ones need nothing."""
    if urlsplit(settings.bus_url).scheme in {"amqp", "amqps"}:
        with _driver("aio-pika"):
            from shared.adapters import bus_rabbit  # noqa: PLC0415  as above
        await bus_rabbit.prepare(settings.bus_url)
    if urlsplit(settings.store).scheme in {"mongodb", "mongodb+srv"}:
        with _driver("motor"):
            from shared.adapters import store_mongo  # noqa: PLC0415  as above
        await store_mongo.prepare(settings.store)
    if urlsplit(settings.blobs).scheme in {"s3+http", "s3+https"}:
        with _driver("minio"):
            from shared.adapters import blobs_s3  # noqa: PLC0415  as above
        await blobs_s3.prepare(settings.blobs)


@contextmanager
def _driver(name: str) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        words = f"The package {name} is not installed here: pip install 'claude-scope[cluster]'."
        raise Misconfigured(words) from error


async def _opened(
    table: dict[str, Callable[[str, RuntimeSettings], Awaitable[T]]],
    url: str,
    setting: str,
    settings: RuntimeSettings,
) -> T:
    """Whatever the URL's scheme names. A server that does not answer yet is waited for."""
    scheme = urlsplit(url).scheme
    if scheme not in table:
        known = ", ".join(f"{name}:" for name in table)
        raise Misconfigured(f"{setting} starts with {scheme!r}, which no adapter takes. Known: {known}")
    patience = 0.0 if scheme in EMBEDDED else settings.start_patience
    until = time.monotonic() + patience
    while True:
        try:
            return await table[scheme](url, settings)
        except Unavailable as error:
            if time.monotonic() >= until:
                raise
            _log.warning("waiting for a server", setting=setting, reason=error.message)
            await asyncio.sleep(_TRY_AGAIN_S)


def _path(url: str, setting: str) -> Path:
    """The file of `sqlite:///abs/path` or `file:///abs/path`."""
    parts = urlsplit(url)
    if parts.netloc or not parts.path.startswith("/"):
        raise Misconfigured(f"{setting} must name an absolute path, as in {parts.scheme}:///var/lib/scope/…")
    return Path(unquote(parts.path))
