"""What is learnt in the course of a recording: the pointer's picture, and what changes at a rhythm."""

import cv2
import numpy as np
import pytest

from services.analysis.keyframes.rhythm import Rhythms
from services.analysis.keyframes.small import Luma, Region
from services.analysis.keyframes.sprite import Sprites

ARROW = np.array([[column <= row // 2 for column in range(12)] for row in range(19)])
PLACES = ((40, 40), (120, 64), (203, 90), (77, 141))


def page(level: int = 230) -> Luma:
    image = np.full((200, 320), level, np.uint8)
    image[100:112, 60:200] = 90
    return image


def with_pointer(image: Luma, x: int, y: int) -> Luma:
    shown = image.copy()
    shown[y : y + 19, x : x + 12][ARROW] = 10
    return shown


def place(x: int, y: int) -> Region:
    return Region(x // 4, y // 4, -(-(x + 10) // 4), -(-(y + 19) // 4))


def taught() -> Sprites:
    sprites = Sprites()
    for x, y in PLACES:
        sprites.learn(page(), with_pointer(page(), x, y), place(x, y))
    return sprites


def test_one_shape_is_learnt_once() -> None:
    assert [sprite.seen for sprite in taught().known] == [len(PLACES)]


def test_a_pointer_is_found_where_it_is() -> None:
    cover = taught().covered(with_pointer(page(), 150, 150), page(), Region(34, 34, 46, 46))
    assert cover is not None
    corner = np.argwhere(cover.mask).min(axis=0) + np.array([cover.region.y0, cover.region.x0])
    assert corner.tolist() == [37, 37]  # with a rim of two pixels


def test_a_pointer_that_rests_in_both_is_no_difference() -> None:
    both = with_pointer(page(), 150, 150)
    assert taught().covered(both, both, Region(34, 34, 46, 46)) is None


def test_something_else_is_no_pointer() -> None:
    ticked = page()
    ticked[150:163, 150:163] = 10
    assert taught().covered(ticked, page(), Region(36, 36, 42, 42)) is None


def test_what_changes_beside_the_pointer_is_not_covered() -> None:
    ticked = page()
    ticked[150:163, 140:150] = 10
    cover = taught().covered(with_pointer(ticked, 150, 150), page(), Region(34, 34, 46, 46))
    assert cover is not None
    left = (37 - cover.region.y0, 36 - cover.region.x0)
    assert not cover.mask[left]


def blurred(image: Luma) -> Luma:
    """As a codec shows for a while what has just moved."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 0.6), np.uint8)


def test_a_pointer_is_found_where_the_codec_blurs_it() -> None:
    cover = taught().covered(blurred(with_pointer(page(), 150, 150)), page(), Region(34, 34, 46, 46))
    assert cover is not None


def test_a_pointer_is_found_though_only_a_part_of_its_place_is_known() -> None:
    assert taught().covered(with_pointer(page(), 150, 150), page(), Region(38, 37, 40, 39)) is not None


def spans(times: list[float], size: float = 12) -> list[tuple[float, float]]:
    rhythms = Rhythms()
    for ms in times:
        rhythms.changed(ms, np.array([55]), np.array([size], np.float32))
    tiles, starts, ends = rhythms.runs()
    return [(a, b) for tile, a, b in zip(tiles.tolist(), starts.tolist(), ends.tolist(), strict=True) if tile == 55]


def test_a_clock_is_known_from_its_first_tick_on_though_some_are_not_shown() -> None:
    [(start, end)] = spans([1000, 2040, 2960, 5010, 6000, 7020, 8000])
    assert start <= 0
    assert end >= 9000


def test_somebody_who_works_has_no_rhythm() -> None:
    assert spans([1000, 1900, 4200, 4900, 7100, 8800, 9300]) == []


def test_a_word_that_is_typed_is_no_rhythm() -> None:
    assert spans([1000 + 90 * n for n in range(12)]) == []


@pytest.mark.parametrize(("size", "known"), [(900.0, True), (4000.0, False)])
def test_a_chart_that_is_fed_is_known_and_a_page_that_changes_is_not(size: float, known: bool) -> None:
    assert bool(spans([400.0 * n for n in range(1, 16)], size)) is known
