"""Record the whole set again: `python -m tests.recorder.all [OUT] [--only NAME …]`.

Without OUT each recording goes to its place: the sample into samples/, the others beside the key-frame bench.
A recording that its frames do not bear out (the machine was busy) is made again, up to `--tries` times."""

import argparse
import sys
from pathlib import Path

from tests.recorder.clips import CLIPS, SAMPLES, SET, SHOP
from tests.recorder.record import record
from tests.recorder.shot import RecordingFailed, Shot


def _places(shot: Shot, out: Path | None) -> tuple[Path, Path]:
    """Folders of the video and of its labels."""
    if out is not None:
        return out, out
    return (SAMPLES, CLIPS) if shot is SHOP else (CLIPS, CLIPS)


def _made(shot: Shot, out: Path | None, tries: int) -> bool:
    video, labels = _places(shot, out)
    for _ in range(tries):
        try:
            print(record(shot, video, labels), flush=True)
        except RecordingFailed as problem:
            print(f"{shot.name}: {problem}", file=sys.stderr, flush=True)
        else:
            return True
    return False


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.recorder.all", description="Record the whole set again.")
    parser.add_argument("out", nargs="?", type=Path)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--tries", type=int, default=3)
    given = parser.parse_args(arguments)
    chosen = [shot for shot in [SHOP, *SET] if not given.only or shot.name in given.only]
    missed = [shot.name for shot in chosen if not _made(shot, given.out, given.tries)]
    if missed:
        print("not recorded: " + ", ".join(missed), file=sys.stderr)
    return 1 if missed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
