"""Boxes that come up: dialogs, messages at the rim, tinted boxes; and pictures."""

from typing import Any

import pytest

from services.analysis.vision.ink import Colour
from services.analysis.vision.overlays import alert_boxes, at_rim, bounds, dialog, dialogs, images, toasts
from services.analysis.vision.regions import Rect
from services.analysis.vision.scene import Scene
from tests.unit.services.analysis.vision.parts import draft, line, scene, shape

Place = tuple[int, int, int, int]
CORNER: Place = (960, 640, 1260, 700)
DARK = Colour(40, 40, 40)


def toast(place: Place = CORNER, words: str = "Order was saved", **fields: Any) -> Scene:
    text = line(words, place[0] + 20, place[1] + 20)
    return scene([text] if words else [], [shape(place, fill=DARK)], **{"changed": (Rect(*place),), **fields})


def test_a_box_that_came_up_in_a_corner_with_words_is_a_message() -> None:
    [found] = toasts(toast())
    assert (found.draft.role, found.draft.name, found.draft.rect) == ("status", "Order was saved", Rect(*CORNER))
    assert found.lines
    assert found.shape is not None


@pytest.mark.parametrize(
    "place",
    [(960, 20, 1260, 80), (20, 20, 320, 80), (20, 640, 320, 700), (490, 20, 790, 80), (490, 640, 790, 700)],
)
def test_messages_come_up_in_corners_and_in_the_middle_of_the_upper_or_lower_rim(place: Place) -> None:
    assert len(list(toasts(toast(place)))) == 1


@pytest.mark.parametrize("place", [(490, 300, 790, 360), (300, 20, 600, 80), (20, 300, 320, 360)])
def test_anywhere_else_a_box_is_a_box(place: Place) -> None:
    assert list(toasts(toast(place))) == []
    assert not at_rim(scene(), Rect(*place))


def test_what_was_there_or_did_not_change_is_no_message() -> None:
    assert list(toasts(toast(changed=()))) == []
    assert list(toasts(toast(before=(draft("status", "Order was sent", CORNER),)))) == []


def test_a_new_page_is_no_message() -> None:
    assert list(toasts(toast(changed=(Rect(0, 0, 1280, 720),)))) == []


@pytest.mark.parametrize("words", ["", "Save"])
def test_no_words_or_one_word_is_no_message(words: str) -> None:
    assert list(toasts(toast(words=words))) == []


def test_a_large_box_at_the_rim_is_a_panel() -> None:
    assert list(toasts(toast((860, 0, 1280, 720)))) == []
    assert list(toasts(toast((100, 640, 1180, 700)))) == []


def test_a_message_may_have_three_lines_and_no_more() -> None:
    place = (960, 580, 1260, 700)
    for count, expected in ((3, 1), (4, 0)):
        lines = [line(f"line number {n}", 980, 590 + 24 * n) for n in range(count)]
        seen = scene(lines, [shape(place)], changed=(Rect(*place),))
        assert len(list(toasts(seen))) == expected


def test_words_that_another_rule_took_are_not_taken_again() -> None:
    seen = toast()
    assert list(toasts(toast(taken=frozenset(seen.lines)))) == []


# Where a large thing stands


ROUGH = Rect(290, 170, 670, 430)


def test_a_dialog_has_the_edges_of_its_box_and_not_of_its_shadow() -> None:
    inner = shape((320, 200, 640, 240))
    assert bounds(ROUGH, [inner, shape((300, 180, 660, 420)), shape((0, 0, 960, 600))]) == Rect(300, 180, 660, 420)


def test_without_a_box_the_rough_place_is_taken() -> None:
    assert bounds(ROUGH, []) == ROUGH
    assert bounds(ROUGH, [shape((320, 200, 500, 300)), shape((0, 0, 960, 600))]) == ROUGH


def test_a_box_may_reach_out_of_the_rough_place_a_little() -> None:
    assert bounds(ROUGH, [shape((282, 162, 678, 438))]) == Rect(282, 162, 678, 438)
    assert bounds(ROUGH, [shape((270, 170, 670, 430))]) == ROUGH


# Dialogs


def dimmed(place: Place = (400, 200, 880, 500), **fields: Any) -> Scene:
    lines = [line("Delete this order?", 430, 230, font_px=20), line("It cannot be undone.", 430, 280)]
    box = shape(place, outside=Colour(90, 90, 90))
    return scene([*lines, line("Cancel", 700, 460)], [box], **{"dimmed": True, **fields})


def test_a_bright_box_on_a_dimmed_page_is_a_dialog_named_by_its_title() -> None:
    [found] = dialogs(dimmed())
    assert (found.draft.role, found.draft.name) == ("dialog", "Delete this order?")
    assert found.draft.rect == Rect(400, 200, 880, 500)


def test_on_a_bright_page_there_is_no_dialog() -> None:
    assert list(dialogs(dimmed(dimmed=False))) == []


@pytest.mark.parametrize("place", [(0, 0, 1280, 720), (420, 220, 460, 240), (0, 200, 880, 500)])
def test_what_is_too_large_too_small_or_at_the_side_is_no_dialog(place: Place) -> None:
    assert list(dialogs(dimmed(place))) == []


def test_a_title_is_the_first_larger_text_else_the_first() -> None:
    place = Rect(400, 200, 880, 500)
    same = [line("Terms of use apply here", 430, 230), line("Read them", 430, 260)]
    assert dialog(scene(same), place).name == "Terms of use apply here"
    titled = [line("small print", 430, 210), line("Terms", 430, 240, font_px=22), *[line("x" * 60, 430, 300)]]
    assert dialog(scene(titled), place).name == "Terms"
    assert dialog(scene(), place).name == ""


# Tinted boxes and pictures


@pytest.mark.parametrize(
    ("fill", "role"),
    [(Colour(253, 226, 226), "alert"), (Colour(220, 245, 225), "status"), (Colour(255, 255, 255), None),
     (Colour(200, 30, 30), None), (Colour(225, 235, 253), None)],
    ids=["red", "green", "white", "strong", "blue"],
)  # fmt: skip
def test_lightly_tinted_boxes_speak(fill: Colour, role: str | None) -> None:
    text = line("Your card was declined", 120, 113)
    found = list(alert_boxes(scene([text], [shape((100, 100, 700, 140), fill=fill)])))
    assert [finding.draft.role for finding in found] == ([role] if role else [])


def test_a_box_with_a_gradient_and_without_words_is_a_picture() -> None:
    picture = shape((100, 100, 400, 300), spread=30.0)
    within = shape((120, 120, 200, 200), spread=30.0)
    assert [finding.draft.rect for finding in images(scene(shapes=[picture, within]))] == [picture.rect]
    assert list(images(scene(shapes=[shape((100, 100, 400, 300))]))) == []
    assert list(images(scene([line("Sale", 120, 120)], [picture]))) == []
    assert list(images(scene(shapes=[shape((100, 100, 130, 130), spread=30.0)]))) == []
