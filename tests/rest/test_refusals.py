"""POST /recordings when something is wrong: what it is, said at once, and nothing of it stays."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.handlers import eventually
from tests.rest.forms import BOUNDARY, CONTENT_TYPE, MP4, WEBM, Part, fields, head_of, multipart, text, video
from tests.rest.raw import chunked, upload_begun
from tests.rest.service import Answer, Service, started

KIB = 1024


async def nothing_left(service: Service) -> None:
    """No session, no blob, no half file."""

    async def is_clean() -> bool:
        incoming = list((service.folder / "blobs" / "incoming~").iterdir())
        listed = await service.get("/api/sessions")
        return listed.json == [] and not incoming and await service.blob_keys() == []

    await eventually(is_clean, within=5)


async def refused(service: Service, parts: list[Part], **request: Any) -> Answer:
    headers = {"Content-Type": CONTENT_TYPE, **request.pop("headers", {})}
    answer = await service.call("POST", "/api/recordings", data=multipart(parts), headers=headers, **request)
    await nothing_left(service)
    assert answer.status == 400
    return answer


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"GIF89a" + bytes(100), "a GIF image"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "a PNG image"),
        (b"%PDF-1.7" + bytes(100), "a PDF document"),
        (b"PK\x03\x04" + bytes(100), "a ZIP archive"),
        (b"RIFF" + bytes(100), "an AVI, WAV or WebP file"),
        (b"<!doctype html>", "a text file such as HTML"),
        (b'{"a": 1}', "a JSON text"),
        (b"\x1a", "something else"),
        (bytes(100_000), "something else"),
    ],
)
@pytest.mark.parametrize("file_first", [True, False])
async def test_what_is_no_video_is_refused_by_its_content(
    service: Service, data: bytes, words: str, file_first: bool
) -> None:
    parts = [video(data), *fields()] if file_first else [*fields(), video(data)]
    answer = await refused(service, parts)
    assert (answer.fields, words in answer.message) == (["file"], True)


@pytest.mark.parametrize(
    ("data", "declared", "words"),
    [
        (MP4, "video/webm", "its content is video/mp4"),
        (WEBM, "video/mp4", "its content is video/webm"),
        (WEBM, "video/avi", "is declared as video/avi"),
        (WEBM, "application/octet-stream", "is declared as application/octet-stream"),
        (WEBM, 'text/html; a="b"', "is declared as text/html"),
        (WEBM, None, "has no Content-Type"),
    ],
)
async def test_a_wrong_declared_type_is_refused(
    service: Service, data: bytes, declared: str | None, words: str
) -> None:
    answer = await refused(service, [*fields(), video(data, declared)])
    assert (answer.fields, words in answer.message) == (["file"], True)


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ([*fields()], ["file"]),
        ([video()], ["title", "seedUrl"]),
        ([video(), text("title", "t")], ["seedUrl"]),
        ([video(), *fields(title=" ")], ["title"]),
        ([video(), *fields(title="x" * 501)], ["title"]),
        ([video(), *fields(seedUrl="localhost:3000")], ["seedUrl"]),
        ([video(), *fields(seedUrl="")], ["seedUrl"]),
        ([video(), *fields(notes="x" * 2001)], ["notes"]),
        ([video(), *fields(agentTarget="WINDSURF")], ["agentTarget"]),
        ([video(), *fields(durationMs="ten")], ["durationMs"]),
        ([video(), *fields(durationMs="-1")], ["durationMs"]),
        ([video(), *fields(durationMs="1" * 5000)], ["durationMs"]),
        ([video(), *fields(trimStartMs="-1")], ["trimStartMs"]),
        ([video(), *fields(trimStartMs="1.5")], ["trimStartMs"]),
        ([*fields(trimEndMs="0"), video()], ["trimEndMs"]),
        ([video(), *fields(trimEndMs="900", trimStartMs="900")], ["trimEndMs"]),
        ([video(), *fields(trimStartMs="x", trimEndMs="y")], ["trimStartMs", "trimEndMs"]),
        ([video(), *fields(userId="usr_b")], ["userId"]),
        ([video(), *fields(), text("urls", "ftp://x")], ["urls.0"]),
        ([video(), *fields(), *[text("urls", "http://x/")] * 5], ["urls"]),
        ([video(), *fields(), text("title", "again")], ["title"]),
        ([video(), *fields(), video()], ["file"]),
        ([text("notes", "x" * 17 * KIB), *fields(), video()], ["notes"]),
        ([Part("title", b"\xff\xfe"), text("seedUrl", "http://x/"), video()], ["title"]),
        ([Part("", b"x"), *fields(), video()], ["(unnamed)"]),
        ([Part("File", WEBM, "video/webm"), *fields()], ["File"]),
    ],
    ids=lambda value: ",".join(value) if value and isinstance(value[0], str) else "",
)
async def test_a_refusal_names_the_fields(service: Service, parts: list[Part], named: list[str]) -> None:
    assert (await refused(service, parts)).fields == named


async def test_unknown_fields_are_refused_before_the_file_is_read(service: Service) -> None:
    async with upload_begun(service, 50_000_000) as connection:
        await connection.send(multipart([text("colour", "red")]).removesuffix(b"--\r\n") + b"\r\n")
        assert (await connection.answer()).fields == ["colour"]
    await nothing_left(service)


async def test_too_many_parts_are_refused(service: Service) -> None:
    answer = await refused(service, [*fields(), *[text("urls", "http://x/")] * 40, video()])
    assert "at most 32" in answer.message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no multipart at all",
        f"--{BOUNDARY}".encode(),
        f"--{BOUNDARY}\r\n".encode(),
        f"--{BOUNDARY}--\r\n".encode(),
        multipart([*fields(), video()])[:-30],
        multipart([*fields(), video()])[:-6],
        multipart([*fields()])[:-10],
        head_of(video())[:-8],
        head_of(video()) + WEBM,
        f"--{BOUNDARY}\r\nContent-Disposition\r\n\r\nx\r\n--{BOUNDARY}--\r\n".encode(),
        f"--{BOUNDARY}\r\n\r\nx\r\n--{BOUNDARY}--\r\n".encode(),
        f"--{BOUNDARY}\r\n{'A: b' * 9000}\r\n\r\nx\r\n--{BOUNDARY}--\r\n".encode(),
        f"--{BOUNDARY}\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x--\r\n--{BOUNDARY}--\r\n".encode(),
        b"\x00" * 100_000,
    ],
    ids=range(15),
)
async def test_a_broken_form_is_refused(service: Service, body: bytes) -> None:
    headers = {"Content-Type": CONTENT_TYPE}
    answer = await service.call("POST", "/api/recordings", data=body, headers=headers)
    assert answer.status == 400
    await nothing_left(service)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json", "text/plain", "multipart/form-data", "multipart/mixed; boundary=x", "video/webm",
        "multipart/form-data; boundary=", "multipart/form-data; xboundary=a", 'multipart/form-data; boundary="',
        f"multipart/form-data; boundary={'x' * 71}", "multipart/form-data; boundary=ä",
        "multipart/form-data; boundary",
    ],
)  # fmt: skip
async def test_another_media_type_is_refused(service: Service, content_type: str) -> None:
    body = multipart([*fields(), video()])
    headers = {"Content-Type": content_type}
    answer = await service.call("POST", "/api/recordings", data=body, headers=headers)
    assert (answer.status, "multipart" in answer.message) == (400, True)
    await nothing_left(service)


# Too large


async def test_a_length_that_is_too_large_is_refused_before_anything_is_read(service: Service) -> None:
    async with upload_begun(service, 106 * KIB * KIB) as connection:
        await connection.send(head_of(video()))
        answer = await asyncio.wait_for(connection.answer(), 5)
    assert (answer.status, answer.fields, "104857600 bytes (100 MB)" in answer.message) == (400, ["file"], True)


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> int:
    limit = 200 * KIB
    monkeypatch.setattr("services.ingest.multipart.MAX_RECORDING_BYTES", limit)
    return limit


async def test_a_file_of_exactly_the_limit_is_taken(service: Service, small_limit: int) -> None:
    data = WEBM + bytes(small_limit - len(WEBM))
    body, headers = multipart([*fields(), video(data)]), {"Content-Type": CONTENT_TYPE, "Prefer": "respond-async"}
    assert (await service.call("POST", "/api/recordings", data=body, headers=headers)).status == 202
    body = multipart([*fields(), video(data + b"x")])
    answer = await service.call("POST", "/api/recordings", data=body, headers=headers)
    assert (answer.status, answer.fields) == (400, ["file"])
    assert len(await service.blob_keys()) == 1


async def test_a_stream_that_grows_too_large_is_answered_while_it_is_sent(
    service: Service, small_limit: int
) -> None:
    """The end of the body never comes."""
    async with upload_begun(service) as connection:
        await connection.send(chunked([head_of(video()) + WEBM]))
        for _ in range(small_limit // KIB + 64):
            await connection.send(chunked([bytes(KIB)]))
        answer = await asyncio.wait_for(connection.answer(), 5)
    assert (answer.status, answer.fields, "is larger than" in answer.message) == (400, ["file"], True)
    await nothing_left(service)


async def test_an_ordinary_client_gets_to_see_the_early_answer(service: Service, small_limit: int) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield head_of(video()) + WEBM
        for _ in range(200):
            yield bytes(64 * KIB)

    headers = {"Content-Type": CONTENT_TYPE}
    answer = await service.call("POST", "/api/recordings", data=endless(), headers=headers)
    assert (answer.status, answer.fields) == (400, ["file"])
    await nothing_left(service)


async def test_a_field_that_never_ends_is_answered_while_it_is_sent(service: Service) -> None:
    async with upload_begun(service) as connection:
        await connection.send(chunked([head_of(text("notes", ""))]))
        for _ in range(80):
            await connection.send(chunked([b"x" * KIB]))
        answer = await asyncio.wait_for(connection.answer(), 5)
    assert answer.fields == ["notes"]


# Gone half-way


@pytest.mark.parametrize("with_length", [True, False])
@pytest.mark.parametrize("goodbye", [True, False])
async def test_a_client_gone_half_way_leaves_nothing(service: Service, with_length: bool, goodbye: bool) -> None:
    half = head_of(video()) + WEBM + bytes(500_000)
    key = {"Idempotency-Key": "k1"}
    async with upload_begun(service, 5_000_000 if with_length else None, key) as connection:
        await connection.send(half if with_length else chunked([half]))
        await eventually(lambda: list((service.folder / "blobs" / "incoming~").iterdir()))
        if goodbye:
            connection.writer.close()
        else:
            connection.cut()
    await nothing_left(service)
    body = io.BytesIO(multipart([*fields(), video()]))
    headers = {"Content-Type": CONTENT_TYPE, "Prefer": "respond-async", **key}
    again = await service.call("POST", "/api/recordings", data=body, headers=headers)
    assert again.status == 202  # the broken attempt does not hold the key


async def test_an_upload_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    async with started(tmp_path / "data", upload_timeout=0.3) as service:
        async with upload_begun(service, 5_000_000) as connection:
            await connection.send(head_of(video()) + WEBM)
            answer = await asyncio.wait_for(connection.answer(), 5)
        assert (answer.status, "took longer than" in answer.message) == (400, True)
        await nothing_left(service)
