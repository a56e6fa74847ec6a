"""What is a state and what is not: one small scene each."""

import math

import numpy as np
import pytest

from tests.unit.services.analysis.keyframes.stage import Stage, a_page


def kept(stage: Stage) -> list[int]:
    return [round(state.candidate.ms) for state in stage.states()]


def test_a_page_that_stands_still_is_one_state() -> None:
    stage = a_page()
    stage.play(3000)
    assert len(kept(stage)) == 1


@pytest.mark.parametrize("size", [8, 13, 40])
def test_a_small_mark_that_stays_is_a_state(size: int) -> None:
    stage = a_page()
    stage.box(300, 100, size, size, 20)
    stage.play(1200)
    first, second = stage.states()
    assert 1000 <= second.candidate.settled_ms <= 1000 + 2 * 33
    assert first.candidate.ms < 1000 <= second.candidate.ms


def test_a_line_of_error_text_is_a_state_and_its_going_is_a_return() -> None:
    stage = a_page()
    before = stage.page.copy()
    stage.text(20, 256, 20, seed=900, level=120)
    stage.play(1200)
    stage.page[:] = before
    stage.play(1200)
    stage.box(300, 60, 200, 120, 30)
    stage.play(1200)
    found = stage.states()
    assert len(found) == 4
    assert found[2].returns_to is found[0]


def test_a_blinking_caret_is_none() -> None:
    stage = a_page()
    for blink in range(8):
        stage.box(60, 228, 2, 16, 20 if blink % 2 == 0 else 255)
        stage.play(530)
    assert len(kept(stage)) == 1


def test_the_pointer_is_none_wherever_it_rests() -> None:
    stage = Stage()
    stage.pointer = (300, 200)
    stage.text(20, 60, 30, seed=5)
    stage.play(1000)
    for target in ((100, 300), (500, 60), (420, 180), (60, 40)):
        stage.glide(target)
        stage.play(900)
    assert len(kept(stage)) == 1


def test_a_tick_beside_the_resting_pointer_is_a_state() -> None:
    stage = a_page()
    stage.pointer = (400, 300)
    stage.glide((306, 106))
    stage.play(300)
    stage.box(300, 100, 10, 10, 20)
    stage.play(1000)
    assert len(kept(stage)) == 2


def test_a_hover_tint_is_none() -> None:
    stage = a_page()
    stage.pointer = (400, 100)
    stage.play(300)
    stage.glide((60, 290))
    stage.box(20, 280, 100, 32, 70)
    stage.play(900)
    stage.box(20, 280, 100, 32, 90)
    stage.glide((400, 100))
    stage.play(900)
    assert len(kept(stage)) == 1


def a_page_that_was_pointed_at() -> Stage:
    """Where the pointer was seen often enough to know its looks; it rests far from the labelled button."""
    stage = a_page()
    stage.text(34, 288, 7, seed=700, level=230)
    stage.play(900)
    stage.pointer = (400, 100)
    stage.play(300)
    for place in ((500, 300), (330, 60), (560, 200), (400, 100)):
        stage.glide(place, 250)
        stage.play(700)
    return stage


def recolour(stage: Stage) -> None:
    """The button gets a frame, its text and its ground other colours, as strongly as a designer likes it."""
    stage.box(20, 280, 100, 32, 240)
    stage.box(22, 282, 96, 28, 250)
    stage.text(34, 288, 7, seed=700, level=60)


def test_what_a_pointer_lights_up_in_the_frame_of_its_coming_is_none_however_strong() -> None:
    stage = a_page_that_was_pointed_at()
    stage.pointer = (60, 290)
    recolour(stage)
    stage.play(900)
    assert len(kept(stage)) == 2  # the page, and its button with a label


def test_what_is_recoloured_by_a_click_is_a_state() -> None:
    stage = a_page_that_was_pointed_at()
    stage.glide((60, 290), 400)
    stage.play(330)  # not long enough for a state of its own
    recolour(stage)
    stage.play(900)
    assert len(kept(stage)) == 3


def test_another_label_under_a_pointer_that_came_is_a_state() -> None:
    stage = a_page_that_was_pointed_at()
    stage.glide((60, 290), 400)
    stage.play(100)
    stage.box(20, 280, 100, 32, 90)
    stage.text(30, 288, 9, seed=900, level=230)
    stage.play(900)
    assert len(kept(stage)) == 3


def test_a_link_that_is_underlined_while_the_pointer_is_in_its_row_is_none() -> None:
    stage = a_page_that_was_pointed_at()
    stage.glide((270, 104), 400)
    stage.box(20, 118, 216, 2, 20)
    stage.play(900)
    stage.box(20, 118, 216, 2, 240)
    stage.glide((400, 300), 400)
    stage.play(900)
    assert len(kept(stage)) == 2


def test_a_bar_beside_the_row_that_the_pointer_is_in_is_none() -> None:
    stage = a_page_that_was_pointed_at()
    stage.glide((300, 100), 400)
    stage.box(0, 60, 8, 120, 20)
    stage.play(900)
    assert len(kept(stage)) == 2


def test_typing_is_one_state_when_it_ends() -> None:
    stage = a_page()
    for index in range(10):
        stage.letter(26 + 9 * index, 228, seed=40 + index)
        stage.play((90, 140, 60, 200, 330)[index % 5])
    typed = stage.ms
    stage.play(1200)
    _, state = stage.states()
    assert typed - 400 <= state.candidate.settled_ms <= typed
    assert state.changed_ms <= 1100


