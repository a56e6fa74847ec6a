"""A broker that goes away, hangs, forgets or refuses: nothing is lost, and what is wrong is said."""

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.adapters import bus_rabbit, rabbit_link
from shared.adapters.bus_rabbit import RabbitBus
from shared.model.errors import Misconfigured, Unavailable
from shared.model.events import FramesExtracted
from shared.ports.bus import Subscription
from tests.contract.bus_suite import QUEUE, message, messages
from tests.contract.handlers import Holding, Scripted, eventually, stats_become
from tests.require import missing
from tests.servers import rabbitmq, remove
from tests.servers.run import NotHere, free_port
from tests.servers.wire import Wire


@pytest.fixture
async def wire(broker: str) -> AsyncIterator[Wire]:
    await remove.messages(broker)
    wire = await Wire.to(broker)
    yield wire
    await wire.close()


@pytest.fixture
async def bus(wire: Wire, broker: str) -> AsyncIterator[RabbitBus]:
    bus = await RabbitBus.open(wire.through(broker))
    yield bus
    wire.mend()
    await bus.close()


async def is_well(subscription: Subscription) -> bool:
    try:
        await subscription.check()
    except Unavailable:
        return False
    return True


async def test_a_consumer_comes_back_after_a_cut_and_its_work_is_taken_up_again(bus: RabbitBus, wire: Wire) -> None:
    held = Holding()
    consumer = await bus.consume(QUEUE, held)
    await bus.publish([message()])
    await held.called()
    wire.cut()
    with pytest.raises(Unavailable):
        await bus.publish([message()])
    assert not await is_well(consumer)
    await eventually(lambda: held.running == 0)  # its message is the broker's again
    wire.mend()
    await held.called(2)
    assert await is_well(consumer)
    held.release.set()
    await eventually(lambda: held.finished == 1)
    await stats_become(bus, QUEUE, 0, 0, 0)
    assert held.attempts == [1, 2]


async def test_a_listener_hears_again_after_a_cut(bus: RabbitBus, wire: Wire) -> None:
    heard: list[object] = []
    listening = await bus.listen(frozenset({FramesExtracted.TYPE}), heard.append)
    wire.reset()
    await eventually(lambda: is_well(listening))
    await bus.publish([message()])
    await eventually(lambda: heard)


async def test_every_message_arrives_though_connections_are_reset_all_the_time(bus: RabbitBus, wire: Wire) -> None:
    handler, sent = Scripted(), messages(60)
    await bus.consume(QUEUE, handler, prefetch=4)

    async def resetting() -> None:
        for _ in range(8):
            await asyncio.sleep(0.15)
            wire.reset()

    cutting = asyncio.create_task(resetting())
    for each in sent:
        while True:  # as the relay does
            try:
                await bus.publish([each])
                break
            except Unavailable:
                await asyncio.sleep(0.02)
    await cutting
    await eventually(lambda: {each.id for each in sent} <= set(handler.ids))


@pytest.mark.slow
@pytest.mark.timeout(60)
async def test_a_broker_that_hangs_is_given_up_in_time(bus: RabbitBus, wire: Wire) -> None:
    wire.stall()
    began = asyncio.get_running_loop().time()
    with pytest.raises(Unavailable, match="did not answer within 10 s"):
        await bus.publish([message()])
    assert asyncio.get_running_loop().time() - began < 15
    wire.mend()


async def test_a_queue_that_was_deleted_is_noticed_and_taken_up_when_it_is_back(
    bus: RabbitBus, broker: str
) -> None:
    handler = Scripted()
    consumer = await bus.consume(QUEUE, handler)
    async with remove._channel(broker) as (channel, names):
        await channel.queue_delete(names.work(QUEUE))
        await eventually(lambda: _not(is_well(consumer)))
        with pytest.raises(Unavailable, match="scope topology"):
            await bus.ping()
        with pytest.raises(Unavailable):
            await bus.publish([message()])  # mandatory: a queue that must have it is not there
    await bus_rabbit.prepare(broker)
    await eventually(lambda: is_well(consumer))
    await bus.publish([message()])
    await handler.called()


async def _not(check: object) -> bool:
    return not await check  # type: ignore[misc]


# What cannot work, and what is said about it


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("guest:guest", "guest:wrong"), "refuses the user or password"),
        (("guest:guest", "nobody:x"), "refuses the user or password"),
        (("/?", "/no-such-host?"), "does not let us in"),
    ],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::RuntimeWarning")
async def test_a_broker_that_does_not_let_us_in_is_a_mistake_in_the_settings(
    broker: str, change: tuple[str, str], words: str
) -> None:
    with pytest.raises(Misconfigured, match=words) as caught:
        await RabbitBus.open(broker.replace(*change))
    with warnings.catch_warnings(action="ignore"):
        gc.collect()  # aiormq leaves a coroutine behind when it is turned away at the door
    assert "wrong" not in caught.value.message, "passwords are not for logs"


async def test_nobody_there_is_unavailable() -> None:
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:\d+/ cannot be reached"):
        await RabbitBus.open(f"amqp://guest:guest@127.0.0.1:{free_port()}/")


async def test_a_broker_that_was_not_prepared_is_unavailable_and_says_how(broker: str) -> None:
    with pytest.raises(Unavailable, match="Run `scope topology`"):
        await RabbitBus.open(broker + "-other")


async def test_a_broker_that_is_too_old_is_named(broker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rabbit_link, "_OLDEST", (99, 0))
    with pytest.raises(Misconfigured, match=r"is \d+\.\d+\.\d+; 99.0 or newer is needed"):
        await RabbitBus.open(broker)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_queue_of_that_name_with_other_properties_is_named(broker: str) -> None:
    url = broker + "-taken"
    async with remove._channel(url) as (channel, names):
        await channel.declare_queue(names.dead("frames"), durable=True)
        try:
            with pytest.raises(Misconfigured, match="other properties"):
                await bus_rabbit.prepare(url)
        finally:
            await channel.queue_delete(names.dead("frames"))
    async with remove._channel(url) as (channel, names):
        await channel.exchange_delete(names.exchange)
    await asyncio.sleep(0.1)  # aiormq clears up behind a channel that the broker closed


@pytest.mark.parametrize("url", ["amqp://", "amqp:///x", "amqp://h:notaport/"])
async def test_what_is_no_address_is_a_mistake_in_the_settings(url: str) -> None:
    with pytest.raises(Misconfigured, match="SCOPE_BUS_URL"):
        await RabbitBus.open(url)


# The real thing


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_a_broker_that_is_killed_and_comes_back_has_everything(tmp_path: Path) -> None:
    try:
        rabbitmq.available()
    except NotHere as reason:
        missing(str(reason))
    rabbitmq.opened_up(tmp_path)
    node = rabbitmq.Node(tmp_path, free_port(), free_port())
    await asyncio.to_thread(node.start)
    try:
        await bus_rabbit.prepare(node.url)
        bus = await RabbitBus.open(node.url)
        held = Holding()
        await bus.consume(QUEUE, held)
        sent = messages(20)
        await bus.publish(sent)
        await held.called()
        await asyncio.to_thread(node.kill)
        with pytest.raises(Unavailable):
            await bus.publish([message()])
        await asyncio.to_thread(node.start)
        held.release.set()
        await eventually(lambda: set(held.ids) == {each.id for each in sent}, within=60)
        await stats_become(bus, QUEUE, 0, 0, 0)
        await bus.close()
    finally:
        await asyncio.to_thread(node.stop)
