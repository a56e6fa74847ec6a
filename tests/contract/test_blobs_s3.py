"""An S3 server keeps the promises of the port."""

from collections.abc import AsyncIterator

import pytest

from shared.adapters import blobs_s3
from shared.adapters.blobs_s3 import PART, S3Blobs
from shared.model.ids import new_id
from shared.ports.blobs import Blobs
from tests.contract.blobs_suite import BlobsSuite, breaking
from tests.servers import remove
from tests.servers.find import server


class S3Rig:
    """A bucket of its own for every test."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opened: list[S3Blobs] = []

    async def open(self) -> Blobs:
        blobs = await S3Blobs.open(self.url)
        self.opened.append(blobs)
        return blobs

    async def close(self) -> None:
        for blobs in self.opened:
            await blobs.close()
        await remove.bucket(self.url)


@pytest.fixture
async def rig() -> AsyncIterator[S3Rig]:
    bucket = new_id("test").replace("_", "-")
    rig = S3Rig(f"{server('s3').rstrip('/')}/{bucket}")
    await blobs_s3.prepare(rig.url)
    yield rig
    await rig.close()


class TestS3Blobs(BlobsSuite):
    """Objects in a bucket."""

    async def test_a_broken_upload_leaves_no_parts_behind(self, rig: S3Rig) -> None:
        blobs = await rig.open()
        with pytest.raises(RuntimeError, match="cut"):
            await blobs.put_stream(
                "a/b", breaking(*[b"x" * 65536] * (2 * PART // 65536 + 5), failure=RuntimeError("cut"))
            )
        client = rig.opened[0]._client
        assert client._list_multipart_uploads(rig.opened[0]._place.bucket).uploads == []
