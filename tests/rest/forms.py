"""Multipart bodies made by hand, so that they can be in any order and broken in any way."""

from collections.abc import Iterable
from typing import NamedTuple

BOUNDARY = "----scope-test-boundary"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"

WEBM = b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 40  # as far as the door can tell: an EBML header
MP4 = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 40


class Part(NamedTuple):
    name: str
    value: bytes
    content_type: str | None = None
    filename: str | None = None


def text(name: str, value: str) -> Part:
    return Part(name, value.encode())


def video(data: bytes = WEBM, content_type: str | None = "video/webm") -> Part:
    return Part("file", data, content_type, "recording.webm")


def fields(**more: str) -> list[Part]:
    """What is required beside the file, and more."""
    known = {"title": "Save does nothing", "seedUrl": "http://localhost:3000/", **more}
    return [text(name, value) for name, value in known.items()]


def head_of(part: Part) -> bytes:
    filename = f'; filename="{part.filename}"' if part.filename else ""
    kind = f"Content-Type: {part.content_type}\r\n" if part.content_type else ""
    disposition = f'Content-Disposition: form-data; name="{part.name}"{filename}\r\n'
    return f"--{BOUNDARY}\r\n{disposition}{kind}\r\n".encode()


def multipart(parts: Iterable[Part]) -> bytes:
    return b"".join(head_of(part) + part.value + b"\r\n" for part in parts) + f"--{BOUNDARY}--\r\n".encode()
