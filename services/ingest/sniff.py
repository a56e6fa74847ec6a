"""What a recording is, by its first bytes. Pure."""

import re
from typing import Literal

Container = Literal["matroska", "mp4"]

HEAD = 64  # bytes that are enough to tell
CONTAINERS: dict[str, Container] = {"video/webm": "matroska", "video/x-matroska": "matroska", "video/mp4": "mp4"}

_EBML = b"\x1a\x45\xdf\xa3"
_TRACKS = b"\x16\x54\xae\x6b"
_PIXELS = re.compile(rb"\xb0\x82(..).{0,8}?\xba\x82(..)", re.DOTALL)
_KNOWN_OTHERS = {
    b"GIF8": "a GIF image",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"RIFF": "an AVI, WAV or WebP file",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive",
    b"OggS": "an Ogg file",
    b"ID3": "an MP3 file",
    b"<": "a text file such as HTML",
    b"{": "a JSON text",
}


def container_of(head: bytes) -> Container | None:
    """The container that starts with these bytes (WebM is Matroska), or None."""
    if head.startswith(_EBML):
        return "matroska"
    if len(head) >= 12 and head[4:8] == b"ftyp":
        return "mp4"
    return None


def size_of(head: bytes) -> tuple[int, int] | None:
    """Width and height in pixels as the first kilobytes of the file declare them; None where they do not.

    A hint and no more: the decoder says what it really is. Matroska: PixelWidth and PixelHeight after the element
    Tracks (RFC 9559, 5.1.4); MP4: the end of the track header (ISO/IEC 14496-12, 8.3.2).
    """
    tracks = head.find(_TRACKS)
    pixels = _PIXELS.search(head, tracks) if tracks >= 0 else None
    if pixels is not None:
        width, height = (int.from_bytes(part, "big") for part in pixels.groups())
    else:
        sizes = [_track_size(head, found.start()) for found in re.finditer(b"tkhd", head)]
        width, height = max(sizes, default=(0, 0))
    return (width, height) if 16 <= width <= 16384 and 16 <= height <= 16384 else None


def _track_size(head: bytes, at: int) -> tuple[int, int]:
    """`at`: where `tkhd` stands. Version 1 has 12 bytes more; both numbers are 16.16 fixed point."""
    end = at + 4 + (92 if head[at + 4 : at + 5] == b"\x01" else 80) + 4
    part = head[end - 8 : end]
    return int.from_bytes(part[:2], "big"), int.from_bytes(part[4:6], "big")


def looks_like(head: bytes) -> str:
    """In words, for an error message."""
    for magic, words in _KNOWN_OTHERS.items():
        if head.startswith(magic):
            return words
    return "something else"
