"""What a test made on a shared server goes when it is done: thousands of idle queues make a broker slow."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aio_pika.abc import AbstractChannel

from shared.adapters.blobs_s3 import S3Blobs
from shared.adapters.bus_rabbit import parsed
from shared.adapters.rabbit_link import Link
from shared.adapters.rabbit_topology import Names
from shared.adapters.store_mongo import MongoStore
from shared.model.events import QUEUES


async def queues(url: str) -> None:
    async with _channel(url) as (channel, names):
        for queue in QUEUES:
            for name in names.all(queue):
                await channel.queue_delete(name)
        await channel.exchange_delete(names.exchange)


async def messages(url: str) -> None:
    """Of every queue; the queues stay, for making quorum queues takes longer than emptying them."""
    async with _channel(url) as (channel, names):
        for queue in QUEUES:
            for name in names.all(queue):
                await (await channel.get_queue(name, ensure=False)).purge()


@asynccontextmanager
async def _channel(url: str) -> AsyncIterator[tuple[AbstractChannel, Names]]:
    address, names = parsed(url)
    link = Link(address, "removal")
    yield await link.channel(confirms=False), names
    await link.close()


async def database(url: str) -> None:
    store = await MongoStore.open(url)
    await store._client.drop_database(store._db.name)
    await store.close()


async def bucket(url: str) -> None:
    blobs = await S3Blobs.open(url)
    client, name = blobs._client, blobs._place.bucket
    for each in client.list_objects(name, recursive=True):
        client.remove_object(name, str(each.object_name))
    for upload in client._list_multipart_uploads(name).uploads:
        client._abort_multipart_upload(name, str(upload.object_name), str(upload.upload_id))
    client.remove_bucket(name)
    await blobs.close()
