"""The parts on their own: what they say about small arrays."""

import numpy as np
import pytest

from services.analysis.keyframes.budget import within_budget
from services.analysis.keyframes.describe import MAX_BOXES, changed_boxes, is_scroll, reason
from services.analysis.keyframes.small import Blob, Region, blobs, changed, cut, shrink, untiled
from services.analysis.keyframes.states import shows_its_own
from services.analysis.keyframes.subtle import Creep, is_caret, tint_of
from tests.unit.services.analysis.keyframes.stage import a_page


def blob(region: tuple[int, int, int, int], before: int = 240, after: int = 20) -> Blob:
    place = Region(*region)
    shape = (place.height, place.width)
    return Blob(
        place, np.ones(shape, bool), place.width * place.height, abs(after - before), np.empty(0, np.intp),
        before=np.full(shape, before, np.uint8), after=np.full(shape, after, np.uint8),
    )  # fmt: skip


def test_shrink_is_the_mean_of_sixteen_pixels_and_leaves_an_odd_rim_out() -> None:
    image = np.zeros((11, 14), np.uint8)
    image[:4, :4] = 160
    small = shrink(image)
    assert small.shape == (2, 3)
    assert small[0, 0] == 160
    assert small.sum() == 160


def test_blobs_bridge_small_gaps_and_are_tight() -> None:
    mask = np.zeros((20, 30), bool)
    mask[2:4, 3:6] = mask[2:4, 7:9] = mask[15, 20] = True
    found = sorted(blobs(mask, mask.view(np.uint8) * 50), key=lambda each: each.region)
    assert [(each.region, each.count, each.peak) for each in found] == [
        ((3, 2, 9, 4), 10, 50), ((20, 15, 21, 16), 1, 50),
    ]  # fmt: skip


def test_changed_is_a_matter_of_more_than_the_threshold() -> None:
    mask, by = changed(np.array([[10, 10]], np.uint8), np.array([[18, 19]], np.uint8), 8)
    assert mask.tolist() == [[False, True]]
    assert by.tolist() == [[8, 9]]


def test_cut_outside_of_the_image_is_empty() -> None:
    image = np.zeros((4, 4), np.uint8)
    assert cut(image, Region(-5, -5, -1, -1)).size == 0
    assert cut(image, Region(2, 2, 9, 9)).shape == (2, 2)


def test_untiled_covers_four_by_four() -> None:
    assert untiled(np.array([[True, False]]), (3, 6)).tolist() == [[True] * 4 + [False] * 2] * 3


@pytest.mark.parametrize(("region", "expected"), [
    ((5, 5, 6, 11), True), ((5, 5, 7, 11), True), ((5, 5, 8, 11), False), ((5, 5, 6, 8), False),
    ((5, 5, 6, 40), False),
])  # fmt: skip
def test_a_caret_is_thin_and_as_high_as_a_letter(region: tuple[int, int, int, int], expected: bool) -> None:
    assert is_caret(blob(region)) is expected


def test_a_tint_is_faint_and_even() -> None:
    assert tint_of(blob((0, 0, 20, 8), 240, 220)) == 20
    assert tint_of(blob((0, 0, 20, 8), 240, 100)) is None
    uneven = blob((0, 0, 20, 8), 240, 220)
    uneven.after[:, ::2] = 250
    assert tint_of(uneven) is None


def test_the_pointer_in_it_does_not_hide_a_tint() -> None:
    tinted = blob((0, 0, 20, 8), 240, 220)
    tinted.after[2:7, 3:7] = 10
    assert tint_of(tinted) == 20


def test_a_bar_that_grows_in_steps_creeps() -> None:
    creep, steps = Creep(), [blob((10 + 4 * n, 30, 14 + 4 * n, 32), 240, 60) for n in range(6)]
    for n, step in enumerate(steps):
        creep.see(200.0 * n, [step])
    assert {step.kind for step in steps} == {"creep"}


def test_a_flash_shows_what_neither_side_shows() -> None:
    light, dark = np.full((10, 10), 240, np.uint8), np.full((10, 10), 30, np.uint8)
    half = np.full((10, 10), 130, np.uint8)
    assert shows_its_own(dark, light, dark)
    assert not shows_its_own(light, half, dark)


def test_boxes_are_tight_in_pixels_and_never_too_many() -> None:
    before = np.full((400, 400), 240, np.uint8)
    after = before.copy()
    after[101:131, 57:90] = 20
    [box] = changed_boxes(shrink(after) != 240, before, after)
    assert box == (57, 101, 33, 30)
    for y in range(0, 400, 24):
        for x in range(0, 400, 24):
            after[y : y + 8, x : x + 8] = 20
    assert len(changed_boxes(shrink(after) != 240, before, after)) <= MAX_BOXES


def test_moved_rows_are_a_scroll_and_other_rows_are_not() -> None:
    rows = np.random.default_rng(3).integers(0, 255, (120, 1), np.uint8).repeat(80, axis=1)
    other = np.random.default_rng(4).integers(0, 255, (120, 1), np.uint8).repeat(80, axis=1)
    everywhere = np.ones((100, 80), bool)
    assert is_scroll(rows[:100], rows[20:], everywhere)
    assert not is_scroll(rows[:100], other[:100], everywhere)


def test_the_budget_keeps_first_last_and_the_most_novel() -> None:
    stage = a_page()
    for n, size in enumerate((10, 90, 12, 80, 14)):
        stage.box(300, 60, size, size, 20 + 45 * n)
        stage.play(800)
    found = stage.states()
    kept = within_budget(found, 4)
    assert len(found) == 6
    assert kept[0] is found[0]
    assert kept[-1] is found[-1]
    assert found[2] in kept
    assert within_budget(found, 6) == found


def test_the_first_is_initial_and_a_jump_is_settled() -> None:
    stage = a_page()
    stage.box(300, 60, 200, 120, 30)
    stage.play(900)
    first, second = stage.states()
    assert (reason(first, None), reason(second, first)) == ("initial", "settled")
