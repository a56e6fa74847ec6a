"""The whole bench as steps: accuracy of ours and of the peers, speed, memory."""

import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench.keyframes.peers import PEERS, Peer, best, unavailable
from tests.bench.keyframes.score import Score, score, total
from tests.bench.keyframes.sets import LONG_720P, LONG_1080P, TUNED, Clip, clip
from tests.bench.keyframes.speed import LONG_S, Pace, decode, lengthened, overall, pace, peak_mb, seconds

OURS = "Claude Scope"


@dataclass(frozen=True)
class Row:
    """A method on all clips. `pace` is its whole work on them, reading included."""

    name: str
    scores: Mapping[str, Score]
    pace: Pace

    @property
    def tuned(self) -> Score:
        return total(score for name, score in self.scores.items() if name in TUNED)

    @property
    def reported(self) -> Score:
        return total(score for name, score in self.scores.items() if name not in TUNED)

    @property
    def both(self) -> Score:
        return total(self.scores.values())


@dataclass(frozen=True)
class Memory:
    """Peaks in MB on a 1080p clip and on three minutes of it."""

    short: float
    long: float


@dataclass
class Results:
    rows: list[Row] = field(default_factory=list)
    paces: dict[str, Pace] = field(default_factory=dict)
    long_paces: dict[str, Pace] = field(default_factory=dict)
    memory: Memory | None = None
    skipped: list[str] = field(default_factory=list)


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def everything(clips: Mapping[str, Clip], *, quick: bool) -> Results:
    results = Results()
    mine, results.paces = ours(clips, rounds=1 if quick else 3)
    results.rows.append(mine)
    results.rows += peer_rows(clips, results.skipped)
    if not quick:
        results.long_paces, results.memory = long_clips()
    return results


def ours(clips: Mapping[str, Clip], rounds: int) -> tuple[Row, dict[str, Pace]]:
    """Accuracy and speed out of the same runs."""
    paces: dict[str, Pace] = {}
    scores: dict[str, Score] = {}
    for name, one in clips.items():
        paces[name], kept = pace(one, rounds)
        scores[name] = score(one.truth, kept)
        say(f"ours on {name}: F1 {scores[name].f1:.2f}, {paces[name].ratio:.2f} times decoding")
    return Row(OURS, scores, overall(paces.values())), paces


def peer_rows(clips: Mapping[str, Clip], skipped: list[str]) -> list[Row]:
    looked: dict[int, tuple[dict[str, Any], Pace]] = {}  # peers with the same rule share what it saw
    rows: list[Row] = []
    for peer in PEERS:
        why = unavailable(peer)
        if why:
            skipped.append(f"{peer.name} was skipped: {why}")
            say(skipped[-1])
            continue
        if id(peer.rule) not in looked:
            looked[id(peer.rule)] = look(peer, clips)
        rows.append(peer_row(peer, clips, *looked[id(peer.rule)]))
    return rows


def look(peer: Peer, clips: Mapping[str, Clip]) -> tuple[dict[str, Any], Pace]:
    """What the peer's rule sees of each clip, and how long that took, with decoding in turns."""
    seen: dict[str, Any] = {}
    paces: list[Pace] = []
    for name, one in clips.items():
        decoding = seconds(partial(decode, one.video))
        began = time.perf_counter()
        seen[name] = peer.rule.look(one.video)
        paces.append(Pace(time.perf_counter() - began, decoding))
    whole = overall(paces)
    say(f"{peer.name}: {whole.work:.1f} s, {whole.ratio:.2f} times decoding")
    return seen, whole


def peer_row(peer: Peer, clips: Mapping[str, Clip], seen: Mapping[str, Any], took: Pace) -> Row:
    threshold = peer.choices[0]
    name = peer.name
    if len(peer.choices) > 1:
        threshold = best(peer, {name: one for name, one in clips.items() if name in TUNED}, seen)
        name = f"{peer.name} ({threshold:g})"
    return Row(name, {n: score(c.truth, peer.rule.keep(seen[n], threshold)) for n, c in clips.items()}, took)


def long_clips() -> tuple[dict[str, Pace], Memory]:
    """Speed on three minutes, at 720p and 1080p, and memory at 1080p."""
    with tempfile.TemporaryDirectory() as folder:
        films = [lengthened(clip(name), Path(folder)) for name in (LONG_720P, LONG_1080P)]
        found = {film.name: pace(film, rounds=1)[0] for film in films}
        say(f"ours: {LONG_S:.0f} s of video: " + ", ".join(f"{p.ratio:.2f}" for p in found.values()))
        return found, Memory(peak_mb(clip(LONG_1080P).video), peak_mb(films[1].video))
