"""One process: parts that start in order, stop in reverse, and die together."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

import structlog
from aiohttp import web

from shared.model.events import SessionDeleted
from shared.ports.bus import Handler, Listener
from shared.runtime.admin import Check, admin_app, port_checks
from shared.runtime.ledger import Ledger
from shared.runtime.relay import Relay
from shared.runtime.settings import RuntimeSettings
from shared.runtime.sweeper import Sweeper
from shared.runtime.wiring import Ports, open_ports
from shared.runtime.worker import Job, Worker

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_log = structlog.get_logger(__name__)


class Process:
    """Use as `async with Process(settings) as process:`, add parts, then `await process.run()`.

    Leaving it drains: servers first, then workers (with the settings' grace), the last outboxes, the ports.
    """

    ports: Ports
    ledger: Ledger
    relay: Relay

    def __init__(self, settings: RuntimeSettings) -> None:
        self.settings = settings
        self._stack = AsyncExitStack()
        self._watched: dict[asyncio.Task[Any], str] = {}
        self._subscriptions: dict[str, Check] = {}
        self._stop = asyncio.Event()

    async def __aenter__(self) -> Self:
        try:
            self.ports = await self._stack.enter_async_context(open_ports(self.settings))
            self.relay = Relay(self.ports.bus, self.ports.store, self.settings.relay_interval)
            self.ledger = Ledger(self.ports.store, self.ports.clock, self.relay.wake)
            self._stack.push_async_callback(self._last_words)
            self.watch("relay", self.relay.run())
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def checks(self) -> dict[str, Check]:
        """What must hold for this process to be of use: its servers answer, and the bus delivers to it."""
        return {**port_checks(self.ports), **self._subscriptions}

    @property
    def stack(self) -> AsyncExitStack:
        """For parts with resources of their own."""
        return self._stack

    def watch(self, name: str, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run a side task; if it ends on its own, the process ends with an error."""
        task = asyncio.create_task(coroutine, name=name)
        self._watched[task] = name
        self._stack.push_async_callback(_cancelled, task)

    async def work(self, job: Job) -> None:
        """Consume a queue with a job; work on a deleted session is stopped."""
        worker = Worker(job, self.ports, self.ledger)
        await self.listen(f"deletions for {job.queue}", frozenset({SessionDeleted.TYPE}), worker.heard)
        await self.consume(job.queue, worker, prefetch=job.prefetch)

    async def consume(self, queue: str, handler: Handler, *, prefetch: int = 1) -> None:
        """Work a queue off with a handler of the bus; leaving drains it."""
        consuming = await self.ports.bus.consume(queue, handler, prefetch=prefetch)
        self._stack.push_async_callback(consuming.stop, self.settings.drain_grace)
        self._subscriptions[f"consumer of {queue}"] = consuming.check
        self.watch(f"consumer of {queue}", consuming.wait())

    async def listen(self, purpose: str, types: frozenset[str], listener: Listener) -> None:
        """Hear events of these types until we leave; if it ends by itself, so do we."""
        listening = await self.ports.bus.listen(types, listener)
        self._stack.push_async_callback(listening.stop)
        self._subscriptions[f"listener for {purpose}"] = listening.check
        self.watch(f"listener for {purpose}", listening.wait())

    async def admin(self) -> str | None:
        """Start the admin server if the settings ask for one; its URL."""
        if self.settings.admin_port is None:
            return None
        host, port = await self.serve(admin_app(self.checks), self.settings.admin_host, self.settings.admin_port)
        return f"http://{host}:{port}"

    async def sweep(self) -> None:
        self.watch("sweeper", Sweeper(self.ports, self.ledger, self.settings).run())

    async def serve(self, app: web.Application, host: str, port: int) -> tuple[str, int]:
        """Start an HTTP server; return the address it really has (port 0 picks a free one)."""
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=self.settings.drain_grace)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, host, port, reuse_address=True)
        await site.start()
        bound = runner.addresses[0]
        return bound[0], bound[1]

    def stop(self) -> None:
        self._stop.set()

    async def run(self) -> None:
        """Until SIGTERM, SIGINT or `stop`. Raises what a side task died of."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._asked_to_stop)
        stopping = asyncio.create_task(self._stop.wait())
        ended, _ = await asyncio.wait({stopping, *self._watched}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        for task in ended - {stopping}:
            _log.error("a part of this process died, so the process ends", part=self._watched[task])
            task.result()
            raise RuntimeError(f"{self._watched[task]} ended on its own")
        _log.info("draining", grace_s=self.settings.drain_grace)

    def _asked_to_stop(self) -> None:
        """A second signal ends the process at once: what is cut off is taken up by the next start."""
        self._stop.set()
        for number in _SIGNALS:
            asyncio.get_running_loop().remove_signal_handler(number)

    async def _last_words(self) -> None:
        """Events of the last commits leave with us; if the bus is down they leave with the next start."""
        try:
            async with asyncio.timeout(5):
                await self.relay.flush()
        except Exception as error:
            _log.warning("some events wait for the next start", reason=str(error))


async def _cancelled(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
