"""Parts of a thing say what it shows, and are no things of their own."""

import pytest

from services.analysis.merge.wholes import begins, beside, renumbered, wholes
from shared.model.evidence import Element
from tests.unit.services.analysis.merge.things import Place, box, known, seen, told

NONE = frozenset[str]()
BUTTON = known("button", "Save", (0.1, 0.1, 0.2, 0.06))
FIELD = known("textbox", "Name", (0.1, 0.3, 0.4, 0.06))


def whole(*elements: Element, hints: frozenset[str] = NONE) -> list[Element]:
    return wholes(elements, hints)


def test_nothing_is_nothing() -> None:
    assert whole() == []


def test_the_words_on_a_button_are_the_button() -> None:
    assert whole(BUTTON, seen("text", "Save", (0.15, 0.11, 0.08, 0.03))) == [BUTTON]


def test_without_a_page_every_text_is_its_own() -> None:
    button = seen("button", "Save", (0.1, 0.1, 0.2, 0.06))
    words = seen("text", "Save", (0.15, 0.11, 0.08, 0.03))
    assert whole(words, button) == [button, words]


def test_what_the_page_knows_as_well_is_no_part() -> None:
    inner = known("link", "Details", (0.15, 0.11, 0.08, 0.03))
    assert whole(BUTTON, inner) == [BUTTON, inner]


@pytest.mark.parametrize("role", ["dialog", "table", "list", "menu"])
def test_what_holds_other_things_is_no_part(role: str) -> None:
    card = known("link", "Order 7", (0.0, 0.0, 1.0, 1.0))
    inside = seen(role, "Edit", (0.2, 0.2, 0.3, 0.3))
    assert inside in whole(card, inside)


def test_a_part_belongs_to_the_smallest_thing_round_it() -> None:
    card = known("link", "Cart 3", (0.0, 0.0, 0.5, 0.5))
    small = known("button", "Items 3", (0.1, 0.1, 0.2, 0.06))
    found = whole(card, small, seen("text", "Items 4", (0.12, 0.11, 0.1, 0.03)))
    assert told(found) == [("link", "Cart 3"), ("button", "Items 4")]


def test_what_only_touches_a_thing_is_no_part_of_it() -> None:
    beside_it = seen("text", "Unsaved", (0.28, 0.11, 0.1, 0.03))
    assert whole(BUTTON, beside_it) == [BUTTON, beside_it]


# What stands in a field


def test_what_stands_in_a_field_is_its_value() -> None:
    [field] = whole(FIELD, seen("text", "Ann Lee", (0.11, 0.31, 0.1, 0.03)))
    assert (field.name, field.value) == ("Name", "Ann Lee")


def test_several_words_in_a_field_are_read_in_order() -> None:
    parts = seen("text", "Lee", (0.2, 0.311, 0.05, 0.03)), seen("text", "Ann", (0.11, 0.31, 0.05, 0.03))
    [field] = whole(FIELD, *parts)
    assert field.value == "Ann Lee"


@pytest.mark.parametrize("said", ["Name", "name", "Your name"])
def test_a_hint_or_a_label_in_a_field_is_no_value(said: str) -> None:
    [field] = whole(FIELD, seen("text", said, (0.11, 0.31, 0.1, 0.03)), hints=frozenset({"Your name"}))
    assert field.value is None


def test_a_value_that_was_read_already_stays() -> None:
    filled = FIELD.model_copy(update={"value": "Ann"})
    assert whole(filled, seen("text", "Anm", (0.11, 0.31, 0.1, 0.03))) == [filled]


def test_a_menu_before_a_field_is_not_what_stands_in_it() -> None:
    item = seen("menuitem", "Move to…", (0.3, 0.31, 0.15, 0.04))
    [field, *_] = whole(FIELD, seen("text", "Ann Lee", (0.11, 0.31, 0.1, 0.03)), item)
    assert field.value == "Ann Lee"


def test_the_arrow_of_a_list_to_choose_from_is_no_letter() -> None:
    chosen = known("combobox", "Sort by", (0.1, 0.3, 0.4, 0.06))
    [field] = whole(chosen, seen("button", "Most popular V", (0.1, 0.3, 0.4, 0.06)))
    assert field.value == "Most popular"


# Numbers


@pytest.mark.parametrize(
    ("name", "said", "expected"),
    [
        ("Cart 3", "Cart 4", "Cart 4"),
        ("Cart 3", "Cart", "Cart 3"),
        ("Cart", "Cart 4", "Cart"),
        ("Page 1 of 9", "2 / 9", "Page 2 of 9"),
        ("Total € 1,234.00", "€ 1,235.50", "Total € 1,235.50"),
        ("Cart 3", "4 5", "Cart 3"),
        ("3 of 3", "1 of 3", "1 of 3"),
        ("", "", ""),
        ("1. Start", "1. Start", "1. Start"),
    ],
)
def test_numbers_are_those_of_the_frame(name: str, said: str, expected: str) -> None:
    assert renumbered(name, said) == expected


