"""The whole bench as steps: accuracy of ours and of the peers, speed, memory."""

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.keyframes.ours import key_frames
from tests.bench.keyframes.peers import PEERS, Peer, best, unavailable
from tests.bench.keyframes.score import Score, score, total
from tests.bench.keyframes.sets import LONG_720P, LONG_1080P, TUNED, Clip, clip
from tests.bench.keyframes.speed import LONG_S, Pace, lengthened, overall, pace, peak_mb, seconds

OURS = "Claude Scope"


@dataclass(frozen=True)
class Row:
    """A method on all clips. `seconds` is its whole work on them, reading included."""

    name: str
    scores: Mapping[str, Score]
    seconds: float

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
    results = Results(paces=paces(clips, rounds=1 if quick else 3))
    results.rows.append(ours(clips, overall(list(results.paces.values()))))
    results.rows += peer_rows(clips, results.skipped)
    if not quick:
        results.long_paces, results.memory = long_clips()
    return results


def ours(clips: Mapping[str, Clip], whole: Pace) -> Row:
    say("ours: accuracy")
    return Row(OURS, {name: score(c.truth, key_frames(c)) for name, c in clips.items()}, whole.ours)


def paces(clips: Mapping[str, Clip], rounds: int) -> dict[str, Pace]:
    found: dict[str, Pace] = {}
    for name, one in clips.items():
        found[name] = pace(one, rounds)
        say(f"ours: speed on {name}: {found[name].ratio:.2f} times decoding")
    return found


def peer_rows(clips: Mapping[str, Clip], skipped: list[str]) -> list[Row]:
    looked: dict[int, tuple[dict[str, Any], float]] = {}  # peers with the same rule share what it saw
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


def look(peer: Peer, clips: Mapping[str, Clip]) -> tuple[dict[str, Any], float]:
    """What the peer's rule sees of each clip, and how many seconds that took."""
    seen: dict[str, Any] = {}

    def all_of_them() -> None:
        seen.update({name: peer.rule.look(one.video) for name, one in clips.items()})

    took = seconds(all_of_them)
    say(f"{peer.name}: {took:.1f} s")
    return seen, took


def peer_row(peer: Peer, clips: Mapping[str, Clip], seen: Mapping[str, Any], took: float) -> Row:
    threshold = peer.choices[0]
    name = peer.name
    if len(peer.choices) > 1:
        threshold = best(peer, {name: one for name, one in clips.items() if name in TUNED}, seen)
        name = f"{peer.name} ({threshold:g})"
    return Row(name, {n: score(c.truth, peer.rule.keep(seen[n], threshold)) for n, c in clips.items()}, took)


def long_clips() -> tuple[dict[str, Pace], Memory]:
    """Two rounds on three minutes, at 720p and 1080p, and memory at 1080p."""
    with tempfile.TemporaryDirectory() as folder:
        films = [lengthened(clip(name), Path(folder)) for name in (LONG_720P, LONG_1080P)]
        found = {film.name: pace(film, rounds=2) for film in films}
        say(f"ours: {LONG_S:.0f} s of video: " + ", ".join(f"{p.ratio:.2f}" for p in found.values()))
        return found, Memory(peak_mb(clip(LONG_1080P).video), peak_mb(films[1].video))
