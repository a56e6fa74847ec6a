"""What distribution costs and gives, each against something in the same run. Prints a table; holds the limits."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aio_pika
import psutil
import pytest
from aiohttp import ClientSession, ClientTimeout

from shared.adapters import blobs_s3
from shared.adapters.bus_rabbit import RabbitBus
from shared.model.ids import new_id
from shared.model.outcomes import Done
from shared.ports.bus import Delivery
from shared.runtime.installation import master_secret
from shared.runtime.passes import Passes
from tests.contract.bus_suite import QUEUE, message
from tests.contract.handlers import eventually
from tests.e2e.cluster import Cluster
from tests.e2e.server import Server, serving
from tests.rest.forms import BOUNDARY, CONTENT_TYPE, fields, head_of, multipart, video
from tests.servers import remove

SAMPLES = Path(__file__).parents[2] / "samples"
MIB = 1024 * 1024
PIECE = bytes(range(256)) * 4096  # 1 MiB
LARGE = 96  # pieces of a large upload
RECORDINGS = 6

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]


# A message in an idle queue


async def test_a_message_waits_in_an_idle_queue_for_less_than_20_ms(broker: str) -> None:
    """From publish to handler, one at a time, so that the queue is always idle. p50 over 200."""
    await remove.messages(broker)
    ours, bare = await waits_of_ours(broker, 200), await waits_of_aio_pika(broker, 200)
    print(
        f"\nidle queue, p50 / p95 in ms: ours {ours[0]:.1f} / {ours[1]:.1f},"
        f" bare aio-pika {bare[0]:.1f} / {bare[1]:.1f}, ratio {ours[0] / bare[0]:.2f}"
    )
    assert ours[0] < 20
    assert ours[0] < 5 * bare[0]


async def waits_of_ours(url: str, count: int) -> tuple[float, float]:
    bus, arrived, times = await RabbitBus.open(url), asyncio.Event(), []

    async def handler(delivery: Delivery) -> Done:
        times.append(time.perf_counter())
        arrived.set()
        return Done()

    await bus.consume(QUEUE, handler)

    async def publish() -> None:
        await bus.publish([message()])

    waits = await measured(count, publish, arrived, times)
    await bus.close()
    return waits


async def waits_of_aio_pika(url: str, count: int) -> tuple[float, float]:
    """The same broker, a quorum queue, confirms and persistence; nothing else."""
    connection = await aio_pika.connect(url.partition("?")[0])
    channel = await connection.channel()
    queue = await channel.declare_queue(new_id("bare"), durable=True, arguments={"x-queue-type": "quorum"})
    arrived, times = asyncio.Event(), []

    async def handler(incoming: aio_pika.abc.AbstractIncomingMessage) -> None:
        times.append(time.perf_counter())
        arrived.set()
        await incoming.ack()

    await queue.consume(handler)

    async def publish() -> None:
        body = aio_pika.Message(message().to_json(), delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(body, queue.name)

    waits = await measured(count, publish, arrived, times)
    await queue.delete(if_unused=False, if_empty=False)
    await connection.close()
    return waits


async def measured(
    count: int, publish: Callable[[], Awaitable[None]], arrived: asyncio.Event, times: list[float]
) -> tuple[float, float]:
    """p50 and p95 in ms, from before the publish."""
    waits = []
    for _ in range(count):
        arrived.clear()
        began = time.perf_counter()
        await publish()
        await arrived.wait()
        waits.append((times[-1] - began) * 1000)
        await asyncio.sleep(0.002)
    return statistics.median(waits), statistics.quantiles(waits, n=20)[-1]


# Recordings a minute


async def test_recordings_a_minute(tmp_path: Path) -> None:
    """The sample recording, six at once, without a browser."""
    found = {"all in one": await minutes_of(tmp_path / "one", "all-in-one", 0)}
    for workers in (1, 2):
        found[f"six processes, {workers} for frames"] = await minutes_of(tmp_path / f"six{workers}", "six", workers)
    base = found["all in one"]
    for name, rate in found.items():
        print(f"\n{name:<28} {rate:5.1f} recordings a minute, {rate / base:.2f} of the all-in-one")
    assert found["six processes, 1 for frames"] > 0.6 * base


async def minutes_of(folder: Path, deployment: str, workers: int) -> float:
    async with serving(folder / "data", deployment=deployment, SCOPE_BROWSER="/nowhere") as server:
        if workers > 1:
            assert isinstance(server, Cluster)
            server.commands["frames"] += [server.command("frames") for _ in range(workers - 1)]
            await asyncio.gather(*(each.start() for each in server.commands["frames"][1:]))
        await one_after_the_other(server, 1)  # models are loaded, caches are warm
        began = time.perf_counter()
        await one_after_the_other(server, RECORDINGS)
        return RECORDINGS * 60 / (time.perf_counter() - began)


async def one_after_the_other(server: Server, count: int) -> None:
    ids = [(await server.upload(SAMPLES / "shop.webm")).json["sessionId"] for _ in range(count)]
    for each in ids:
        assert (await server.ended(each))["status"] == "complete"


# Ingest


async def test_ingest_reaches_most_of_what_minio_alone_reaches_in_flat_memory(tmp_path: Path) -> None:
    async with serving(tmp_path / "data", deployment="six", SCOPE_BROWSER="/nowhere") as server:
        assert isinstance(server, Cluster)
        file = tmp_path / "large"
        file.write_bytes(b"\x1a\x45\xdf\xa3" + PIECE * LARGE)
        alone, ours = [], []
        place = blobs_s3.Place.of(server.blobs_url)
        for _ in range(5):  # in turns, so that both have the same machine
            alone.append(await seconds(minio_alone(place, file)))
            ours.append(await seconds(ingest_of(server, file)))
        share = min(alone) / min(ours)
        print(
            f"\n{LARGE} MiB to S3: minio-py alone {LARGE / min(alone):.0f} MiB/s,"
            f" through ingest {LARGE / min(ours):.0f} MiB/s, share {share:.2f}"
        )
        one, twenty = await peak_of(server, 1, LARGE), await peak_of(server, 20, 24)
        longer = await peak_of(server, 20, 48)
        print(
            f"ingest's memory over idle: 1 upload of {LARGE} MiB {one:.0f} MiB;"
            f" 20 at once of 24 MiB {twenty:.0f} MiB, of 48 MiB {longer:.0f} MiB"
        )
        assert share >= 0.8
        assert longer < twenty * 1.35 + 30, "memory follows the number of uploads, not their length"


async def seconds(work: Awaitable[None]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def minio_alone(place: blobs_s3.Place, file: Path) -> None:
    await asyncio.to_thread(place.client().fput_object, place.bucket, new_id("alone"), str(file))


async def ingest_of(server: Cluster, file: Path) -> None:
    await posted(server, file.stat().st_size // MIB)


async def posted(server: Cluster, pieces: int) -> None:
    """An upload to ingest itself, as the gateway passes it on."""
    environment = server.commands["ingest"][0].environment
    passes = Passes.of(master_secret(server.data, environment["SCOPE_INTERNAL_KEY"]))
    headers = {"Content-Type": CONTENT_TYPE, "Authorization": f"Bearer {passes.issue('usr_a', 'scope-ingest')}"}

    async def body() -> AsyncIterator[bytes]:
        yield multipart(fields()).removesuffix(f"--{BOUNDARY}--\r\n".encode())
        yield head_of(video()) + b"\x1a\x45\xdf\xa3"
        for _ in range(pieces):
            yield PIECE
        yield f"\r\n--{BOUNDARY}--\r\n".encode()

    url = f"http://127.0.0.1:{environment['SCOPE_INGEST_PORT']}/recordings"
    async with (
        ClientSession(timeout=ClientTimeout(total=300)) as http,
        http.post(url, data=body(), headers=headers) as response,
    ):
        assert response.status == 201, await response.text()


async def peak_of(server: Cluster, uploads: int, pieces: int) -> float:
    """How much more memory than at rest ingest takes at the most, in MiB."""
    process = psutil.Process(server.commands["ingest"][0].pid)
    rest = most = process.memory_info().rss
    running = asyncio.gather(*(posted(server, pieces) for _ in range(uploads)))
    while not running.done():
        most = max(most, process.memory_info().rss)
        await asyncio.sleep(0.02)
    await running
    await eventually(lambda: True)
    return (most - rest) / MIB
