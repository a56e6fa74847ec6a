"""Reading an upload: any order, any cut into pieces, anything broken is a 400."""

import hashlib
import random
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.multipart import read_upload
from shared.model.errors import Unavailable
from shared.runtime.problems import Problem
from tests.rest.forms import BOUNDARY, MP4, WEBM, Part, fields, head_of, multipart, text, video
from tests.unit.services.ingest.bodies import Sink, read, reader_of

# aiohttp says so beside our own refusal
pytestmark = [
    pytest.mark.filterwarnings("ignore::aiohttp.multipart.BadContentDispositionHeader"),
    pytest.mark.filterwarnings("ignore::aiohttp.multipart.BadContentDispositionParam"),
]

KNOWN = [
    *fields(notes="n", durationMs="5", agentTarget="RAW"),
    text("urls", "http://a/"),
    text("urls", "http://b/"),
]


async def refusal(body: bytes, size: int = 65536) -> tuple[Problem, Sink]:
    sink = Sink()
    with pytest.raises(Problem) as caught:
        await read_upload(await reader_of(body, size), sink)
    assert caught.value.status == 400
    return caught.value, sink


async def test_an_upload_is_read_whole() -> None:
    upload, sink = await read([*KNOWN, video()])
    assert sink.data == WEBM
    form, seen = upload.form, upload.video
    assert (form.title, form.seed_url, form.notes) == ("Save does nothing", "http://localhost:3000/", "n")
    assert (form.duration_ms, form.agent_target, form.urls) == (5, "RAW", ("http://a/", "http://b/"))
    assert form.pages == ("http://localhost:3000/", "http://a/", "http://b/")
    assert (seen.size, seen.mime_type, seen.container) == (len(WEBM), "video/webm", "matroska")
    assert seen.sha256 == hashlib.sha256(WEBM).hexdigest()


async def test_order_and_pieces_change_nothing() -> None:
    expected, _ = await read([*KNOWN, video()])
    urls = [part for part in KNOWN if part.name == "urls"]
    for seed in range(40):
        chance = random.Random(seed)
        rest = [part for part in (*KNOWN, video()) if part.name != "urls"]
        chance.shuffle(rest)
        place = chance.randrange(len(rest) + 1)
        upload, sink = await read([*rest[:place], *urls, *rest[place:]], chance.choice([1, 7, 64, 100, 4096]))
        assert sink.data == WEBM
        assert (upload.form, upload.fingerprint) == (expected.form, expected.fingerprint)


@given(st.binary(max_size=3000), st.integers(1, 3000), st.booleans())
@settings(max_examples=60)
async def test_whatever_bytes_a_video_has_they_arrive(tail: bytes, size: int, last: bool) -> None:
    data = WEBM[:64] + tail
    upload, sink = await read([*fields(), video(data)] if last else [video(data), *fields()], size)
    assert (sink.data, upload.video.size) == (data, len(data))


@pytest.mark.parametrize("trap", [b"\r\n--", b"\r\n--" + BOUNDARY[:-1].encode(), b"--\r\n", b"\r\n", b"\r" * 50])
async def test_bytes_like_a_boundary_do_not_end_the_video(trap: bytes) -> None:
    for size in (1, 13, 4096):
        data = WEBM[:64] + trap * 20 + b"end" + trap
        assert (await read([*fields(), video(data)], size))[1].data == data


@pytest.mark.parametrize("size", [4, 11, 12, 63, 64, 65])
async def test_a_small_video_is_judged_by_what_there_is(size: int) -> None:
    upload, _ = await read([video(WEBM[:size]), *fields()], 3)
    assert upload.video.size == size
    problem, sink = await refusal(multipart([video(MP4[: min(size, 11)], "video/mp4"), *fields()]), 3)
    assert ([error.field for error in problem.errors], sink.data) == (["file"], None)


async def test_a_cut_anywhere_is_a_refusal() -> None:
    body = multipart([*fields(notes="n"), video(WEBM[:300])])
    for length in range(0, len(body) - 6, 3):  # without the end of the last boundary it may pass for whole
        problem, _ = await refusal(body[:length], 50)
        assert problem.message


