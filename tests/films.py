"""Small real videos of a drawn interface, for what the recordings of real tabs do not show."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont

CODECS = {".webm": "libvpx", ".mp4": "libx264"}


def screen(words: Sequence[str], size: tuple[int, int] = (640, 360)) -> Image.Image:
    """A plain page with one line of text after the other."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0], 48), fill=(30, 60, 110))
    for row, text in enumerate(words):
        place = (24, 12 + row * 48)
        draw.text(place, text, fill="white" if row == 0 else "black", font=ImageFont.load_default(22))
    return image


def film(path: Path, pages: Sequence[Image.Image], *, hold_ms: int = 1200, step_ms: int = 100) -> Path:
    """Each page is shown for `hold_ms`; the ending of the path chooses container and codec."""
    times = range(0, hold_ms * len(pages), step_ms)
    return timed_film(path, [(ms, pages[ms // hold_ms]) for ms in times])


def timed_film(path: Path, frames: Sequence[tuple[int, Image.Image]]) -> Path:
    """Frames with their own times in ms, as recorders write them: with a variable rate."""
    with av.open(path, "w") as container:
        stream = container.add_stream(CODECS[path.suffix], rate=30)
        stream.width, stream.height = frames[0][1].size
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        stream.bit_rate = 2_000_000
        for ms, image in frames:
            frame = av.VideoFrame.from_ndarray(np.asarray(image), format="rgb24")
            frame.pts, frame.time_base = ms, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def three_states(path: Path) -> Path:
    """Three pages that differ in a line of text."""
    pages = [["Orders", "3 open", "Save"], ["Orders", "2 open", "Save"], ["Orders", "2 open", "Saved well"]]
    return film(path, [screen(words) for words in pages])


def sound_only(path: Path) -> Path:
    """A WebM file with a sound track and no picture."""
    with av.open(path, "w") as container:
        stream = container.add_stream("libopus", rate=48_000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1920), np.int16), format="s16", layout="mono")
        frame.sample_rate, frame.pts = 48_000, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def with_header_size(source: Path, target: Path, width: int, height: int) -> Path:
    """A copy of a VP8 WebM file that claims another size, in the container and in its first picture.

    EBML ids B0 (PixelWidth) and BA (PixelHeight); in VP8 both stand after the start code 9D 01 2A (RFC 6386, 9.1).
    """
    data = bytearray(source.read_bytes())
    for marker, value in ((b"\xb0\x82", width), (b"\xba\x82", height)):
        at = data.index(marker)
        data[at + 2 : at + 4] = value.to_bytes(2, "big")
    at = data.index(b"\x9d\x01\x2a") + 3
    data[at : at + 4] = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    target.write_bytes(bytes(data))
    return target


def with_declared_hours(source: Path, target: Path, hours: float) -> Path:
    """A copy of a WebM file whose header claims to be this long: EBML id 4489 (Duration), a float."""
    data = bytearray(source.read_bytes())
    at = data.index(b"\x44\x89\x88")
    data[at + 3 : at + 11] = np.array(hours * 3_600_000, ">f8").tobytes()
    target.write_bytes(bytes(data))
    return target
