"""What a frame shows and what the page has: the same things found by text and by place."""

from collections.abc import Sequence

from services.analysis.merge.match import agreed
from services.analysis.merge.spots import Sheet
from shared.model.evidence import Element, PageNode
from tests.unit.services.analysis.merge.things import Place, a_page, candidates_of, node, seen, told


def matched(elements: Sequence[Element], *nodes: PageNode) -> list[Element]:
    """By texts and places alone."""
    return list(agreed(elements, Sheet(candidates_of(*nodes))))


def test_an_element_takes_role_name_and_locator_of_its_node() -> None:
    [save] = matched(
        [seen("button", "save", (0.1, 0.1, 0.1, 0.05))],
        node("button", "Save", (0.1, 0.1, 0.1, 0.05)),
    )
    assert (save.role, save.name, save.source) == ("button", "Save", "both")
    assert save.locator == "getByRole('button', { name: 'Save' })"


def test_what_the_page_does_not_have_stays_as_it_was_seen() -> None:
    dialog = seen("dialog", "Delete this order?", (0.3, 0.3, 0.4, 0.4))
    assert matched([dialog], node("button", "Save", (0.1, 0.1, 0.1, 0.05))) == [dialog]


def test_without_elements_or_nodes_nothing_is_made_up() -> None:
    assert matched([]) == []
    assert matched([], node("button", "Save", (0.1, 0.1, 0.1, 0.05))) == []


def test_a_near_miss_of_the_reading_is_the_same_text() -> None:
    [heading] = matched(
        [seen("text", "0rders of the week", (0.1, 0.1, 0.3, 0.05))],
        node("heading", "Orders of the week", (0.1, 0.1, 0.3, 0.05)),
    )
    assert told([heading]) == [("heading", "Orders of the week")]


def test_another_text_at_the_place_is_another_thing() -> None:
    text = seen("text", "Payment failed", (0.1, 0.1, 0.3, 0.05))
    assert matched([text], node("text", "Orders of the week", (0.1, 0.1, 0.3, 0.05))) == [text]


def test_numbers_are_those_of_the_frame() -> None:
    [cart] = matched(
        [seen("button", "Shopping cart 4", (0.8, 0.05, 0.1, 0.05))],
        node("button", "Shopping cart 3", (0.8, 0.05, 0.1, 0.05)),
    )
    assert cart.name == "Shopping cart 4"
    assert cart.locator is None  # by the number that the page had it is not found any more


def test_of_two_alike_each_takes_the_one_at_its_place() -> None:
    places: list[Place] = [(0.8, 0.2, 0.1, 0.05), (0.8, 0.4, 0.1, 0.05)]
    found = matched(
        [seen("button", "Edit", place) for place in reversed(places)],
        *(node("button", "Edit", place) for place in places),
    )
    assert [element.locator for element in found] == [
        "getByRole('button', { name: 'Edit' }).nth(0)",
        "getByRole('button', { name: 'Edit' }).nth(1)",
    ]


def test_a_field_is_known_by_its_place_and_what_stands_in_it_is_its_value() -> None:
    [field] = matched(
        [seen("textbox", "Ann Lee", (0.1, 0.3, 0.4, 0.06))], node("textbox", "Full name", (0.1, 0.3, 0.4, 0.06))
    )
    assert (field.name, field.value) == ("Full name", "Ann Lee")


def test_the_hint_of_an_empty_field_is_no_value() -> None:
    [field] = matched(
        [seen("textbox", "e.g. Ann Lee", (0.1, 0.3, 0.4, 0.06))],
        node("textbox", "Full name", (0.1, 0.3, 0.4, 0.06), hint="e.g. Ann Lee"),
    )
    assert (field.name, field.value) == ("Full name", None)


def test_a_value_that_was_seen_is_kept_before_what_the_page_loads_with() -> None:
    [field] = matched(
        [seen("textbox", "Full name", (0.1, 0.3, 0.4, 0.06), value="Bob")],
        node("textbox", "Full name", (0.1, 0.3, 0.4, 0.06), value="Ann"),
    )
    assert field.value == "Bob"


def test_a_list_to_choose_from_is_a_field_to_the_eye() -> None:
    [field] = matched(
        [seen("textbox", "Bonn", (0.1, 0.3, 0.4, 0.06))], node("combobox", "City", (0.1, 0.3, 0.4, 0.06))
    )
    assert (field.role, field.name, field.value) == ("combobox", "City", "Bonn")


def test_a_box_to_tick_is_ticked_as_it_was_seen() -> None:
    place: Place = (0.1, 0.1, 0.02, 0.03)
    [ticked] = matched(
        [seen("checkbox", "Remember me", place, state=("checked",))], node("checkbox", "Remember me", place)
    )
    [empty] = matched(
        [seen("checkbox", "Remember me", place)],
        node("checkbox", "Remember me", place, state=("checked", "required")),
    )
    assert (ticked.state, empty.state) == (("checked",), ("required",))


