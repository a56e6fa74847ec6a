"""The scorer of key frames, on labels of a few states."""

from collections import Counter
from typing import Any

import pytest

from tests.bench.keyframes.score import Labels, Score, Span, State, fit, labels, score, total

STATES = (
    State("initial", 0, 1000, required=True),
    State("typing", 1500, 3000, required=True),
    State("toggle", 3000, 4000, required=True),
)


def truth(**fields: Any) -> Labels:
    return Labels(**{"states": STATES, "transients": (), "ignore": (), "length_ms": 4000, **fields})


def test_one_frame_in_each_state_is_perfect() -> None:
    found = score(truth(), [500, 2000, 3500])
    assert (found.precision, found.recall, found.f1) == (1, 1, 1)


@pytest.mark.parametrize(
    ("ms", "state"),
    [(0, 0), (999.9, 0), (1400, 1), (2899.9, 1), (4999.9, 2)],
    ids=["from the start", "to the end", "a little before it settles", "not yet the next", "after the last label"],
)
def test_a_frame_belongs_to_the_state_that_it_shows(ms: float, state: int) -> None:
    assert fit(truth(), [ms]).taken == {state: ms}


@pytest.mark.parametrize("ms", [1100, 1399.9, 5000], ids=["the edge is over", "not at rest", "long after the end"])
def test_a_frame_in_the_middle_of_a_change_is_false(ms: float) -> None:
    assert fit(truth(), [ms]).false == (ms,)


@pytest.mark.parametrize("ms", [1000, 1099.9])
def test_a_frame_at_the_start_of_a_change_is_neutral(ms: float) -> None:
    found = fit(truth(), [ms])
    assert (dict(found.taken), found.false) == ({}, ())


def test_a_second_frame_of_a_state_is_false() -> None:
    found = score(truth(), [200, 500, 2000, 3500])
    assert (found.false, found.precision, found.recall) == (1, 0.75, 1)


def test_a_duplicate_counts_as_false_even_at_the_start_of_a_change() -> None:
    """The last 100 ms of one state are already the next one, if that one comes at once."""
    assert fit(truth(), [3000, 3050]).false == (3050,)


def test_where_two_states_overlap_the_one_without_a_frame_wins() -> None:
    assert fit(truth(), [2000, 2950]).taken == {1: 2000, 2: 2950}
    assert fit(truth(), [2950, 3500]).taken == {1: 2950, 2: 3500}


def test_the_order_of_the_frames_does_not_matter() -> None:
    assert fit(truth(), [3500, 500, 2000]) == fit(truth(), [500, 2000, 3500])


def test_a_state_that_is_not_required_is_neutral_once() -> None:
    states = (State("preroll", 0, 1000, required=False), *STATES[1:])
    with_it, without, twice = (score(truth(states=states), times) for times in ([500, 2000], [2000], [1, 2, 2000]))
    assert with_it == without
    assert without.recall == 0.5
    assert twice.false == 1


def test_a_frame_in_a_transient_is_neutral_and_caught() -> None:
    flashing = truth(transients=(Span("transient", 2000, 2200), Span("transient", 3100, 3300)))
    found = score(flashing, [2000, 2159.9])
    assert (found.caught, found.transients, found.false, found.hit.total()) == (1, 2, 0, 0)


def test_the_last_40_ms_of_a_transient_are_the_state_again() -> None:
    flashing = truth(transients=(Span("transient", 2000, 2200),))
    assert fit(flashing, [2160]).taken == {1: 2160}


def test_false_frames_are_counted_by_the_motion_around_them() -> None:
    moving = (
        Span("caret", 0, 1000),
        Span("caret", 500, 900),
        Span("pointer_move", 600, 700),
        Span("clock", 0, 4000),
    )
    found = score(truth(ignore=moving), [100, 650, 700, 3500, 3600])
    assert found.noise == Counter(clock=3, caret=2, pointer_move=1)
    assert (found.false, found.restless) == (3, 2)


def test_recall_is_kept_by_kind() -> None:
    states = (*STATES[:2], State("typing", 3000, 4000, required=True))
    found = score(truth(states=states), [500, 2000])
    assert found.asked == Counter(typing=2, initial=1)
    assert found.hit == Counter(typing=1, initial=1)


def test_several_clips_add_up_before_they_are_divided() -> None:
    found = total([score(truth(), [500, 2000, 3500]), score(truth(), [200, 300, 400])])
    assert (found.hit.total(), found.asked.total(), found.false) == (4, 6, 2)
    assert found.precision == found.recall == found.f1 == pytest.approx(2 / 3)


def test_nothing_kept_and_nothing_asked_are_zero() -> None:
    assert (score(truth(), []).f1, Score().precision, Score().recall, Score().f1) == (0, 0, 0, 0)


def test_labels_are_read_from_a_label_file() -> None:
    state = {"id": 0, "kind": "initial", "start_ms": 0, "settled_ms": 1, "end_ms": 9, "required": True, "note": ""}
    flash = {"start_ms": 2, "end_ms": 3, "note": "flash"}
    motion = {"kind": "caret", "start_ms": 4, "end_ms": 5, "box": None}
    document = {"length_ms": 9, "states": [state], "transients": [flash], "ignore": [motion]}
    assert labels(document) == Labels(
        (State("initial", 1, 9, required=True),), (Span("transient", 2, 3),), (Span("caret", 4, 5),), 9
    )
