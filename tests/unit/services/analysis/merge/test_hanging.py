"""Menus and what they hang from."""

import pytest

from services.analysis.merge.hanging import hangs, menus
from tests.unit.services.analysis.merge.things import Place, box, seen

ITEMS = [
    seen("menuitem", name, (0.6, 0.3 + 0.05 * n, 0.1, 0.03)) for n, name in enumerate(("Edit", "Copy", "Delete"))
]


def test_the_box_round_the_items_of_a_menu() -> None:
    [menu] = menus([*ITEMS, seen("button", "Save", (0.1, 0.1, 0.1, 0.05))])
    assert (menu.x, menu.y, menu.width, menu.height) == pytest.approx((0.6, 0.3, 0.1, 0.13))


def test_items_of_two_columns_are_two_menus_and_one_alone_is_none() -> None:
    other = [item.model_copy(update={"box": box((0.2, item.box.y, 0.1, 0.03))}) for item in ITEMS[:2]]
    assert len(menus([*ITEMS, *other])) == 2
    assert menus(ITEMS[:1]) == ()


@pytest.mark.parametrize(
    ("opener", "gap"),
    [
        ((0.6, 0.24, 0.05, 0.05), 0.01),  # left edges are one
        ((0.65, 0.24, 0.05, 0.05), 0.01),  # right edges are one
        ((0.6, 0.44, 0.05, 0.05), 1.01),  # above it
        ((0.6, 0.1, 0.05, 0.05), None),  # too far up
        ((0.3, 0.24, 0.05, 0.05), None),  # elsewhere
        ((0.6, -0.06, 0.05, 0.05), None),  # out of the frame
    ],
)
def test_a_menu_hangs_from_what_it_is_aligned_with(opener: Place, gap: float | None) -> None:
    found = hangs(box((0.6, 0.3, 0.1, 0.13)), box(opener))
    assert found == (None if gap is None else pytest.approx(gap))


def test_it_hangs_from_nothing_without_a_place() -> None:
    assert hangs(box((0.6, 0.3, 0.1, 0.13)), None) is None
