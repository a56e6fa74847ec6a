"""Record a page as a labelled browser-tab recording: `python -m tests.recorder.record PAGE.html OUT_DIR`.

Beside PAGE.html lies PAGE_drive.py with `async def drive(actor)`, which acts as the person (see actor.py).
Writes NAME.webm (NAME.mp4 for h264) and NAME.json: labels in ms of video, each found again in the frames."""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.recorder.align import Alignment, align
from tests.recorder.labels import label
from tests.recorder.picture import watch
from tests.recorder.scene import Scene
from tests.recorder.session import Take, take
from tests.recorder.shot import MIMES, RecordingFailed, Shot

WORST_ALIGNMENT = 100.0  # ms


def _aligned(taken: Take, path: Path, shot: Shot) -> Alignment:
    film = watch(path)
    try:
        return align(taken, Scene(film, taken.journal, 0.0, film.width / shot.viewport[0]), shot)
    except ValueError as problem:
        raise RecordingFailed(str(problem)) from problem


def record(shot: Shot, out: Path, labels: Path | None = None) -> Path:
    """Write the video into `out` and its labels into `labels` (else `out` too); the label file's path.

    Raise RecordingFailed, and write nothing, when a label is not borne out by the frames."""
    labels = labels or out
    taken = asyncio.run(take(shot))
    video, sheet = out / (shot.name + shot.suffix), labels / (shot.name + ".json")
    with tempfile.TemporaryDirectory(prefix="recording-") as folder:
        raw = Path(folder) / video.name
        raw.write_bytes(taken.video)
        aligned = _aligned(taken, raw, shot)
        content, wrong = label(shot, os.path.relpath(video, labels), taken, aligned)
        if aligned.error > WORST_ALIGNMENT:
            wrong.append(f"page and video differ by {aligned.error:.0f} ms: {aligned.checks}")
        if wrong:
            raise RecordingFailed(f"{shot.name}: " + "; ".join(wrong))
        written = Path(folder) / sheet.name
        written.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        for made, place in ((raw, video), (written, sheet)):
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(made, place)
    return sheet


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.recorder.record", description="Record a labelled tab recording."
    )
    parser.add_argument("page", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--driver", type=Path, help="default: PAGE_drive.py beside the page")
    parser.add_argument("--name", help="of the files written; default: that of the page")
    parser.add_argument("--codec", choices=sorted(MIMES), default="vp9")
    parser.add_argument("--viewport", type=_size, default=(1280, 720), metavar="WxH")
    parser.add_argument("--dpr", type=int, default=1)
    parser.add_argument("--bitrate", type=int, default=1_500_000, help="bit/s")
    parser.add_argument("--fps", type=int, default=30, help="upper bound of the capture")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--no-cover", dest="cover", action="store_false", help="begin with the page: the pointer is the mark"
    )
    return parser


def main(arguments: list[str] | None = None) -> int:
    given = vars(_arguments().parse_args(arguments))
    page, out = given["page"].resolve(), given.pop("out")
    driver = given.pop("driver") or page.with_name(f"{page.stem}_drive.py")
    shot = Shot(**(given | {"page": page, "driver": driver.resolve(), "name": given["name"] or page.stem}))
    try:
        sheet = record(shot, out)
    except RecordingFailed as problem:
        print(f"recording failed: {problem}", file=sys.stderr)
        return 1
    print(sheet)
    return 0


if __name__ == "__main__":
    sys.exit(main())
