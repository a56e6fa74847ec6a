"""What a file is by its first bytes, and the fields beside it."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.ingest.form import FIELDS, UploadForm, gathered
from services.ingest.sniff import CONTAINERS, HEAD, container_of, looks_like, size_of
from tests.films import film, screen, three_states
from tests.rest.forms import MP4, WEBM


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (WEBM, "matroska"), (WEBM[:4], "matroska"), (MP4, "mp4"), (b"\x00\x00\x00\x20ftypqt  ", "mp4"),
        (WEBM[:3], None), (MP4[:11], None), (b"ftypisom" + bytes(20), None), (b"", None), (b"RIFF" + bytes(60),
        None),
        (b"\x00" * 64, None), (WEBM[1:], None),
    ],
)  # fmt: skip
def test_containers(head: bytes, container: str | None) -> None:
    assert container_of(head) == container


@given(st.binary(max_size=HEAD))
def test_any_bytes_are_named_in_words(head: bytes) -> None:
    assert looks_like(head)
    assert container_of(head) in {None, *CONTAINERS.values()}


def test_known_others() -> None:
    assert looks_like(b"%PDF-1.7") == "a PDF document"
    assert looks_like(b"\xff\xd8\xff\xe0") == "a JPEG image"
    assert looks_like(b"hello") == "something else"


# The size that a file declares


def webm(width: int, height: int, between: bytes = b"") -> bytes:
    """EBML header, Tracks, PixelWidth and PixelHeight of two bytes each."""
    pixels = b"\xb0\x82" + width.to_bytes(2, "big") + between + b"\xba\x82" + height.to_bytes(2, "big")
    return WEBM[:4] + bytes(40) + b"\x16\x54\xae\x6b" + bytes(30) + pixels + bytes(60)


def track(width: int, height: int, version: int = 0) -> bytes:
    """A track header of MP4, from its name on."""
    size = (width << 16).to_bytes(4, "big") + (height << 16).to_bytes(4, "big")
    return b"tkhd" + bytes([version]) + bytes(87 if version else 75) + size + bytes(20)


@pytest.mark.parametrize(
    ("head", "size"),
    [
        (webm(1280, 720), (1280, 720)),
        (webm(1280, 720, b"\x54\xb0\x00"), (1280, 720)),
        (webm(16, 16384), (16, 16384)),
        (webm(15, 720), None),
        (webm(1280, 16385), None),
        (webm(0, 0), None),
        (webm(1280, 720)[:80], None),
        (webm(1280, 720).replace(b"\x16\x54\xae\x6b", bytes(4)), None),
        (webm(1280, 720, bytes(9)), None),
        (MP4[:32] + track(1920, 1080), (1920, 1080)),
        (MP4[:32] + track(1920, 1080, version=1), (1920, 1080)),
        (MP4[:32] + track(0, 0) + track(1920, 1080), (1920, 1080)),
        (MP4[:32] + track(1920, 1080) + track(0, 0), (1920, 1080)),
        (MP4[:32] + track(0, 0), None),
        (MP4[:32] + track(1920, 1080)[:60], None),
        (MP4[:32] + b"tkhd", None),
        (b"", None),
        (WEBM, None),
    ],
)
def test_sizes(head: bytes, size: tuple[int, int] | None) -> None:
    assert size_of(head) == size


@pytest.mark.parametrize("ending", [".webm", ".mp4"])
def test_the_size_of_a_real_recording(tmp_path: Path, ending: str) -> None:
    """What stands at the end of an MP4 is found only when it is looked at whole."""
    assert size_of(three_states(tmp_path / f"three{ending}").read_bytes()) == (640, 360)
    odd = film(tmp_path / f"odd{ending}", [screen(["Orders"], (1026, 258))], hold_ms=100)
    assert size_of(odd.read_bytes()) == (1026, 258)


@given(st.binary(max_size=300))
def test_any_bytes_have_a_size_that_may_be_or_none(head: bytes) -> None:
    for made in (head, WEBM[:4] + b"\x16\x54\xae\x6b" + head, MP4[:12] + b"tkhd" + head):
        size = size_of(made)
        assert size is None or all(16 <= side <= 16384 for side in size)


def test_the_form_has_the_documented_fields() -> None:
    plain = {"title", "seedUrl", "notes", "agentTarget", "durationMs", "trimStartMs", "trimEndMs"}
    assert FIELDS == {*plain, "urls", "storageState"}


def form(**fields: Any) -> UploadForm:
    known = {"title": "t", "seedUrl": "http://x/", **fields}
    return UploadForm.model_validate(gathered(list(known.items())))


def test_texts_become_values() -> None:
    made = form(title=" t ", durationMs="1500", agentTarget="CODEX")
    assert (made.title, made.duration_ms, made.agent_target) == ("t", 1500, "CODEX")


def test_empty_optional_fields_are_not_given() -> None:
    assert form(notes="", durationMs="", agentTarget="") == form()
    with pytest.raises(ValidationError):
        form(seedUrl="")
    with pytest.raises(ValidationError):
        form(title="")


@pytest.mark.parametrize(
    "wrong",
    [
        {"durationMs": "1.5"}, {"durationMs": "-1"}, {"durationMs": str(24 * 3600 * 1000 + 1)},
        {"durationMs": "1e3"},
        {"trimStartMs": "-1"}, {"trimStartMs": "1.5"}, {"trimEndMs": "0"}, {"trimEndMs": "soon"},
        {"trimStartMs": "5", "trimEndMs": "5"}, {"trimStartMs": str(24 * 3600 * 1000 + 1)},
        {"notes": "x" * 2001}, {"title": "x" * 501}, {"agentTarget": "codex"}, {"seedUrl": "x"},
    ],
    ids=str,
)  # fmt: skip
def test_wrong_fields(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        form(**wrong)


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({}, (None, None)),
        ({"trimStartMs": "0"}, (0, None)),
        ({"trimStartMs": "1500", "trimEndMs": ""}, (1500, None)),
        ({"trimEndMs": "1"}, (None, 1)),
        ({"trimEndMs": "1501", "trimStartMs": "1500"}, (1500, 1501)),
    ],
)
def test_a_part_may_have_either_end(fields: dict[str, str], part: tuple[int | None, int | None]) -> None:
    made = form(**fields)
    assert (made.trim_start_ms, made.trim_end_ms) == part


def test_each_page_is_opened_once() -> None:
    made = UploadForm.model_validate(
        gathered([("title", "t"), ("seedUrl", "http://x/"), ("urls", "http://y/"), ("urls", "http://x/")])
    )
    assert made.urls == ("http://y/", "http://x/")
    assert made.pages == ("http://x/", "http://y/")
