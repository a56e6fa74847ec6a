"""The decoder process looks at the part that was asked for, and how long that is."""

from pathlib import Path

import pytest

from services.analysis.frames.decoder import DecodeLimits, decode
from services.analysis.frames.job import _duration_ms
from shared.model.errors import PermanentFailure
from shared.model.part import Part
from tests.films import three_states
from tests.samples import a_recording

LIMITS = DecodeLimits(600_000)


async def test_the_decoder_looks_at_the_part(tmp_path: Path) -> None:
    film = three_states(tmp_path / "film.webm")
    found = await decode(film, None, container="matroska", limits=LIMITS, part=Part(1300, 3000))
    assert [frame["reason"] for frame in found.frames] == ["initial", "settled"]
    assert found.frames[0]["timestamp"] == pytest.approx(1300, abs=1)
    assert found.facts["cut"]


async def test_a_part_after_the_end_comes_back_as_the_failure_that_it_is(tmp_path: Path) -> None:
    film = three_states(tmp_path / "film.webm")
    with pytest.raises(PermanentFailure, match="trimStartMs below 3500"):
        await decode(film, None, container="matroska", limits=LIMITS, part=Part(10_000))


@pytest.mark.parametrize(
    ("trim", "facts", "lasts"),
    [
        ({}, {"cut": False, "containerDurationMs": 9000.0}, 9000),
        ({}, {"cut": False, "containerDurationMs": None}, 8500),
        ({"trim_start_ms": 2000}, {"cut": False, "containerDurationMs": 9000.0}, 7000),
        ({"trim_start_ms": 2000, "trim_end_ms": 8700}, {"cut": True, "containerDurationMs": None}, 6700),
        ({"trim_end_ms": 8700}, {"cut": False, "containerDurationMs": 9000.0}, 8700),
        ({"trim_end_ms": 60_000}, {"cut": False, "containerDurationMs": None}, 8500),
        ({"trim_start_ms": 2000, "declared_duration_ms": 8800}, {"cut": False, "containerDurationMs": None}, 6800),
        ({"trim_start_ms": 8500}, {"cut": False, "containerDurationMs": None}, 0),
    ],
)
def test_the_length_is_that_of_the_part(trim: dict[str, int], facts: dict[str, float | None], lasts: float) -> None:
    recording = a_recording("sess_1", **trim)
    assert _duration_ms({"durationMs": 8500.0, **facts}, recording) == lasts
