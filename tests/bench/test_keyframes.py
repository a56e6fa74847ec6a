"""What the key frames must reach on the labelled clips; `make bench-keyframes` prints the whole table."""

from pathlib import Path

import pytest

from tests.bench.keyframes.measure import Memory, Row, ours
from tests.bench.keyframes.ours import extracted
from tests.bench.keyframes.sets import LONG_1080P, Clip, clip, clips
from tests.bench.keyframes.speed import Pace, lengthened, overall, peak_mb

F1_REPORTED = 0.93  # on clips that no rule was tuned on; measured: 0.939
F1_OVERALL = 0.94
CAUGHT = 0.75  # of the transients
TIMES_DECODING = 2.5  # measured: 1.5 to 1.7 on two cores. The aim is 1.5: see docs/keyframes.md
PEAK_MB = 220.0
GROWTH_MB = 60.0  # three minutes against half a minute

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def found() -> tuple[Row, dict[str, Pace]]:
    return ours(clips(quick=False), rounds=2)


@pytest.fixture(scope="module")
def row(found: tuple[Row, dict[str, Pace]]) -> Row:
    return found[0]


def test_clips_that_were_not_tuned_on_are_found_well(row: Row) -> None:
    print(f"\nreported: P {row.reported.precision:.3f}, R {row.reported.recall:.3f}, F1 {row.reported.f1:.3f}")
    assert row.reported.f1 >= F1_REPORTED


def test_all_clips_are_found_well(row: Row) -> None:
    print(f"\noverall: P {row.both.precision:.3f}, R {row.both.recall:.3f}, F1 {row.both.f1:.3f}")
    assert row.both.f1 >= F1_OVERALL
    assert row.both.caught >= CAUGHT * row.both.transients


def test_the_time_is_a_small_multiple_of_decoding(found: tuple[Row, dict[str, Pace]]) -> None:
    whole = overall(found[1].values())
    print(f"\n{whole.ratio:.2f} times decoding: {whole.work:.1f} s to {whole.decoding:.1f} s")
    assert whole.ratio <= TIMES_DECODING


def test_memory_is_small_and_does_not_grow_with_the_length(tmp_path: Path) -> None:
    short = clip(LONG_1080P)
    memory = Memory(peak_mb(short.video), peak_mb(lengthened(short, tmp_path).video))
    print(f"\npeak memory at 1080p: {memory.short:.0f} MB, {memory.long:.0f} MB for three minutes")
    assert max(memory.short, memory.long) < PEAK_MB
    assert memory.long <= memory.short + GROWTH_MB


@pytest.mark.parametrize("name", ["shop", "chat_h264", "tasks_av1"])
def test_the_same_file_gives_the_same_key_frames(name: str) -> None:
    one = clip(name)
    first, second = (facts(one) for _ in range(2))
    assert first == second


def facts(one: Clip) -> list[tuple[object, ...]]:
    frames = extracted(one.video, one.container).frames
    return [
        (f.timestamp_ms, f.settled_ms, f.changed_at_ms, f.reason, f.changed_boxes, f.returns_to) for f in frames
    ]