async def test_a_client_that_goes_is_a_refusal() -> None:
    sink, body = Sink(), head_of(video()) + WEBM
    with pytest.raises(Problem) as caught:
        await read_upload(await reader_of(body, cut=True), sink)
    assert (caught.value.status, sink.data) == (400, None)


@given(st.binary(max_size=300), st.integers(0, 400))
@settings(max_examples=150)
async def test_garbage_is_never_more_than_a_refusal(junk: bytes, place: int) -> None:
    body = multipart([*fields(), video(WEBM[:100])])
    broken = body[:place] + junk + body[place:]
    sink, statuses = Sink(), list[int]()
    try:
        await read_upload(await reader_of(broken, 97), sink)
    except Problem as problem:
        statuses.append(problem.status)
    assert statuses in ([], [400])


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([text("colour", "red"), video(), *fields()], "colour: is not a known form field"),
        ([text("agent_target", "RAW"), video(), *fields()], "agent_target: is not a known form field"),
        ([*fields(), text("title", "b"), video()], "title: may be given only once."),
        ([video(), *fields(), video()], "file: may be given only once."),
        ([*fields(), video(b"")], "file: is empty"),
        ([Part("title", b"\xff"), *fields()[1:], video()], "title: is not UTF-8 text."),
        ([text("notes", "x" * 16385), *fields(), video()], "notes: is longer than 16384 bytes."),
        ([*fields(), *[text("urls", "http://x/")] * 33, video()], "at most 32"),
    ],
    ids=range(8),
)
async def test_what_is_wrong_is_said(parts: list[Part], words: str) -> None:
    problem, _ = await refusal(multipart(parts))
    assert words in problem.message


async def test_nothing_is_read_after_a_refusal() -> None:
    problem, sink = await refusal(head_of(text("colour", "")) + b"red\r\n" + head_of(video()) + WEBM)
    assert "colour" in problem.message
    assert sink.chunks == []


@pytest.mark.parametrize("length", ["0", "5", "300", "99999999999", "-1", "abc", ""])
async def test_a_part_that_lies_about_its_length_is_refused_or_read_whole(length: str) -> None:
    body = multipart([*fields(), video(WEBM[:300])])
    lying = body.replace(
        b"Content-Type: video/webm", f"Content-Length: {length}\r\nContent-Type: video/webm".encode()
    )
    sink = Sink()
    try:
        upload = await read_upload(await reader_of(lying, 50), sink)
    except Problem as problem:
        assert (problem.status, length) != (400, "300")  # noqa: PT017  refused unless it is true
    else:
        assert (upload.video.size, sink.data) == (300, WEBM[:300])


# Sizes, with a small limit


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("services.ingest.multipart.MAX_RECORDING_BYTES", 5000)
    return 5000


async def test_the_limit_is_for_the_file_alone(limit: int) -> None:
    data = WEBM[:limit]
    upload, _ = await read([*fields(notes="x" * 2000), video(data)])
    assert upload.video.size == limit


@pytest.mark.parametrize("size", [1, 100, 65536])
async def test_one_byte_more_is_too_much(limit: int, size: int) -> None:
    problem, sink = await refusal(multipart([video(WEBM[: limit + 1]), *fields()]), size)
    assert "is larger than 5000 bytes (100 MB)" in problem.message
    assert sink.data is None
    assert sum(sink.chunks) <= limit


async def test_a_video_goes_by_in_small_chunks() -> None:
    _, sink = await read([video(WEBM + bytes(3_000_000)), *fields()], 1_000_000)
    assert sink.data is not None
    assert max(sink.chunks) <= 1_000_000 + 65536
    assert len(sink.chunks) > 3


async def test_a_disk_that_is_full_is_not_the_clients_fault() -> None:
    async def full(chunks: AsyncIterator[bytes]) -> int:
        async for _ in chunks:
            raise Unavailable("The disk is full.")
        return 0

    with pytest.raises(Unavailable):
        await read_upload(await reader_of(multipart([video(), *fields()])), full)
