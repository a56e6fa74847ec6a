"""What belongs to a field or a switch, what is a sign, and what is a button though a codec frayed it."""

import pytest

from services.analysis.vision.controls import Control
from services.analysis.vision.fields import controls, textboxes
from services.analysis.vision.lines import as_signs
from services.analysis.vision.pressables import buttons
from services.analysis.vision.regions import Rect
from services.analysis.vision.shapes import Colour
from tests.unit.services.analysis.vision.parts import draft, line, scene, shape

BLUE, GREY = Colour(22, 110, 238), Colour(120, 120, 120)


def named(*texts: str) -> list[str]:
    return [each.text for each in as_signs([line(text, 20, 20 + 40 * n) for n, text in enumerate(texts)])]


def test_a_single_ideograph_among_other_letters_is_an_icon() -> None:
    assert named("Invoices", "三", "Hinges", "口") == ["Invoices", "≡", "Hinges"]


def test_on_a_page_with_ideographs_they_are_letters() -> None:
    assert named("设置", "三", "Hinges") == ["设置", "三", "Hinges"]


def labels_of_switch(*lines: tuple[str, int]) -> list[str]:
    switch = Control(Rect(1100, 200, 1136, 220), "switch", checked=True)
    card = shape((900, 160, 1200, 260))
    found = controls(scene([line(text, x, 203) for text, x in lines], [card], controls=(switch,)))
    return [finding.draft.name for finding in found]


def test_a_switch_has_its_words_far_left_in_its_card() -> None:
    assert labels_of_switch(("Charge VAT", 920)) == ["Charge VAT"]
    assert labels_of_switch(("Elsewhere", 300)) == [""]


def test_a_sign_on_its_knob_is_not_what_a_switch_is_called() -> None:
    assert labels_of_switch(("Charge VAT", 920), ("1", 1090)) == ["Charge VAT"]


def test_words_right_beside_a_switch_come_first() -> None:
    assert labels_of_switch(("Charge VAT", 920), ("Dark", 1142)) == ["Dark"]


def test_a_grip_beside_a_field_is_not_its_name() -> None:
    field = shape((60, 200, 400, 232), border=GREY, border_px=1)
    [found] = textboxes(scene([line("≡", 38, 208), line("Hinges", 70, 208)], [field]))
    assert (found.draft.name, found.draft.value) == ("", "Hinges")


@pytest.mark.parametrize(
    ("border", "state"), [(Colour(212, 38, 38), ("invalid",)), (Colour(212, 154, 85), ("focused",)), (GREY, ())]
)
def test_a_red_border_says_invalid_and_an_amber_one_focused(border: Colour, state: tuple[str, ...]) -> None:
    [found] = textboxes(scene([line("1900", 70, 208)], [shape((60, 200, 400, 232), border=border, border_px=2)]))
    assert found.draft.state == state


@pytest.mark.parametrize("known", [True, False])
def test_a_field_that_is_known_is_one_under_the_pointer_too(known: bool) -> None:
    field = shape((60, 200, 400, 232), border=GREY, border_px=1, solidity=0.9)
    before = (draft("textbox", "Degrees", (60, 200, 400, 232)),) if known else ()
    assert len(list(textboxes(scene([], [field], before=before)))) == known


@pytest.mark.parametrize(("fill", "solidity", "is_one"), [(BLUE, 0.8, True), (BLUE, 0.6, False), (GREY, 0.8, True)])
def test_a_strong_fill_with_a_frayed_edge_is_a_button(fill: Colour, solidity: float, is_one: bool) -> None:
    box = shape((100, 200, 220, 236), fill=fill, outside=Colour(255, 255, 255), solidity=solidity)
    found = list(buttons(scene([line("Send", 144, 211)], [box])))
    assert [finding.draft.role for finding in found] == (["button"] if is_one else [])
