"""The users of deploy/rabbitmq on a real broker: what each may, and nothing more."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aio_pika
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import ChannelAccessRefused

from shared.adapters import bus_rabbit
from shared.model.events import RecordingSubmit, SessionCompleted
from tests.require import missing
from tests.servers import rabbitmq
from tests.servers.run import NotHere, free_port

DEFINITIONS = Path(__file__).parents[3] / "deploy" / "rabbitmq" / "definitions.json"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def node(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[rabbitmq.Node]:
    """With the definitions, our topology, and passwords that the test knows."""
    try:
        rabbitmq.available()
    except NotHere as reason:
        missing(str(reason))
    folder = tmp_path_factory.mktemp("rabbitmq")
    rabbitmq.opened_up(folder)
    node = rabbitmq.Node(folder, free_port(), free_port())
    await asyncio.to_thread(node.start)
    try:
        copy = folder / "definitions.json"
        copy.write_bytes(DEFINITIONS.read_bytes())
        await asyncio.to_thread(node.control, "import_definitions", str(copy))
        for user in ("scope", "scope-subscriber", "scope-submitter"):
            await asyncio.to_thread(node.control, "change_password", user, "pw")
        await bus_rabbit.prepare(url(node, "scope"))
        yield node
    finally:
        await asyncio.to_thread(node.stop)


def url(node: rabbitmq.Node, user: str) -> str:
    return node.url.replace("guest:guest", f"{user}:pw")


async def channel_of(node: rabbitmq.Node, user: str) -> AbstractChannel:
    connection = await aio_pika.connect(url(node, user))
    return await connection.channel()


async def published(channel: AbstractChannel, key: str) -> None:
    exchange = await channel.get_exchange("scope.events", ensure=False)
    await exchange.publish(aio_pika.Message(b"{}"), key)


async def test_we_may_do_everything(node: rabbitmq.Node) -> None:
    bus = await bus_rabbit.RabbitBus.open(url(node, "scope"))
    await bus.close()


async def test_a_submitter_may_submit_and_nothing_else(node: rabbitmq.Node) -> None:
    channel = await channel_of(node, "scope-submitter")
    await published(channel, RecordingSubmit.TYPE)
    with pytest.raises(ChannelAccessRefused):
        await published(channel, SessionCompleted.TYPE)
    for attempt in ("declare", "read"):
        channel = await channel_of(node, "scope-submitter")
        with pytest.raises(ChannelAccessRefused):
            await (channel.declare_queue("ext.mine") if attempt == "declare" else _read(channel, "scope.frames"))


async def test_a_subscriber_hears_on_queues_of_its_own_and_may_say_nothing(node: rabbitmq.Node) -> None:
    channel = await channel_of(node, "scope-subscriber")
    queue = await channel.declare_queue("ext.mine", durable=True, arguments={"x-queue-type": "quorum"})
    await queue.bind("scope.events", "scope.session.*.v1")
    ours = await channel_of(node, "scope")
    await published(ours, SessionCompleted.TYPE)
    message = await queue.get(timeout=5)
    await message.ack()
    for name in ("scope.frames", "mine"):
        channel = await channel_of(node, "scope-subscriber")
        with pytest.raises(ChannelAccessRefused):
            await (_read(channel, name) if name.startswith("scope") else channel.declare_queue(name))
    channel = await channel_of(node, "scope-subscriber")
    with pytest.raises(ChannelAccessRefused):
        await published(channel, SessionCompleted.TYPE)


async def _read(channel: AbstractChannel, name: str) -> None:
    await (await channel.get_queue(name, ensure=False)).get(timeout=5)
