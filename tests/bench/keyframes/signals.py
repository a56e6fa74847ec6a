"""`python -m tests.bench.keyframes.signals CLIP OUT.png`: what the selection sees of a labelled clip, over time.

Top to bottom: how much of each frame changed and what it was taken for, the share of tiles that are restless, the
labelled states with the transients in red, and the frames that were kept, with their pictures.
"""

import argparse
import math
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw

from services.analysis.keyframes import Album, Extraction, extract
from services.analysis.keyframes.changes import Changes
from services.analysis.keyframes.events import Event
from services.analysis.keyframes.small import shrink
from services.analysis.keyframes.video import luma, opened
from tests.bench.keyframes.ours import LIMITS
from tests.bench.keyframes.score import Labels
from tests.bench.keyframes.sets import Clip, clip

WIDTH, LEFT, RIGHT = 1600, 110, 20
CHANGE, RESTLESS, STATES, THUMB, ROW = 220, 60, 34, 150, 22
LEAST = 1e-5  # of the frame: the smallest share that is drawn
COLOURS = {
    "open": "#111827", "real": "#111827", "pointer": "#3b82f6", "caret": "#a855f7", "hover": "#f59e0b",
    "creep": "#10b981", "speck": "#d4d4d8",
}  # fmt: skip
PAPER, INK, NOISE, KEPT, FLASH = "#ffffff", "#3f3f46", "#ef4444", "#15803d", "#be123c"


def picture(one: Clip) -> Image.Image:
    seen = list(looked(one))
    end = one.truth.length_ms
    height = 16 + CHANGE + RESTLESS + STATES + 2 * ROW + 2 * THUMB + 40
    image = Image.new("RGB", (WIDTH, height), PAPER)
    draw = ImageDraw.Draw(image)
    top = legend(draw)
    top = changes(draw, top, [event for _, event, _ in seen if event is not None], end)
    top = restless(draw, top, [(ms, share) for ms, _, share in seen], end)
    top = labelled(draw, top, one.truth, end)
    with Album() as album:
        found = extract(one.video, album, container=one.container, limits=LIMITS)
        kept(image, draw, top, found, end)
    return image


def looked(one: Clip) -> Iterator[tuple[float, Event | None, float]]:
    """Of every frame its time, what changed, and the share of tiles that are restless then."""
    with opened(one.video, one.container) as video:
        changes: Changes | None = None
        for frame in video.frames(LIMITS.max_duration_ms):
            small = shrink(luma(frame.picture))
            event = None
            if changes is None:
                changes = Changes(frame.ms, small)
            else:
                event = changes.see(frame.ms, small)
            yield frame.ms, event, float(changes.noise.at(frame.ms).mean())


def across(ms: float, end: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * min(ms, end) / end


def title(draw: ImageDraw.ImageDraw, top: float, words: str) -> None:
    draw.text((6, top), words, INK, font_size=13)


def legend(draw: ImageDraw.ImageDraw) -> int:
    x = LEFT
    for kind, colour in COLOURS.items():
        if kind != "real":
            draw.rectangle((x, 6, x + 10, 16), fill=colour)
            words = "change" if kind == "open" else kind
            draw.text((x + 14, 4), words, INK, font_size=12)
            x += 30 + 8 * len(words)
    return 24


def changes(draw: ImageDraw.ImageDraw, top: int, events: list[Event], end: float) -> int:
    """One bar a frame on a logarithmic scale, divided by kind."""
    title(draw, top, "share that\nchanged (log)")
    bottom = top + CHANGE - 20
    for event in events:
        x, y = across(event.ms, end), float(bottom)
        every = sum(blob.count for blob in event.blobs) or 1
        height = (bottom - top) * (1 - math.log(max(event.share, LEAST)) / math.log(LEAST))
        for blob in sorted(event.blobs, key=lambda blob: blob.kind):
            part = height * blob.count / every
            draw.line((x, y, x, y - part), fill=COLOURS[blob.kind], width=2)
            y -= part
    draw.line((LEFT, bottom, WIDTH - RIGHT, bottom), fill=INK)
    for second in range(0, int(end / 1000) + 1, 2):
        draw.text((across(1000 * second, end) - 6, bottom + 3), f"{second} s", INK, font_size=11)
    return top + CHANGE


def restless(draw: ImageDraw.ImageDraw, top: int, shares: list[tuple[float, float]], end: float) -> int:
    title(draw, top, "restless tiles")
    most = max(share for _, share in shares) or 1
    bottom = top + RESTLESS - 14
    points = [(across(ms, end), bottom - (bottom - top) * share / most) for ms, share in shares]
    draw.line(points, fill=NOISE, width=2)
    draw.text((WIDTH - 160, top), f"at most {most:.1%}", NOISE, font_size=11)
    return top + RESTLESS


def labelled(draw: ImageDraw.ImageDraw, top: int, truth: Labels, end: float) -> int:
    title(draw, top, "labelled states")
    for index, state in enumerate(truth.states):
        box = (across(state.settled_ms, end), top, across(state.end_ms, end), top + STATES - 12)
        draw.rectangle(box, fill="#e0f2fe" if index % 2 else "#bae6fd")
        draw.text((box[0] + 2, top + 4), state.kind[: max(1, int((box[2] - box[0]) / 7))], INK, font_size=11)
    for flash in truth.transients:
        draw.rectangle((across(flash.start_ms, end), top, across(flash.end_ms, end), top + 22), fill=FLASH)
    return top + STATES


def kept(image: Image.Image, draw: ImageDraw.ImageDraw, top: int, found: Extraction, end: float) -> None:
    title(draw, top, "kept")
    count = math.ceil(len(found.frames) / 2)
    wide = (WIDTH - LEFT - RIGHT) // max(count, 1)
    for index, frame in enumerate(found.frames):
        colour = FLASH if frame.reason == "transient" else KEPT
        x = across(frame.timestamp_ms, end)
        draw.polygon(((x - 5, top), (x + 5, top), (x, top + 10)), fill=colour)
        small = Image.fromarray(frame.image())
        small.thumbnail((wide - 6, THUMB - 24))
        left, row = LEFT + wide * (index // 2), top + 2 * ROW + THUMB * (index % 2)
        image.paste(small, (left, row + 14))
        draw.text((left, row), f"{frame.timestamp_ms / 1000:.1f} s {frame.reason}", colour, font_size=11)
        draw.line((x, top + 10, left + 10, row if index % 2 == 0 else top + 2 * ROW - 4), fill="#d4d4d8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    picture(clip(options.clip)).save(options.out, optimize=True)


if __name__ == "__main__":
    main()
