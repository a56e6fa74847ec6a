"""The part of a recording that counts: what may be asked for, and what lies in it."""

import pytest
from pydantic import ValidationError

from shared.model.part import WHOLE, Part
from shared.model.session import Recording
from tests.samples import a_recording


def test_the_whole_recording_is_a_part_without_end() -> None:
    assert Part() == WHOLE
    assert not WHOLE.has_ended(1e12)
    assert WHOLE.until(1234.5) == 1234.5


def test_both_ends_belong_to_a_part() -> None:
    part = Part(1000, 2000)
    assert [part.has_ended(ms) for ms in (0.0, 2000.0, 2000.1)] == [False, False, True]
    assert (part.until(1500.0), part.until(9000.0)) == (1500.0, 2000)


@pytest.mark.parametrize(("start", "end"), [(-1, None), (0, 0), (5, 5), (5, 4), (0, -1)])
def test_nothing_lies_between(start: int, end: int | None) -> None:
    with pytest.raises(ValueError, match=r"^The part "):
        Part(start, end)


def test_a_recording_knows_its_part() -> None:
    assert a_recording("sess_1").part == WHOLE
    assert a_recording("sess_1", trim_start_ms=5).part == Part(5)
    assert a_recording("sess_1", trim_end_ms=5).part == Part(0, 5)
    assert a_recording("sess_1", trim_start_ms=5, trim_end_ms=6).part == Part(5, 6)


@pytest.mark.parametrize(
    "fields", [{"trim_start_ms": -1}, {"trim_end_ms": 0}, {"trim_start_ms": 5, "trim_end_ms": 5}]
)
def test_a_recording_without_a_part_cannot_be_made(fields: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match="The part "):
        a_recording("sess_1", **fields)


def test_a_recording_that_was_stored_before_there_were_parts_is_whole() -> None:
    stored = a_recording("sess_1").model_dump(exclude={"trim_start_ms", "trim_end_ms"})
    assert Recording.model_validate(stored).part == WHOLE
