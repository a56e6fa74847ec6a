"""The decoder process: one recording in, pictures and JSON lines out.

Run as `python -m services.analysis.frames.child VIDEO [OUT] --container C --max-duration-ms N [--from-ms N]
[--to-ms N]`; without OUT no pictures are written. Hostile video meets native code here and nowhere else: the
process limits its memory and time and dies with its parent.
Lines on stdout: {"progress": ms} …, {"frame": {...}} …, then {"done": {...}} or {"failure": {"code", "message"}}.
"""

import argparse
import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from PIL import Image

from services.analysis.keyframes import Album, Extraction, KeyFrame, Limits, extract
from shared.model.errors import PermanentFailure
from shared.model.part import Part

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    _limit(options.memory, options.cpu_seconds)
    _die_with(options.parent)
    try:
        with Album() as album:
            _extract(options, album)
    except PermanentFailure as failure:
        _say("failure", {"code": failure.code, "message": failure.message})
    except MemoryError:
        message = "Decoding this recording needs more memory than is allowed. Record a smaller window."
        _say("failure", {"code": "decode_limits", "message": message})
    return 0


def _extract(options: argparse.Namespace, album: Album) -> None:
    extraction = extract(
        options.video,
        album,
        container=options.container,
        limits=Limits(max_duration_ms=options.max_duration_ms),
        part=Part(options.from_ms, options.to_ms),
        budget=options.budget,
        on_progress=lambda ms: _say("progress", ms),
    )
    for index, frame in enumerate(extraction.frames):
        picture = {"image": _written(index, frame, options.out), "pointer": frame.pointer()} if options.out else {}
        _say("frame", _described(frame) | picture)
    _say("done", _facts(extraction))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("video", type=Path)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--container")
    parser.add_argument("--max-duration-ms", type=int, required=True)
    parser.add_argument("--from-ms", type=int, default=0)
    parser.add_argument("--to-ms", type=int)
    parser.add_argument("--budget", type=int, default=24)
    parser.add_argument("--memory", type=int, default=4 * 1024**3)
    parser.add_argument("--cpu-seconds", type=int, default=600)
    parser.add_argument("--parent", type=int, default=os.getppid(), help="process id; the child ends with it")
    return parser.parse_args(arguments)


def _limit(memory: int, cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we could say so
            sys.exit(1)


def _written(index: int, frame: KeyFrame, out: Path) -> str:
    """Write the picture; return its name."""
    name = f"{index}.png"
    Image.fromarray(frame.image()).save(out / name, compress_level=1)
    return name


def _described(frame: KeyFrame) -> dict[str, Any]:
    return {
        "timestamp": frame.timestamp_ms,
        "settledMs": frame.settled_ms,
        "changedAtMs": frame.changed_at_ms,
        "reason": frame.reason,
        "changedBoxes": [[box.x, box.y, box.width, box.height] for box in frame.changed_boxes],
        "returnsTo": frame.returns_to,
    }


def _facts(extraction: Extraction) -> dict[str, Any]:
    return {
        "durationMs": extraction.duration_ms,
        "containerDurationMs": extraction.container_duration_ms,
        "width": extraction.width,
        "height": extraction.height,
        "codec": extraction.codec,
        "decodedFrames": extraction.decoded_frames,
        "note": extraction.note,
        "cut": extraction.cut,
    }


def _say(kind: str, value: Any) -> None:
    print(json.dumps({kind: value}), flush=True)  # noqa: T201  the way to the parent


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
