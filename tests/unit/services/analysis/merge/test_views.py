"""How alike a place of a frame and a place of a page are, in small grey pictures."""

import numpy as np
import pytest

from services.analysis.merge.views import NOTHING, Grey, PageView, View, grey, halved, is_turned, likeness, turned
from shared.model.evidence import Box
from tests.unit.services.analysis.merge.things import box

PLACE = box((0.3, 0.3, 0.2, 0.2))


def picture(seed: int = 3, *, at: tuple[int, int] = (60, 120), rows: int = 200) -> Grey:
    """400 pixels wide, light, with something drawn of 40 x 80 pixels."""
    ground = np.full((rows, 400), 240, np.uint8)
    coarse = np.random.default_rng(seed).integers(0, 2, (10, 20))
    ground[at[0] : at[0] + 40, at[1] : at[1] + 80] = np.kron(coarse, np.ones((4, 4))) * 180 + 40
    return ground


def noisy(image: Grey) -> Grey:
    noise = np.random.default_rng(5).integers(-3, 4, image.shape)
    return np.clip(image.astype(np.int16) + noise, 0, 255).astype(np.uint8)


def test_the_same_is_alike() -> None:
    found = likeness(picture(), PLACE, picture(), PLACE)
    assert found.pattern == pytest.approx(1.0, abs=1e-3)
    assert found.off == pytest.approx(0.0, abs=0.5)


def test_what_a_codec_does_changes_little() -> None:
    found = likeness(noisy(picture()), PLACE, picture(), PLACE)
    assert found.pattern > 0.97
    assert found.off < 6


@pytest.mark.parametrize("way", [(1, 0), (0, 2), (-2, -2), (2, -1)])
def test_a_place_may_be_off_by_a_little(way: tuple[int, int]) -> None:
    moved = picture(at=(60 + way[0], 120 + way[1]))
    assert likeness(moved, PLACE, picture(), PLACE).pattern > 0.99


def test_a_place_that_is_far_off_is_another() -> None:
    assert likeness(picture(at=(70, 132)), PLACE, picture(), PLACE).pattern < 0.5


def test_something_else_is_not_alike() -> None:
    assert likeness(picture(99), PLACE, picture(3), PLACE).pattern < 0.4


def test_dimmed_it_is_drawn_the_same_and_is_darker() -> None:
    found = likeness((picture() * 0.5).astype(np.uint8), PLACE, picture(), PLACE)
    assert found.pattern > 0.99
    assert found.off > 40


def test_turned_to_its_negative_it_is_the_opposite() -> None:
    assert likeness(255 - picture(), PLACE, picture(), PLACE).pattern < 0


@pytest.mark.parametrize(
    "place",
    [box((0.7, 0.7, 0.2, 0.2)), box((2.0, 0.3, 0.2, 0.2)), box((0.3, -3.0, 0.2, 0.2)), box((0.3, 0.3, 0, 0))],
)
def test_where_nothing_is_drawn_nothing_is_told(place: Box) -> None:
    assert likeness(picture(), place, picture(), PLACE) == NOTHING or place.width == 0
    assert likeness(picture(), PLACE, picture(), box((0.7, 0.7, 0.2, 0.2))) == NOTHING


def test_a_place_in_the_page_may_lie_below_the_frame() -> None:
    """The page's picture goes on where the frame ends; fractions are those of the frame."""
    long = picture(at=(360, 120), rows=600)
    assert likeness(picture(), PLACE, long, box((0.3, 1.8, 0.2, 0.2))).pattern > 0.99


def test_at_the_rim_what_is_left_is_compared() -> None:
    rim, there = picture(at=(0, 0)), box((0.0, 0.0, 0.2, 0.2))
    assert likeness(rim, there, rim, there).pattern > 0.99


# Sizes


def test_frames_are_halved_and_know_their_size() -> None:
    rgb = np.zeros((90, 161, 3), np.uint8)
    rgb[:, :80] = 200
    view = halved(rgb)
    assert (view.grey.shape, view.width, view.height) == ((45, 80), 161, 90)
    assert view.aspect == pytest.approx(90 / 161)
    assert (view.grey[:, 2] == 200).all()
    assert halved(np.zeros((1, 1, 3), np.uint8)).grey.shape == (1, 1)


def test_grey_is_luma() -> None:
    pixels = np.array([[[255, 255, 255], [0, 255, 0], [0, 0, 255], [0, 0, 0]]], np.uint8)
    white, green, blue, black = (int(value) for value in grey(pixels)[0])
    assert (white, black) == (255, 0)
    assert green > blue > black


@pytest.mark.parametrize("width", [800, 1600, 1000])
def test_a_page_is_brought_to_the_size_of_the_frames(width: int) -> None:
    """One that was recorded on a screen with two pixels for one has frames of twice its size."""
    page = PageView(np.zeros((1200, 800), np.uint8), (800, 600))
    view = View(np.zeros((width * 3 // 8, width // 2), np.uint8), width, width * 3 // 4)
    assert page.at_scale_of(view).shape == (round(1200 * width / 1600), width // 2)


def test_a_theme_that_was_changed_is_told_and_turned_back() -> None:
    light = np.full((100, 100), 240, np.uint8)
    light[20:40, 20:80] = 30
    dark = turned(light)
    assert is_turned(light, dark)
    assert is_turned(dark, light)
    assert not is_turned(light, light)
    assert not is_turned(np.asarray(light // 2, np.uint8), light)  # dimmed by a dialog
    assert (turned(dark) == light).all()
