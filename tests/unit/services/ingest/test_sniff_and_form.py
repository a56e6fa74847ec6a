"""What a file is by its first bytes, and the fields beside it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.ingest.form import FIELDS, UploadForm, gathered
from services.ingest.sniff import CONTAINERS, HEAD, container_of, looks_like
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


def test_the_form_has_the_documented_fields() -> None:
    assert FIELDS == {"title", "seedUrl", "notes", "agentTarget", "durationMs", "urls"}


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
        {"notes": "x" * 2001}, {"title": "x" * 501}, {"agentTarget": "codex"}, {"seedUrl": "x"},
    ],
    ids=str,
)  # fmt: skip
def test_wrong_fields(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        form(**wrong)


def test_each_page_is_opened_once() -> None:
    made = UploadForm.model_validate(
        gathered([("title", "t"), ("seedUrl", "http://x/"), ("urls", "http://y/"), ("urls", "http://x/")])
    )
    assert made.urls == ("http://y/", "http://x/")
    assert made.pages == ("http://x/", "http://y/")