def test_a_fade_is_one_state_when_it_has_come_to_rest() -> None:
    stage = a_page()
    stage.play(330, lambda t: stage.box(300, 60, 200, 120, round(240 - 180 * min(1.0, t / 300))))
    stage.play(1200)
    _, state = stage.states()
    assert 1000 + 200 <= state.candidate.settled_ms <= 1000 + 400


def test_a_spinner_is_one_state_when_it_comes_and_one_when_it_goes() -> None:
    stage = a_page()
    before = stage.page.copy()

    def spin(t: float) -> None:
        stage.page[:] = before
        for tail in range(6):
            angle = t / 130 - tail / 4
            x, y = 400 + round(14 * math.cos(angle)), 200 + round(14 * math.sin(angle))
            stage.box(x - 3, y - 3, 6, 6, 40 + 25 * tail)

    stage.play(1900, spin)
    stage.page[:] = before
    stage.text(300, 190, 20, seed=70)
    stage.play(1200)
    assert len(kept(stage)) == 3


def test_a_looping_animation_is_none_and_hides_no_state() -> None:
    stage = a_page()

    def ball(_: float) -> None:
        stage.box(440, 260, 120, 80, 200)
        angle = stage.ms / 320
        x, y = 500 + round(40 * math.cos(angle)), 300 + round(22 * math.sin(angle * 1.6))
        stage.box(x - 8, y - 8, 16, 16, 30)

    stage.play(6000, ball)
    stage.box(300, 100, 60, 20, 20)
    stage.play(2000, ball)
    stage.box(300, 100, 60, 20, 240)
    stage.play(2000, ball)
    states = stage.states()
    assert [state.candidate.settled_ms > 6900 for state in states][-2:] == [True, True]
    assert len([state for state in states if state.candidate.ms > 1500]) <= 3


def test_a_clock_is_none() -> None:
    stage = a_page()
    for second in range(9):
        stage.box(560, 12, 40, 16, 60)
        stage.text(560, 13, 3, seed=300 + second, level=230)
        stage.play(1000)
    assert len(kept(stage)) <= 2


def test_wrong_content_for_a_moment_is_a_transient_and_what_follows_returns() -> None:
    stage = a_page()
    stage.play(500)
    before = stage.page.copy()
    stage.box(0, 40, 640, 320, 240)
    stage.text(200, 180, 26, seed=500)
    stage.play(200)
    flashed = stage.ms
    stage.page[:] = before
    stage.play(1500)
    first, flash, after = stage.states()
    assert (flash.transient, after.returns_to) == (True, first)
    assert flashed - 200 <= flash.candidate.ms < flashed


def test_wrong_content_is_seen_though_a_light_goes_on_and_off_beside_it() -> None:
    stage = a_page()

    def light(_: float) -> None:
        stage.box(600, 10, 12, 12, 230 if stage.ms % 300 < 150 else 60)

    stage.play(4000, light)
    stage.box(20, 60, 400, 140, 240)
    stage.play(200, light)
    stage.text(20, 70, 24, seed=900)
    stage.play(1500, light)
    assert [state.transient for state in stage.states() if state.candidate.ms > 4500] == [True, False]


def test_beside_a_film_in_which_things_wander_everything_else_is_seen() -> None:
    stage = a_page()
    rng = np.random.default_rng(5)
    where, step = rng.uniform(0, 1, (9, 2)), rng.uniform(-1, 1, (9, 2))

    def film(_: float) -> None:
        stage.box(330, 60, 300, 200, 200)
        where[:] = where + 0.012 * step
        step[(where < 0) | (where > 1)] *= -1
        for x, y in np.clip(where, 0, 1):
            stage.box(334 + round(280 * x), 64 + round(180 * y), 12, 12, 40)

    stage.play(9000, film)
    drawn = stage.ms
    stage.box(20, 300, 13, 13, 20)
    stage.play(1600, film)
    [seen] = [state for state in stage.states() if state.candidate.ms >= drawn]
    assert seen.differs[75:79, 5:9].any()  # the mark, in small pixels


def test_scrolling_gives_one_frame_where_it_stops() -> None:
    stage = Stage()
    rows = [(20, 30 * row, 30, 40 * row) for row in range(40)]

    def at(offset: int) -> None:
        stage.page[:] = 240
        for x, y, letters, seed in rows:
            if 0 <= y - offset < 340:
                stage.text(x, y - offset, letters, seed=seed + 1)

    at(0)
    stage.play(1000)
    stage.play(900, lambda t: at(round(min(1.0, t / 850) * 300)))
    stage.play(1200)
    assert len(kept(stage)) == 2


def test_a_change_that_the_end_cuts_off_is_not_kept() -> None:
    stage = a_page()
    stage.play(200, lambda t: stage.box(300, 60, 20 + round(t), 120, 30))
    assert len(kept(stage)) == 1


def test_a_jump_right_before_the_end_is_kept() -> None:
    stage = a_page()
    stage.box(300, 60, 200, 120, 30)
    stage.play(33)
    assert len(kept(stage)) == 2


def test_the_same_scene_gives_the_same_frames() -> None:
    def scene() -> list[int]:
        stage = a_page()
        stage.pointer = (300, 200)
        stage.glide((100, 100))
        stage.box(300, 60, 200, 120, 30)
        stage.play(900)
        return kept(stage)

    assert scene() == scene()


def test_a_line_typed_under_the_resting_pointer_is_no_return() -> None:
    stage = a_page()
    stage.pointer = (300, 300)
    stage.glide((60, 226))
    stage.play(1000)
    stage.box(300, 60, 60, 40, 20)
    stage.play(1000)
    stage.box(300, 60, 60, 40, 240)
    stage.text(24, 230, 20, seed=7)
    stage.play(1000)
    assert [state.returns_to for state in stage.states()][-1] is None
