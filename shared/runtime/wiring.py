"""From settings to adapters: the scheme of a URL picks the adapter."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from shared.adapters.blobs_files import FileBlobs
from shared.adapters.bus_local import LocalBus
from shared.adapters.store_sqlite import SqliteStore
from shared.model.errors import Misconfigured
from shared.ports.blobs import Blobs
from shared.ports.bus import Bus
from shared.ports.clock import Clock, SystemClock
from shared.ports.store import Store
from shared.runtime.settings import RuntimeSettings

T = TypeVar("T")


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


STORES: dict[str, Callable[[str, RuntimeSettings], Awaitable[Store]]] = {"sqlite": _sqlite}
BUSES: dict[str, Callable[[str, RuntimeSettings], Awaitable[Bus]]] = {"local": _local}
BLOBS: dict[str, Callable[[str, RuntimeSettings], Awaitable[Blobs]]] = {"file": _files}


@asynccontextmanager
async def open_ports(settings: RuntimeSettings) -> AsyncIterator[Ports]:
    """Open all three, close all three. Misconfigured for a URL that no adapter takes."""
    store = await _opener(STORES, settings.store, "SCOPE_STORE_URL")(settings.store, settings)
    try:
        blobs = await _opener(BLOBS, settings.blobs, "SCOPE_BLOBS_URL")(settings.blobs, settings)
        try:
            bus = await _opener(BUSES, settings.bus_url, "SCOPE_BUS_URL")(settings.bus_url, settings)
            try:
                yield Ports(bus, store, blobs)
            finally:
                await bus.close()
        finally:
            await blobs.close()
    finally:
        await store.close()


def _opener(table: dict[str, T], url: str, setting: str) -> T:
    scheme = urlsplit(url).scheme
    if scheme not in table:
        known = ", ".join(f"{name}:" for name in table)
        raise Misconfigured(f"{setting} starts with {scheme!r}, which no adapter takes. Known: {known}")
    return table[scheme]


def _path(url: str, setting: str) -> Path:
    """The file of `sqlite:///abs/path` or `file:///abs/path`."""
    parts = urlsplit(url)
    if parts.netloc or not parts.path.startswith("/"):
        raise Misconfigured(f"{setting} must name an absolute path, as in {parts.scheme}:///var/lib/scope/…")
    return Path(unquote(parts.path))
