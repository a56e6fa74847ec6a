"""An object store that goes away, hangs or refuses: nothing half is ever seen, and what is wrong is said."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from shared.adapters import blobs_s3
from shared.adapters.blobs_s3 import PART, S3Blobs
from shared.model.errors import Misconfigured, Unavailable
from shared.model.ids import new_id
from shared.ports.blobs import BlobMissing
from tests.servers import remove
from tests.servers.find import server
from tests.servers.run import free_port
from tests.servers.wire import Wire


@pytest.fixture
async def url() -> AsyncIterator[str]:
    url = f"{server('s3').rstrip('/')}/{new_id('faults').replace('_', '-')}"
    await blobs_s3.prepare(url)
    yield url
    await remove.bucket(url)


@pytest.fixture
async def wire(url: str) -> AsyncIterator[Wire]:
    wire = await Wire.to(url)
    yield wire
    await wire.close()


async def test_an_upload_that_is_cut_off_is_not_there_and_the_store_works_again(url: str, wire: Wire) -> None:
    blobs = await S3Blobs.open(wire.through(url))

    async def chunks() -> AsyncIterator[bytes]:
        for number in range(3 * PART // 65536):
            yield b"x" * 65536
            if number == PART // 65536 + 10:
                wire.cut()

    with pytest.raises(Unavailable, match="does not answer"):
        await blobs.put_stream("a/b", chunks())
    with pytest.raises(Unavailable):
        await blobs.ping()
    wire.mend()
    with pytest.raises(BlobMissing):
        await blobs.get("a/b")
    assert await blobs.put_stream("a/b", one(b"y")) == 1
    await blobs.close()


async def one(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def test_a_source_that_stands_still_holds_up_nobody_else(url: str) -> None:
    blobs, go_on = await S3Blobs.open(url), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"x"
        await go_on.wait()

    uploads = [asyncio.create_task(blobs.put_stream(f"slow/{number}", slow())) for number in range(31)]
    await asyncio.sleep(0.1)
    await blobs.put("quick", b"x")
    assert await blobs.get("quick") == b"x"
    go_on.set()
    await asyncio.gather(*uploads)
    await blobs.close()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("scope-test-secret@", "wrong-secret@"), "refuses the keys"),
        (("scope-test:", "nobody:"), "refuses the keys"),
    ],
)
async def test_keys_that_are_refused_are_a_mistake_in_the_settings(
    url: str, change: tuple[str, str], words: str
) -> None:
    with pytest.raises(Misconfigured, match=words) as caught:
        await S3Blobs.open(url.replace(*change))
    assert "secret" not in caught.value.message


async def test_a_bucket_that_is_not_there_is_named(url: str) -> None:
    with pytest.raises(Misconfigured, match="scope topology"):
        await S3Blobs.open(url + "-other")


async def test_nobody_there_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        await S3Blobs.open(f"s3+http://a:b@127.0.0.1:{free_port()}/bucket")


async def test_a_server_that_is_no_s3_is_told_apart() -> None:
    async def hello(request: web.Request) -> web.Response:
        return web.Response(text="<h1>It works!</h1>", content_type="text/html")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", hello)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        url = f"s3+http://a:b@127.0.0.1:{runner.addresses[0][1]}/bucket"
        with pytest.raises(Unavailable, match="no answer of S3"):
            await S3Blobs.open(url)
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    "url",
    ["s3+http://host/bucket", "s3+http://a:b@host", "s3+http://a:b@host/bucket/folder", "s3+http://a:b@/bucket"],
)
async def test_what_is_no_address_is_a_mistake_in_the_settings(url: str) -> None:
    with pytest.raises(Misconfigured, match="SCOPE_BLOBS_URL"):
        await S3Blobs.open(url)
