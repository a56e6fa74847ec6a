"""What every object store promises (see shared/ports/blobs.py). An adapter gives the class a `rig`."""

import asyncio
import hashlib
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from shared.model.errors import Unavailable
from shared.ports.blobs import BlobInfo, BlobMissing, Blobs

KEY = "sessions/sess_1/recording"
MIB = 1024 * 1024

BAD_KEYS = (
    "", "/", "/a", "a/", "a//b", ".", "..", "a/.", "a/..", "../a", "./a", "a/../b", "a/./b", "a b", "ä", "a\n",
    "a\x00b", "a\\b", "a:b", "a~", "incoming~/x", "*", "a?b=c", "a%2e%2e",
)  # fmt: skip


class BlobsRig(Protocol):
    async def open(self) -> Blobs:
        """The objects of this test, as another process would open them. The rig closes it after the test."""


async def stream(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def breaking(*chunks: bytes, failure: BaseException) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
    raise failure


async def everything(blobs: Blobs, prefix: str = "") -> list[BlobInfo]:
    return [info async for info in blobs.list(prefix)]


async def keys(blobs: Blobs, prefix: str = "") -> list[str]:
    return [info.key for info in await everything(blobs, prefix)]


class BlobsSuite:
    @pytest.fixture
    async def blobs(self, rig: BlobsRig) -> Blobs:
        return await rig.open()

    # Put and get

    @pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 5000], ids=len)
    async def test_what_was_put_is_got(self, blobs: Blobs, data: bytes) -> None:
        await blobs.put(KEY, data)
        assert await blobs.get(KEY) == data

    async def test_keys_may_be_long_and_use_every_allowed_character(self, blobs: Blobs) -> None:
        every = "AZaz09._-", "...", "..a", "-", "_", ".hidden", "a" * 200, "1/2/3/4/5/6/7/8"
        for number, key in enumerate(every):
            await blobs.put(key, b"%d" % number)
        assert [await blobs.get(key) for key in every] == [b"%d" % number for number in range(len(every))]
        assert await keys(blobs) == sorted(every)

    async def test_case_tells_keys_apart(self, blobs: Blobs) -> None:
        await blobs.put("k/a", b"small")
        await blobs.put("k/A", b"large")
        assert (await blobs.get("k/a"), await blobs.get("k/A")) == (b"small", b"large")

    async def test_put_replaces_as_a_whole(self, blobs: Blobs) -> None:
        await blobs.put(KEY, b"a long first content")
        await blobs.put(KEY, b"short")
        assert await blobs.get(KEY) == b"short"
        assert await blobs.put_stream(KEY, stream(b"th", b"ird")) == 5
        assert await blobs.get(KEY) == b"third"
        assert [info.size for info in await everything(blobs)] == [5]

    async def test_what_is_missing_is_said_to_be(self, blobs: Blobs, tmp_path: Path) -> None:
        await blobs.put("a/b", b"x")
        for key in ("a", "a/c", "a/b/c", "c", "x" * 200):
            with pytest.raises(BlobMissing):
                await blobs.get(key)
            with pytest.raises(BlobMissing):
                await blobs.fetch(key, tmp_path / "copy")
            assert not (tmp_path / "copy").exists()

    async def test_another_process_sees_it(self, blobs: Blobs, rig: BlobsRig) -> None:
        await blobs.put(KEY, b"x")
        assert await (await rig.open()).get(KEY) == b"x"

    @pytest.mark.parametrize("key", BAD_KEYS)
    async def test_a_key_that_could_leave_its_place_is_refused(
        self, blobs: Blobs, key: str, tmp_path: Path
    ) -> None:
        calls = (
            blobs.put(key, b""),
            blobs.put_stream(key, stream(b"")),
            blobs.get(key),
            blobs.fetch(key, tmp_path / "copy"),
            blobs.delete(key),
            blobs.delete_prefix(key),
        )
        for call in calls:
            with pytest.raises(ValueError, match="not a blob key"):
                await call
        if key:
            with pytest.raises(ValueError, match="not a blob key"):
                await keys(blobs, key)
        assert await keys(blobs) == []

    # Streams

    async def test_a_stream_is_stored_in_its_order_and_measured(self, blobs: Blobs) -> None:
        chunks = [b"", b"one", b"", b"two" * 100_000, b"3", b""]
        assert await blobs.put_stream(KEY, stream(*chunks)) == sum(map(len, chunks))
        assert await blobs.get(KEY) == b"".join(chunks)

    async def test_an_empty_stream_is_an_empty_blob(self, blobs: Blobs) -> None:
        assert await blobs.put_stream(KEY, stream()) == 0
        assert await blobs.get(KEY) == b""

    @pytest.mark.parametrize("size", [0, 100, 6 * MIB])
    @pytest.mark.parametrize(
        "failure", [RuntimeError("cut"), ConnectionResetError("gone"), asyncio.CancelledError()]
    )
    async def test_a_stream_that_breaks_leaves_nothing(
        self, blobs: Blobs, size: int, failure: BaseException
    ) -> None:
        with pytest.raises(type(failure)):
            await blobs.put_stream(KEY, breaking(b"x" * size, failure=failure))
        assert await keys(blobs) == []
        with pytest.raises(BlobMissing):
            await blobs.get(KEY)

    async def test_a_stream_that_breaks_leaves_what_was_there(self, blobs: Blobs) -> None:
        await blobs.put(KEY, b"before")
        with pytest.raises(RuntimeError):
            await blobs.put_stream(KEY, breaking(b"after", failure=RuntimeError()))
        assert await blobs.get(KEY) == b"before"

    async def test_a_key_is_visible_only_once_it_is_whole(self, blobs: Blobs) -> None:
        halfway, go_on = asyncio.Event(), asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield b"x" * MIB
            halfway.set()
            await go_on.wait()
            yield b"end"

        writing = asyncio.create_task(blobs.put_stream(KEY, slow()))
        await halfway.wait()
        assert await keys(blobs) == []
        with pytest.raises(BlobMissing):
            await blobs.get(KEY)
        go_on.set()
        assert await writing == MIB + 3
        assert (await blobs.get(KEY))[-4:] == b"xend"

    async def test_who_is_cancelled_in_the_middle_leaves_nothing(self, blobs: Blobs) -> None:
        async def endless() -> AsyncIterator[bytes]:
            while True:
                yield b"x" * 65536
                await asyncio.sleep(0)

        for pause in (0.0, 0.001, 0.02, 0.1):
            writing = asyncio.create_task(blobs.put_stream(KEY, endless()))
            await asyncio.sleep(pause)
            writing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await writing
            assert await keys(blobs) == []

    async def test_a_large_stream_passes_through_little_memory(self, blobs: Blobs, tmp_path: Path) -> None:
        chunk, count = bytes(range(256)) * 256, 1024  # 64 KiB, 64 MiB in all

        async def large() -> AsyncIterator[bytes]:
            for _ in range(count):
                yield bytes(chunk)

        tracemalloc.start()
        try:
            assert await blobs.put_stream(KEY, large()) == len(chunk) * count
            await blobs.fetch(KEY, tmp_path / "copy")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 36 * MIB, "a few parts, where the adapter sends in parts"
        with (tmp_path / "copy").open("rb") as copy:
            found = hashlib.file_digest(copy, "sha256").hexdigest()
        assert found == hashlib.sha256(chunk * count).hexdigest()

    # Fetch

    async def test_fetch_writes_a_local_file(self, blobs: Blobs, tmp_path: Path) -> None:
        data = bytes(range(256)) * 9000
        await blobs.put(KEY, data)
        await blobs.fetch(KEY, tmp_path / "copy")
        assert (tmp_path / "copy").read_bytes() == data

    async def test_what_was_fetched_stays_when_the_blob_goes(self, blobs: Blobs, tmp_path: Path) -> None:
        await blobs.put(KEY, b"first")
        await blobs.fetch(KEY, tmp_path / "one")
        await blobs.put(KEY, b"second")
        await blobs.fetch(KEY, tmp_path / "two")
        await blobs.delete(KEY)
        assert ((tmp_path / "one").read_bytes(), (tmp_path / "two").read_bytes()) == (b"first", b"second")

    async def test_fetch_overwrites_nothing(self, blobs: Blobs, tmp_path: Path) -> None:
        await blobs.put(KEY, b"blob")
        (tmp_path / "mine").write_bytes(b"mine")
        with pytest.raises((Unavailable, FileExistsError)):
            await blobs.fetch(KEY, tmp_path / "mine")
        assert (tmp_path / "mine").read_bytes() == b"mine"

    async def test_a_missing_folder_is_not_a_missing_blob(self, blobs: Blobs, tmp_path: Path) -> None:
        await blobs.put(KEY, b"blob")
        with pytest.raises((Unavailable, FileNotFoundError)):
            await blobs.fetch(KEY, tmp_path / "no such folder" / "copy")

    async def test_info_says_how_large_and_how_old(self, blobs: Blobs) -> None:
        await blobs.put("a/b", b"12345")
        info = await blobs.info("a/b")
        [listed] = await everything(blobs)
        assert (info.key, info.size) == (listed.key, listed.size) == ("a/b", 5)
        assert abs(info.modified - listed.modified) < timedelta(seconds=1)  # some servers cut to seconds
        for key in ("a", "a/c", "c"):
            with pytest.raises(BlobMissing):
                await blobs.info(key)
        with pytest.raises(ValueError, match="not a blob key"):
            await blobs.info("../a")

    # Delete

    async def test_delete_removes_one_key(self, blobs: Blobs) -> None:
        for key in ("a/b", "a/bc", "a/b.c"):
            await blobs.put(key, b"x")
        await blobs.delete("a/b")
        assert await keys(blobs) == ["a/b.c", "a/bc"]
        with pytest.raises(BlobMissing):
            await blobs.get("a/b")

    async def test_deleting_what_is_missing_does_nothing(self, blobs: Blobs) -> None:
        await blobs.put("a/b", b"x")
        for key in ("a", "a/c", "a/b/c", "c"):
            await blobs.delete(key)
        assert await keys(blobs) == ["a/b"]

    async def test_delete_prefix_removes_what_lies_below_and_counts_it(self, blobs: Blobs) -> None:
        below = ["s/1/recording", "s/1/frames/a", "s/1/frames/b", "s/1/x/y/z"]
        beside = ["s/1-1", "s/10/recording", "s/11", "t/1"]
        for key in (*below, *beside):
            await blobs.put(key, b"x")
        assert await blobs.delete_prefix("s/1") == 4
        assert await blobs.delete_prefix("s/1") == 0
        assert await blobs.delete_prefix("nothing/here") == 0
        assert await keys(blobs) == sorted(beside)
        assert await blobs.delete_prefix("s/11") == 0  # a key itself is not below itself
        assert await blobs.get("s/11") == b"x"

    async def test_delete_prefix_takes_many(self, blobs: Blobs) -> None:
        """More than one page of a listing."""
        names = [f"many/{number:04d}" for number in range(1100)]
        for start in range(0, len(names), 50):
            await asyncio.gather(*(blobs.put(key, b"") for key in names[start : start + 50]))
        assert await keys(blobs, "many") == names
        assert await blobs.delete_prefix("many") == 1100
        assert await keys(blobs) == []

    # List

    async def test_a_list_is_in_the_order_of_keys(self, blobs: Blobs) -> None:
        made = ["a/b/c", "a/b-c", "a/b.c", "a/bc", "a/B", "a-b/x", "a/0/9", "b", "A"]
        for key in made:
            await blobs.put(key, b"x")
        assert await keys(blobs) == sorted(made)
        assert await keys(blobs, "a") == ["a/0/9", "a/B", "a/b-c", "a/b.c", "a/b/c", "a/bc"]
        assert await keys(blobs, "a/b") == ["a/b/c"]
        assert await keys(blobs, "b") == []
        assert await keys(blobs, "nothing") == []

    async def test_a_list_says_how_large_and_how_old(self, blobs: Blobs) -> None:
        await blobs.put("a", b"12345")
        await blobs.put("b", b"")
        one, two = await everything(blobs)
        assert ((one.key, one.size), (two.key, two.size)) == (("a", 5), ("b", 0))
        assert one.modified.utcoffset() == timedelta(0)
        assert abs(datetime.now(UTC) - one.modified) < timedelta(minutes=1)

    # At the same time

    async def test_of_many_who_put_one_key_one_is_there_as_a_whole(self, blobs: Blobs, rig: BlobsRig) -> None:
        other, size = await rig.open(), 200_000
        puts = ((blobs, other)[n % 2].put(KEY, b"%d" % n * size) for n in range(10))
        await asyncio.gather(*puts)
        data = await blobs.get(KEY)
        assert (len(data), len(set(data))) == (size, 1)
        assert await keys(blobs) == [KEY]

    async def test_puts_and_deletes_at_once_harm_nobody(self, blobs: Blobs) -> None:
        async def put(number: int) -> None:
            await blobs.put(f"s/1/frames/{number}", b"x")

        rounds = [put(n) if n % 2 else blobs.delete_prefix("s/1") for n in range(60)]
        deletes = [blobs.delete(f"s/1/frames/{number}") for number in range(60)]
        await asyncio.gather(*rounds, *deletes)
        for key in await keys(blobs):
            assert await blobs.get(key) == b"x"
        await put(99)
        assert await blobs.get("s/1/frames/99") == b"x"

    async def test_a_list_goes_on_while_blobs_come_and_go(self, blobs: Blobs) -> None:
        for number in range(30):
            await blobs.put(f"stay/{number:02d}", b"x")

        async def churn() -> None:
            for _ in range(20):
                await blobs.put("churn/a/b", b"x")
                await blobs.delete_prefix("churn")

        churning = asyncio.create_task(churn())
        while not churning.done():
            assert len(await keys(blobs, "stay")) == 30
        await churning
        assert len(await keys(blobs)) == 30

    async def test_it_answers(self, blobs: Blobs) -> None:
        await blobs.ping()
        assert await keys(blobs) == []
        await blobs.close()
        await blobs.close()
