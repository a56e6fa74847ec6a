"""`python -m tests.bench.keyframes.sheet CLIP OUT.png [--budget N]`: the kept frames of a labelled clip to look at.

Each with its time, its reason and the state it fits; boxes round what changed. CLIP is a name from `clips/`.
"""

import argparse
import math
from pathlib import Path

from PIL import Image, ImageDraw

from services.analysis.keyframes import Album, KeyFrame, extract
from tests.bench.keyframes.ours import LIMITS
from tests.bench.keyframes.score import Fit, Labels, fit
from tests.bench.keyframes.sets import clip

COLUMNS, WIDTH, CAPTION, GAP = 3, 620, 44, 8
GOOD, BAD, BOX, PAPER = "#14532d", "#b91c1c", "#e11d48", "#f4f4f5"


def sheet(name: str, budget: int) -> Image.Image:
    one = clip(name)
    with Album() as album:
        found = extract(one.video, album, container=one.container, limits=LIMITS, budget=budget)
        fits = fit(one.truth, [frame.timestamp_ms for frame in found.frames])
        cells = [cell(index, frame, verdict(frame, fits, one.truth)) for index, frame in enumerate(found.frames)]
    return grid(cells, missing(fits, one.truth))


def cell(index: int, frame: KeyFrame, words: tuple[str, bool]) -> Image.Image:
    """One frame, WIDTH wide, with two lines above it."""
    picture = Image.fromarray(frame.image())
    scale = WIDTH / picture.width
    picture = picture.resize((WIDTH, round(picture.height * scale)), Image.Resampling.LANCZOS)
    made = Image.new("RGB", (WIDTH, picture.height + CAPTION), PAPER)
    made.paste(picture, (0, CAPTION))
    draw = ImageDraw.Draw(made)
    for box in frame.changed_boxes:
        left, top, right, bottom = (v * scale for v in (box.x, box.y, box.x + box.width, box.y + box.height))
        draw.rectangle((left - 1, top - 1 + CAPTION, right + 1, bottom + 1 + CAPTION), outline=BOX, width=2)
    back = "" if frame.returns_to is None else f", as #{frame.returns_to}"
    times = f"changed {frame.changed_at_ms:.0f}, settled {frame.settled_ms:.0f}"
    draw.text(
        (4, 4), f"#{index} {frame.timestamp_ms:.0f} ms  {frame.reason}{back}  ({times})", "black", font_size=15
    )
    draw.text((4, 23), words[0], GOOD if words[1] else BAD, font_size=15)
    return made


def verdict(frame: KeyFrame, fits: Fit, truth: Labels) -> tuple[str, bool]:
    """What the labels say of a frame, and whether that is good."""
    if frame.timestamp_ms in fits.false:
        return "FALSE", False
    taken = {ms: index for index, ms in fits.taken.items()}
    if frame.timestamp_ms not in taken:
        return "neutral: in a transient, or at the start of a change", True
    index = taken[frame.timestamp_ms]
    state = truth.states[index]
    return f"state {index}: {state.kind} ({state.settled_ms:.0f} to {state.end_ms:.0f})", True


def missing(fits: Fit, truth: Labels) -> list[str]:
    return [
        f"MISSED state {index}: {state.kind} ({state.settled_ms:.0f} to {state.end_ms:.0f})"
        for index, state in enumerate(truth.states)
        if state.required and index not in fits.taken
    ]


def grid(cells: list[Image.Image], missed: list[str]) -> Image.Image:
    high = max(one.height for one in cells) + GAP
    rows = math.ceil(len(cells) / COLUMNS)
    made = Image.new("RGB", (COLUMNS * (WIDTH + GAP), rows * high + 20 * len(missed)), "white")
    for index, one in enumerate(cells):
        made.paste(one, (index % COLUMNS * (WIDTH + GAP), index // COLUMNS * high))
    draw = ImageDraw.Draw(made)
    for index, words in enumerate(missed):
        draw.text((4, rows * high + 20 * index), words, BAD, font_size=15)
    return made


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.keyframes.sheet", description=__doc__)
    parser.add_argument("clip")
    parser.add_argument("out", type=Path)
    parser.add_argument("--budget", type=int, default=24)
    options = parser.parse_args()
    sheet(options.clip, options.budget).save(options.out)


if __name__ == "__main__":
    main()
