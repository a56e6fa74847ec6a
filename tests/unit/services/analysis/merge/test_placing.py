"""Where the nodes of a page lie in a frame that shows it scrolled, or with something come in between."""

import pytest

from services.analysis.merge.placing import clipped, inside, lowered, offsets, rows
from shared.model.evidence import PageNode
from tests.unit.services.analysis.merge.things import box, candidates_of, node, seen

WORDS = ("Orders", "Customers", "Invoices", "Returns", "Settings", "Archive", "Reports", "Members")


def moved(ways: list[float | None], *, aside: float = 0.0) -> tuple[float, ...]:
    """Where texts are found to have gone; None for one that the frame does not show."""
    places = [(0.1, 0.1 + 0.07 * n, 0.2, 0.03) for n in range(len(ways))]
    there = [node("text", text, place) for text, place in zip(WORDS, places, strict=False)]
    shown = [
        seen("text", text, (x + aside, y + way, width, height))
        for text, (x, y, width, height), way in zip(WORDS, places, ways, strict=False)
        if way is not None
    ]
    return offsets(shown, candidates_of(*there))


def test_a_page_that_stands_still() -> None:
    assert moved([0.0] * 5) == pytest.approx((0.0,))


def test_a_page_that_scrolled_lies_higher() -> None:
    assert moved([-0.3] * 5) == pytest.approx((-0.3,))


def test_small_differences_of_the_reading_are_one_move() -> None:
    assert moved([-0.302, -0.300, -0.298, -0.301]) == pytest.approx((-0.301,), abs=0.002)


def test_a_header_stands_still_while_the_rest_scrolls() -> None:
    found = moved([0.0, 0.0, 0.0, -0.3, -0.3, -0.3, -0.3])
    assert found == pytest.approx((-0.3, 0.0))  # the larger group first


def test_rows_below_a_message_are_pushed_down() -> None:
    assert moved([0.0, 0.0, 0.0, 0.0, 0.08, 0.08, 0.08]) == pytest.approx((0.0, 0.08))


def test_two_texts_do_not_tell() -> None:
    assert moved([-0.3, -0.3]) == ()
    assert moved([-0.3, -0.3, 0.1, 0.5, None, None]) == ()
    assert offsets([], []) == ()


def test_what_moved_sideways_is_another_layout() -> None:
    assert moved([-0.3] * 5, aside=0.4) == ()


def test_texts_that_are_there_twice_do_not_tell() -> None:
    there = candidates_of(*(node("button", "Edit", (0.1, 0.1 * n, 0.1, 0.03)) for n in range(6)))
    shown = [seen("button", "Edit", (0.1, 0.1 * n + 0.2, 0.1, 0.03)) for n in range(6)]
    assert offsets(shown, there) == ()


def test_signs_and_nodes_without_a_place_do_not_tell() -> None:
    short = [node("text", text, (0.1, 0.1, 0.1, 0.03)) for text in ("1", "OK", "x")]
    nowhere = [node("text", text) for text in WORDS]
    shown = [seen("text", text, (0.1, 0.4, 0.1, 0.03)) for text in ("1", "OK", "x", *WORDS)]
    assert offsets(shown, candidates_of(*short, *nowhere)) == ()


def test_no_more_than_three_groups_are_told() -> None:
    words = [f"Line {chr(65 + n)}" for n in range(16)]
    there = candidates_of(*(node("text", text, (0.1, 0.05 * n, 0.2, 0.02)) for n, text in enumerate(words)))
    shown = [seen("text", text, (0.1, 0.05 * n + 0.1 * (n // 4), 0.2, 0.02)) for n, text in enumerate(words)]
    assert len(offsets(shown, there)) == 3


def test_a_box_that_is_lowered_keeps_its_size() -> None:
    assert lowered(box((0.1, 0.2, 0.3, 0.4)), -0.2) == box((0.1, 0.0, 0.3, 0.4))


@pytest.mark.parametrize(
    ("place", "share"),
    [
        ((0.1, 0.1, 0.2, 0.2), 1.0), ((0.9, 0.0, 0.2, 1.0), 0.5), ((0.5, -0.1, 0.1, 0.2), 0.5),
        ((0.5, 1.1, 0.1, 0.2), 0.0), ((-1.0, -1.0, 3.0, 3.0), 1 / 9), ((0.5, 0.5, 0.0, 0.2), 0.0),
    ],
)  # fmt: skip
def test_what_of_a_box_lies_in_the_frame(place: tuple[float, float, float, float], share: float) -> None:
    assert inside(box(place)) == pytest.approx(share)
    cut = clipped(box(place))
    assert cut.width * cut.height == pytest.approx(share * place[2] * place[3])
    assert cut.width >= 0
    assert cut.height >= 0


def row(y: float, name: str = "Ada Lovelace") -> list[PageNode]:
    return [node("checkbox", f"Select {name}", (0.05, y, 0.02, 0.03)), node("cell", name, (0.1, y, 0.2, 0.03))]


def test_a_box_to_tick_goes_with_the_row_that_it_is_named_after() -> None:
    known = candidates_of(*row(0.2), *row(0.3, "Grace Hopper"))
    shown = [seen("text", "Grace Hopper", (0.1, 0.2, 0.2, 0.03))]
    assert rows(shown, known) == {0: None, 2: pytest.approx(-0.1)}


def test_what_is_named_after_nothing_in_its_row_goes_with_the_page() -> None:
    known = candidates_of(
        node("checkbox", "Select all", (0.05, 0.1, 0.02, 0.03)), node("cell", "Name", (0.1, 0.1, 0.2, 0.03))
    )
    assert rows([seen("text", "Name", (0.1, 0.1, 0.2, 0.03))], known) == {}


def test_a_text_that_is_shown_twice_does_not_tell_where_its_row_is() -> None:
    shown = [seen("text", "Ada Lovelace", (0.1, y, 0.2, 0.03)) for y in (0.2, 0.5)]
    assert rows(shown, candidates_of(*row(0.2))) == {}


def test_what_holds_many_rows_is_no_text_of_one() -> None:
    """A button "Instance state" beside a table "Instances" is not named after it."""
    table = node("table", "Instances", (0.1, 0.1, 0.8, 0.8))
    button = node("button", "Instance state", (0.7, 0.45, 0.1, 0.04))
    assert rows([], candidates_of(table, button)) == {}
    cell = node("text", "Instances", (0.1, 0.45, 0.1, 0.04))
    assert rows([], candidates_of(cell, button)) == {}  # nor after a word that only begins like one of its own
