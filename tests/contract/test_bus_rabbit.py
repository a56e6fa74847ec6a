"""RabbitMQ keeps the promises of the port."""

from collections.abc import AsyncIterator

import pytest
from aio_pika import Message

from shared.adapters.bus_rabbit import RabbitBus
from shared.ports.bus import Bus
from tests.contract.bus_letters_suite import BusLettersSuite
from tests.contract.bus_stop_suite import BusStopSuite
from tests.contract.bus_suite import BusSuite
from tests.servers import remove
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


@pytest.fixture
async def rig(broker: str) -> AsyncIterator[RabbitRig]:
    rig = RabbitRig(broker)
    await remove.messages(broker)
    yield rig
    await rig.close()


class TestRabbitBus(BusSuite):
    """Delivery and retries."""


class TestRabbitBusLetters(BusLettersSuite):
    """Dead letters and listeners."""


class TestRabbitBusStops(BusStopSuite):
    """Stopping and closing."""
