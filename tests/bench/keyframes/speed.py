"""Speed as a ratio to PyAV decoding the same file to nothing in the same run, and peak memory of a process.

`python -m tests.bench.keyframes.speed VIDEO` finds the key frames of a file and prints the peak in MB.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from services.analysis.keyframes.video import DECODING_THREADS
from tests.bench.keyframes.ours import extracted
from tests.bench.keyframes.sets import Clip

ROOT = Path(__file__).parents[3]
LONG_S = 180.0


@dataclass(frozen=True)
class Pace:
    """Seconds of work, of decoding alone with as many threads as we decode with, and with all cores where asked."""

    work: float
    decoding: float
    on_all_cores: float = 0.0

    @property
    def ratio(self) -> float:
        return self.work / self.decoding


def pace(clip: Clip, rounds: int) -> tuple[Pace, list[float]]:
    """The best of several rounds that take turns, so that a busy moment hits both; and what was kept."""
    kept: list[list[float]] = []

    def find() -> None:
        kept.append([frame.timestamp_ms for frame in extracted(clip.video, clip.container).frames])

    ways = (find, lambda: decode(clip.video), lambda: decode(clip.video, threads=0))
    turns = [[seconds(way) for way in ways] for _ in range(rounds)]
    return Pace(*(min(turn[way] for turn in turns) for way in range(len(ways)))), kept[0]


def overall(paces: Iterable[Pace]) -> Pace:
    each = list(paces)
    return Pace(sum(p.work for p in each), sum(p.decoding for p in each), sum(p.on_all_cores for p in each))


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def decode(video: Path, threads: int = DECODING_THREADS) -> None:
    """Decode to nothing; 0 threads are as many as there are cores."""
    with av.open(video) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = threads
        for _ in container.decode(stream):
            pass


def lengthened(clip: Clip, folder: Path) -> Clip:
    """The clip again and again for three minutes: its packets with later times, nothing encoded anew."""
    out = folder / f"{clip.name}_long{clip.video.suffix}"
    with av.open(out, "w") as target:
        stream, offset = None, Fraction(0)
        while offset < LONG_S:
            with av.open(clip.video) as source:
                stream = stream or target.add_stream_from_template(source.streams.video[0])
                offset = _append(source, target, stream, offset)
    return Clip(f"{clip.name}, three minutes", out, clip.truth)


def _append(source: InputContainer, target: OutputContainer, stream: VideoStream, offset: Fraction) -> Fraction:
    """Copy the packets of one video; return when the next copy begins, in seconds."""
    end = offset
    for packet in source.demux(source.streams.video[0]):
        if packet.dts is None or packet.pts is None:
            continue  # the flush at the end
        shift = int(offset / packet.time_base)
        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
        end = max(end, (packet.pts + max(packet.duration or 0, 1)) * packet.time_base)
        packet.stream = stream
        target.mux(packet)
    return end + Fraction(1, 10)


def peak_mb(video: Path) -> float:
    """Of a process of its own that finds the key frames of one file."""
    command = [sys.executable, "-m", "tests.bench.keyframes.speed", str(video)]
    return float(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def own_peak_mb() -> float:
    """Linux counts in a child's `ru_maxrss` what its parent held before `exec`; there, its own high-water mark
    is read."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2  # bytes on macOS


if __name__ == "__main__":
    film = Path(sys.argv[1])
    extracted(film, "mp4" if film.suffix == ".mp4" else "matroska")
    print(f"{own_peak_mb():.1f}")
