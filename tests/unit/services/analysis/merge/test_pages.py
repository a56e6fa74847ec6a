"""Which nodes of a page a frame could show, where, and how a test would find them."""

import pytest

from services.analysis.merge.pages import candidates, locator
from shared.model.evidence import PageNode, PageSnapshot
from tests.unit.services.analysis.merge.things import a_page, box, candidates_of, node


def names(*nodes: PageNode) -> list[tuple[str, str]]:
    return [(each.node.role, each.node.name) for each in candidates_of(*nodes)]


def test_nodes_come_in_the_order_of_the_document() -> None:
    tree = node("main", "", None, node("heading", "Orders"), node("form", "", None, node("button", "Save")))
    assert names(tree, node("link", "Help")) == [("heading", "Orders"), ("button", "Save"), ("link", "Help")]
    page = PageSnapshot(url="http://a.test/", success=True, tree=(tree,))
    assert [each.role for each in page.nodes()] == [
        "main",
        "heading",
        "form",
        "button",
    ]


@pytest.mark.parametrize("role", ["main", "navigation", "list", "row", "form", "group", "toolbar", "banner"])
def test_what_only_holds_others_is_nothing_to_see(role: str) -> None:
    assert names(node(role, "Named")) == []


@pytest.mark.parametrize("role", ["button", "link", "heading", "cell", "tab"])
def test_without_a_name_there_is_nothing_to_read(role: str) -> None:
    assert names(node(role)) == []
    assert names(node(role, "Named")) == [(role, "Named")]


@pytest.mark.parametrize("role", ["textbox", "img", "table", "dialog", "checkbox", "progressbar"])
def test_some_things_are_seen_without_a_name(role: str) -> None:
    assert names(node(role)) == [(role, "")]
    assert candidates_of(node(role))[0].locator is None


def test_what_lies_in_a_button_or_a_list_is_said_by_its_name() -> None:
    button = node("button", "Save now", None, node("text", "Save now"), node("img"), node("img", "Disk"))
    city = node("combobox", "City", None, node("option", "Bonn"), node("option", "Köln"))
    assert names(button, city) == [("button", "Save now"), ("img", "Disk"), ("combobox", "City")]
    assert names(node("option", "Bonn")) == [("option", "Bonn")]


def test_texts_of_a_message_know_that_they_speak() -> None:
    tree = node("alert", "", None, node("paragraph", "Payment failed", None, node("text", "Try again")))
    found = {each.node.name: each.spoken for each in candidates_of(tree, node("text", "Help"))}
    assert found == {"Payment failed": "alert", "Try again": "alert", "Help": None}


# Locators


@pytest.mark.parametrize(
    ("role", "name", "expected"),
    [
        ("button", "Save", "getByRole('button', { name: 'Save' })"),
        ("text", "Save", "getByText('Save')"),
        ("term", "Subtotal", "getByText('Subtotal')"),  # ARIA gives a term no name that getByRole could find it by
        ("strong", "Save", "getByText('Save')"),
        ("button", "It's “new”", "getByRole('button', { name: 'It\\'s “new”' })"),
        ("button", 'Say "hi"', "getByRole('button', { name: 'Say \"hi\"' })"),
        ("button", "a\\b\nc", "getByRole('button', { name: 'a\\\\b\\nc' })"),
        ("link", "Zürich 🙂", "getByRole('link', { name: 'Zürich 🙂' })"),
        ("img", "", "getByRole('img')"),
    ],
)
def test_locators_as_a_test_would_write_them(role: str, name: str, expected: str) -> None:
    assert locator(node(role, name)) == expected


def test_a_name_within_another_has_to_be_exact() -> None:
    found = [each.locator for each in candidates_of(node("button", "Save"), node("button", "SAVE all"))]
    assert found == [
        "getByRole('button', { name: 'Save', exact: true })",
        "getByRole('button', { name: 'SAVE all' })",
    ]


def test_another_role_does_not_make_a_name_ambiguous_but_a_text_is_looked_for_everywhere() -> None:
    found = [each.locator for each in candidates_of(node("button", "Save all"), node("link", "Save"))]
    assert found[1] == "getByRole('link', { name: 'Save' })"
    found = [each.locator for each in candidates_of(node("button", "Saved drafts"), node("text", "Drafts"))]
    assert found[1] == "getByText('Drafts', { exact: true })"


def test_of_several_alike_each_has_its_number() -> None:
    found = candidates_of(node("button", "Edit"), node("link", "Edit"), node("button", "Edit"))
    assert [each.several for each in found] == [True, False, True]
    assert [each.locator for each in found] == [
        "getByRole('button', { name: 'Edit' }).nth(0)",
        "getByRole('link', { name: 'Edit' })",
        "getByRole('button', { name: 'Edit' }).nth(1)",
    ]


# Places


def test_places_are_fractions_of_the_frame_whatever_its_shape() -> None:
    """A frame of 16:10 shows a page that was read in a viewport of 16:9: what lies at its end lies higher."""
    button = node("button", "Save", (0.1, 0.9, 0.2, 0.1))
    [same] = candidates(a_page(button, viewport=(1600, 900)), aspect=900 / 1600)
    [taller] = candidates(a_page(button, viewport=(1600, 900)), aspect=1000 / 1600)
    assert same.box == same.source == button.box
    assert taller.box is not None
    assert (taller.box.y, taller.box.height) == pytest.approx((0.81, 0.09))
    assert (taller.box.x, taller.box.width) == (0.1, 0.2)


def test_a_page_that_had_scrolled_lies_further_down_in_its_picture() -> None:
    button = node("button", "Save", (0.1, 0.1, 0.2, 0.1))
    [found] = candidates(a_page(button, viewport=(1600, 900), scrolled=450))
    assert found.box == box((0.1, 0.1, 0.2, 0.1))
    assert found.source is not None
    assert found.source.y == pytest.approx(0.6)


def test_without_a_viewport_there_is_no_place_in_a_picture() -> None:
    [found] = candidates(a_page(node("button", "Save", (0.1, 0.1, 0.2, 0.1))))
    assert (found.box, found.source) == (box((0.1, 0.1, 0.2, 0.1)), None)
    [nowhere] = candidates(a_page(node("button", "Save"), viewport=(1600, 900)), aspect=0.5)
    assert (nowhere.box, nowhere.source) == (None, None)


def test_an_empty_page_has_nothing() -> None:
    assert candidates(a_page()) == []


def test_a_text_that_begins_with_a_sign_has_no_locator() -> None:
    assert candidates_of(node("text", "/ Settings of the account"))[0].locator is None
    assert candidates_of(node("text", "Settings of the account"))[0].locator is not None
