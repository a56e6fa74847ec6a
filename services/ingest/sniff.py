"""What a recording is, by its first bytes. Pure."""

from typing import Literal

Container = Literal["matroska", "mp4"]

HEAD = 64  # bytes that are enough to tell
CONTAINERS: dict[str, Container] = {"video/webm": "matroska", "video/x-matroska": "matroska", "video/mp4": "mp4"}

_EBML = b"\x1a\x45\xdf\xa3"
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


def looks_like(head: bytes) -> str:
    """In words, for an error message."""
    for magic, words in _KNOWN_OTHERS.items():
        if head.startswith(magic):
            return words
    return "something else"