def test_a_badge_on_a_button_says_its_number() -> None:
    cart = known("button", "Cart 3", (0.1, 0.1, 0.2, 0.06))
    parts = seen("text", "Cart", (0.12, 0.11, 0.06, 0.03)), seen("text", "12", (0.25, 0.11, 0.02, 0.03))
    assert told(whole(cart, *parts)) == [("button", "Cart 12")]


# Labels


def test_the_words_beside_a_box_to_tick_are_its_label() -> None:
    box_to_tick = known("checkbox", "Remember me", (0.1, 0.1, 0.02, 0.03))
    assert whole(box_to_tick, seen("text", "Remember me", (0.13, 0.1, 0.1, 0.03))) == [box_to_tick]


def test_a_label_may_go_on_with_a_price() -> None:
    radio = known("radio", "Express € 12.50", (0.1, 0.1, 0.02, 0.03))
    assert whole(radio, seen("text", "Express", (0.13, 0.1, 0.1, 0.03))) == [radio]


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("Remember me", (0.4, 0.1, 0.1, 0.03)),
        ("Remember me", (0.13, 0.5, 0.1, 0.03)),
        ("Forget me", (0.13, 0.1, 0.1, 0.03)),
        ("me", (0.13, 0.1, 0.1, 0.03)),
    ],
    ids=["far to the right", "far below", "other words", "the end of the label"],
)
def test_other_words_are_no_label(words: str, place: Place) -> None:
    text = seen("text", words, place)
    assert text in whole(known("checkbox", "Remember me", (0.1, 0.1, 0.02, 0.03)), text)


def test_a_button_has_no_label_beside_it() -> None:
    text = seen("text", "Save", (0.31, 0.1, 0.08, 0.03))
    assert whole(BUTTON, text) == [BUTTON, text]


def test_names_begin_with_words_and_with_three_letters_are_them() -> None:
    assert begins("expressshipping", "Express")
    assert begins("yes", "Yes")
    assert not begins("yesplease", "Yes")
    assert not begins("noexpress", "Express")


def test_beside_is_near_across_and_down() -> None:
    one = box((0.1, 0.1, 0.1, 0.1))
    assert beside(one, box((0.22, 0.1, 0.1, 0.1)))
    assert beside(one, box((0.1, 0.22, 0.1, 0.1)))
    assert beside(one, one)
    assert not beside(one, box((0.24, 0.1, 0.1, 0.1)))
    assert not beside(one, box((0.22, 0.24, 0.1, 0.1)))


# What is told already


def test_a_misread_text_where_the_pages_own_stands_is_that() -> None:
    own = known("heading", "Orders of the week", (0.1, 0.1, 0.3, 0.05))
    assert whole(own, seen("text", "0rdcrs ofthe wcek", (0.1, 0.1, 0.29, 0.05))) == [own]


def test_a_line_of_a_text_that_is_there_is_a_part_of_it() -> None:
    own = known("text", "It cannot be undone. Think twice.", (0.1, 0.1, 0.3, 0.1))
    assert whole(own, seen("text", "Think twice.", (0.1, 0.15, 0.15, 0.04))) == [own]


def test_the_same_words_elsewhere_are_another_text() -> None:
    own = known("text", "Saved", (0.1, 0.1, 0.1, 0.03))
    other = seen("text", "Saved", (0.1, 0.8, 0.1, 0.03))
    assert whole(own, other) == [own, other]


def test_two_things_read_as_one_text_are_the_two_things() -> None:
    links = known("link", "Home", (0.1, 0.1, 0.05, 0.03)), known("link", "Orders", (0.16, 0.1, 0.07, 0.03))
    assert whole(*links, seen("text", "Home Orders", (0.1, 0.1, 0.13, 0.03))) == [*links]


def test_a_sentence_with_a_link_in_it_is_more_than_the_link() -> None:
    link = known("link", "terms", (0.3, 0.1, 0.05, 0.03))
    sentence = seen("text", "I have read the terms and agree to them", (0.1, 0.1, 0.4, 0.03))
    assert whole(link, sentence) == [sentence, link]


def test_elements_come_in_reading_order() -> None:
    rows = [seen("text", f"{n}", (0.1 * (n % 3), 0.1 + 0.1 * (n // 3), 0.05, 0.03)) for n in range(9)]
    assert whole(*reversed(rows)) == rows


def test_two_alike_at_one_place_keep_their_parts() -> None:
    """Two elements that are equal in every respect are two all the same."""
    twins = [FIELD, FIELD.model_copy(update={"id": "other", "box": box((0.1, 0.5, 0.4, 0.06))})]
    parts = seen("text", "Ann", (0.11, 0.31, 0.1, 0.03)), seen("text", "Bob", (0.11, 0.51, 0.1, 0.03))
    assert [field.value for field in whole(*twins, *parts)] == ["Ann", "Bob"]