def test_what_the_page_leaves_without_a_name_is_called_by_the_words_beside_it() -> None:
    [box] = matched(
        [seen("checkbox", "Water the tomatoes", (0.28, 0.3, 0.02, 0.03))],
        node("checkbox", "", (0.28, 0.3, 0.02, 0.03)),
    )
    assert (box.role, box.name, box.source) == ("checkbox", "Water the tomatoes", "both")


def test_a_field_without_a_name_is_not_called_by_what_stands_in_it() -> None:
    [field] = matched([seen("textbox", "1200", (0.1, 0.3, 0.3, 0.05))], node("textbox", "", (0.1, 0.3, 0.3, 0.05)))
    assert (field.name, field.value) == ("", "1200")


def test_a_box_to_tick_is_not_the_text_of_its_label() -> None:
    [box, *_] = matched(
        [seen("checkbox", "Water the tomatoes", (0.28, 0.3, 0.02, 0.03))],
        node("text", "Water the tomatoes", (0.32, 0.3, 0.2, 0.03)),
    )
    assert box.role == "checkbox"


def test_states_of_the_moment_are_not_taken_from_the_page() -> None:
    place: Place = (0.1, 0.3, 0.4, 0.06)
    [field] = matched(
        [seen("textbox", "Name", place, state=("invalid",))],
        node("textbox", "Name", place, state=("disabled", "focused", "readonly", "required")),
    )
    assert field.state == ("invalid", "readonly", "required")


def test_a_part_of_a_message_speaks() -> None:
    [text] = matched(
        [seen("text", "Your card was declined", (0.1, 0.1, 0.3, 0.04))],
        node("alert", "", None, node("text", "Your card was declined", (0.1, 0.1, 0.3, 0.04))),
    )
    assert text.role == "alert"


def test_a_badge_that_the_page_calls_a_text_is_one() -> None:
    place: Place = (0.5, 0.1, 0.08, 0.04)
    [badge] = matched([seen("button", "Shipped", (0.495, 0.095, 0.09, 0.05))], node("text", "Shipped", place))
    assert (badge.role, badge.source) == ("text", "both")


def test_a_button_far_from_a_text_of_its_words_is_a_button() -> None:
    button = seen("button", "Shipped", (0.1, 0.9, 0.09, 0.05))
    assert matched([button], node("text", "Shipped", (0.8, 0.1, 0.08, 0.04))) == [button]


def test_a_page_that_scrolled_is_the_same_page() -> None:
    words = ["Orders", "Customers", "Invoices of March", "Returns", "Settings"]
    page = [node("link", text, (0.1, 0.5 + 0.08 * n, 0.2, 0.04)) for n, text in enumerate(words)]
    frame = [seen("link", text, (0.1, 0.1 + 0.08 * n, 0.2, 0.04)) for n, text in enumerate(words)]
    assert [(e.name, e.source) for e in matched(frame, *page)] == [(text, "both") for text in words]


def test_a_page_without_a_tree_leaves_everything_as_it_was() -> None:
    elements = [seen("text", "Orders", (0.1, 0.1, 0.2, 0.04))]
    assert a_page().tree == ()
    assert matched(elements) == elements


def test_the_same_words_further_aside_are_another_thing() -> None:
    there = node("button", "Edit order", (0.1, 0.2, 0.1, 0.05))
    [moved_down] = matched([seen("button", "Edit order", (0.1, 0.4, 0.1, 0.05))], there)
    [aside] = matched([seen("button", "Edit order", (0.7, 0.2, 0.1, 0.05))], there)
    assert moved_down.locator == "getByRole('button', { name: 'Edit order' })"
    assert aside.locator is None


def test_what_a_menu_hangs_from_is_expanded() -> None:
    opener = node("button", "Actions", (0.5, 0.2, 0.1, 0.05), state=("collapsed",))
    items = [seen("menuitem", name, (0.5, 0.27 + 0.05 * n, 0.15, 0.03)) for n, name in enumerate(("Copy", "Move"))]
    closed = matched([seen("button", "Actions", (0.5, 0.2, 0.1, 0.05))], opener)
    opened = matched([seen("button", "Actions", (0.5, 0.2, 0.1, 0.05)), *items], opener)
    assert "expanded" not in closed[0].state
    [button] = [e for e in opened if e.role == "button"]
    assert button.state == ("expanded",)


def test_a_digit_somewhere_else_is_another_one() -> None:
    two = seen("text", "2", (0.1, 0.1, 0.01, 0.03))
    assert matched([two], node("link", "2", (0.8, 0.9, 0.01, 0.03))) == [two]
    [link] = matched([two], node("link", "2", (0.099, 0.1, 0.012, 0.03)))
    assert link.role == "link"
