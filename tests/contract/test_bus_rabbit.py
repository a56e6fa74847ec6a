"""RabbitMQ keeps the promises of the port."""

import asyncio
import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from aio_pika import Message

from shared.adapters import bus_rabbit
from shared.adapters.bus_rabbit import RabbitBus
from shared.model.events import QUEUES
from shared.ports.bus import Bus
from tests.contract.bus_letters_suite import BusLettersSuite
from tests.contract.bus_stop_suite import BusStopSuite
from tests.contract.bus_suite import BusSuite
from tests.servers.find import server
from tests.servers.wire import Wire


class RabbitRig:
    """Every bus has a wire of its own to the broker, so that it can die alone."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opened: dict[Bus, Wire] = {}

    async def open(self) -> Bus:
        wire = await Wire.to(self.url)
        bus = await RabbitBus.open(wire.through(self.url))
        self.opened[bus] = wire
        return bus

    async def crash(self, bus: Bus) -> None:
        """The connections are cut and stay so; what the dead process still does reaches nobody."""
        assert isinstance(bus, RabbitBus)
        await self.opened[bus].close()
        for subscription in bus._subscriptions:
            subscription._drop()

    async def close(self) -> None:
        for bus, wire in self.opened.items():
            await bus.close()
            await wire.close()

    async def smuggle(self, queue: str, body: bytes) -> None:
        bus = await RabbitBus.open(self.url)
        await bus.put(bus._names.work(queue), Message(body))
        await bus.close()

    async def empty(self) -> None:
        bus = await RabbitBus.open(self.url)
        async with bus._looking() as channel:
            for queue in QUEUES:
                for name in bus._names.all(queue):
                    await (await channel.get_queue(name, ensure=False)).purge()
        await bus.close()


@pytest.fixture(scope="session")
def broker() -> str:
    """One set of queues for all tests of a test process: making quorum queues takes longer than emptying them."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    url = f"{server('rabbitmq')}?prefix=contract-{worker}-{os.getpid()}"
    with ThreadPoolExecutor(1) as elsewhere:  # this thread's loop belongs to the tests
        elsewhere.submit(asyncio.run, bus_rabbit.prepare(url)).result()
    return url


@pytest.fixture
async def rig(broker: str) -> AsyncIterator[RabbitRig]:
    rig = RabbitRig(broker)
    await rig.empty()
    yield rig
    await rig.close()


class TestRabbitBus(BusSuite):
    """Delivery and retries."""


class TestRabbitBusLetters(BusLettersSuite):
    """Dead letters and listeners."""


class TestRabbitBusStops(BusStopSuite):
    """Stopping and closing."""
