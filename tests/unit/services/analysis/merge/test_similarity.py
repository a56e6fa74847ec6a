"""How alike texts, roles and places are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.merge.similarity import box_likeness, nearness, role_likeness, same_corner, text_likeness
from shared.model.evidence import Box
from tests.unit.services.analysis.merge.things import Place, box

PLACES = st.builds(Box, x=st.floats(0, 1), y=st.floats(0, 1), width=st.floats(0.01, 1), height=st.floats(0.01, 1))


@given(st.text(max_size=30), st.text(max_size=30))
def test_texts_are_alike_between_not_at_all_and_the_same(one: str, other: str) -> None:
    assert 0 <= text_likeness(one, other) <= 1
    assert text_likeness(one, one) in {0.0, 1.0}  # what has nothing legible is like nothing


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("Save", "SAVE", 1.0, 1.0),
        ("Save  all", "Saveall", 1.0, 1.0),
        ("Orders of the week", "0rders of the week", 0.9, 0.99),
        ("Save", "Delete", 0.0, 0.4),
        ("", "", 0.0, 0.0),
        ("→", "→", 0.0, 0.0),
        ("Save", "", 0.0, 0.0),
        ("€ 12.50", "€ 12.60", 0.8, 0.9),
        ("ﬁle", "file", 1.0, 1.0),
    ],
)
def test_near_misses_of_the_reading_are_near(one: str, other: str, least: float, most: float) -> None:
    assert least <= text_likeness(one, other) <= most


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("button", "button", 1.0), ("button", "link", 0.6), ("textbox", "combobox", 0.6),
        ("switch", "checkbox", 0.6),
        ("text", "heading", 0.6), ("alert", "status", 0.6), ("dialog", "form", 0.6), ("text", "button", 0.3),
        ("button", "checkbox", 0.0), ("dialog", "button", 0.0), ("unheard of", "text", 0.3), ("new", "new", 1.0),
    ],
)  # fmt: skip
def test_roles_that_are_given_to_the_same_thing(one: str, other: str, expected: float) -> None:
    assert role_likeness(one, other) == role_likeness(other, one) == expected


@given(PLACES, PLACES)
def test_places_are_alike_the_same_both_ways(one: Box, other: Box) -> None:
    assert 0 <= box_likeness(one, other) <= 1 + 1e-9
    assert box_likeness(one, other) == pytest.approx(box_likeness(other, one))
    assert box_likeness(one, one) == pytest.approx(1)
    assert 0 <= nearness(one, other) <= 1
    assert nearness(one, one) == 1


def test_places_without_an_extent_are_like_nothing() -> None:
    assert box_likeness(box((0.1, 0.1, 0, 0)), box((0.1, 0.1, 0, 0))) == 0.0


def test_from_a_quarter_of_the_screen_away_nothing_is_near() -> None:
    one = box((0.1, 0.1, 0.1, 0.1))
    assert nearness(one, box((0.36, 0.1, 0.1, 0.1))) == 0
    assert nearness(one, box((0.2, 0.1, 0.1, 0.1))) == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("place", "same"),
    [
        ((0.1, 0.1, 0.3, 0.03), True), ((0.05, 0.1, 0.15, 0.03), True), ((0.103, 0.102, 0.4, 0.035), True),
        ((0.12, 0.1, 0.3, 0.03), False), ((0.1, 0.12, 0.1, 0.03), False), ((0.1, 0.1, 0.1, 0.09), False),
    ],
)  # fmt: skip
def test_other_words_begin_or_end_where_the_old_ones_did(place: Place, same: bool) -> None:
    assert same_corner(box((0.1, 0.1, 0.1, 0.03)), box(place)) is same
