"""The same thing in the next frame is the same, though it moved, changed its words, or was away for a while."""

from collections.abc import Mapping, Sequence

import pytest

from services.analysis.merge.identity import best_pairs, sameness, with_identities
from shared.model.evidence import Element, FrameElements
from tests.unit.services.analysis.merge.things import Place, known, seen

TITLE = seen("heading", "Orders", (0.1, 0.05, 0.2, 0.04))


def ids(views: Sequence[Sequence[Element]], returns: Mapping[str, str] | None = None) -> list[list[str]]:
    frames = [FrameElements(frame_id=f"f{n}", elements=tuple(view)) for n, view in enumerate(views)]
    return [[element.id for element in frame.elements] for frame in with_identities(frames, returns or {})]


def test_no_frames_have_no_identities() -> None:
    assert with_identities([], {}) == []
    assert ids([[], []]) == [[], []]


def test_identities_are_counted_and_stay() -> None:
    text = seen("text", "3 open", (0.1, 0.2, 0.1, 0.03))
    assert ids([[TITLE, text], [TITLE, text], [text]]) == [["e1", "e2"], ["e1", "e2"], ["e2"]]


def test_other_words_in_the_same_place_are_the_same_thing() -> None:
    total = [seen("text", f"Total € {n}", (0.7, 0.8, 0.1, 0.03)) for n in ("12.50", "19.90")]
    assert ids([[total[0]], [total[1]]]) == [["e1"], ["e1"]]


def test_the_same_words_a_little_further_down_are_the_same_thing() -> None:
    pushed = TITLE.model_copy(update={"box": TITLE.box.model_copy(update={"y": 0.15})})
    assert ids([[TITLE], [pushed]]) == [["e1"], ["e1"]]


def test_something_else_elsewhere_is_new() -> None:
    assert ids([[TITLE], [seen("button", "Pay", (0.8, 0.8, 0.1, 0.05))]]) == [["e1"], ["e2"]]


def test_a_button_is_not_a_checkbox_though_it_stands_where_that_was() -> None:
    place: Place = (0.1, 0.1, 0.1, 0.05)
    assert ids([[seen("checkbox", "Save", place)], [seen("button", "Save", place)]]) == [["e1"], ["e2"]]


def test_what_comes_back_has_its_identity_again_when_its_frame_does() -> None:
    away = seen("button", "Undo", (0.8, 0.9, 0.1, 0.05))
    views = [[TITLE, away], [TITLE], [TITLE, away]]
    assert ids(views, {"f2": "f0"}) == [["e1", "e2"], ["e1"], ["e1", "e2"]]
    assert ids(views) == [["e1", "e2"], ["e1"], ["e1", "e3"]]
    assert ids(views, {"f2": "nowhere"}) == ids(views)


def test_no_identity_is_there_twice_in_a_frame() -> None:
    rows = [seen("button", "Edit", (0.8, 0.1 + 0.08 * n, 0.1, 0.05)) for n in range(6)]
    for view in ids([rows, rows[1:], rows, rows[:3]], {"f2": "f0"}):
        assert len(set(view)) == len(view)


def test_a_cell_goes_with_its_row_and_not_with_the_likest_cell_nearby() -> None:
    """A banner pushes a table down by one row and a half: the same words are nearest in the wrong row."""

    def table(top: float, rows: Sequence[int]) -> list[Element]:
        cells = [[seen("text", f"host-{n}", (0.1, top + 0.03 * k, 0.1, 0.015)) for k, n in enumerate(rows)]]
        cells += [[seen("text", "Running", (0.4, top + 0.03 * k, 0.05, 0.015)) for k, _ in enumerate(rows)]]
        return [cell for row in zip(*cells, strict=True) for cell in row]

    before, after = ids([table(0.2, range(8)), table(0.245, range(8))])
    assert after == before
    whole, filtered = ids([table(0.2, range(8)), table(0.2, (0, 3, 4, 7))])
    assert filtered == [whole[2 * n + side] for n in (0, 3, 4, 7) for side in (0, 1)]


def fields(names: Sequence[str], values: Sequence[str]) -> list[Element]:
    """Above each other in one column, each with what stands in it."""
    rows = enumerate(zip(names, values, strict=True))
    return [seen("textbox", name, (0.05, 0.2 + 0.05 * n, 0.5, 0.03), value=value) for n, (name, value) in rows]


def test_rows_of_fields_go_where_what_stands_in_them_goes() -> None:
    oak, oil, pin = "Shelves, oak", "Oil and wax", "Hinges"
    before, dragged, deleted = ids(
        [
            fields([""] * 3, [oak, oil, pin]),
            fields(["", "What for?", ""], [oak, pin, oil]),
            fields([""] * 2, [oak, oil]),
        ]
    )
    assert dragged == [before[0], before[2], before[1]]
    assert deleted == [before[0], before[1]]


def test_what_is_typed_into_a_row_of_fields_stays_in_its_field() -> None:
    before, typed = ids([fields([""] * 3, ["Oak", "", "Pine"]), fields([""] * 3, ["Oak", "Ash", "Pine"])])
    assert typed == before


def test_the_fields_of_a_form_are_told_apart_by_their_names() -> None:
    names = ["Street", "Town"]
    before, swapped = ids([fields(names, ["Elm Row", "Ulm"]), fields(names, ["Ulm", "Elm Row"])])
    assert swapped == before


def test_locators_tell_more_than_places() -> None:
    places: list[Place] = [(0.8, 0.1, 0.1, 0.05), (0.8, 0.2, 0.1, 0.05)]
    first = [known("button", "Edit", place, locator=f"nth({n})") for n, place in enumerate(places)]
    swapped = [known("button", "Edit", place, locator=f"nth({1 - n})") for n, place in enumerate(places)]
    assert ids([first, swapped]) == [["e1", "e2"], ["e2", "e1"]]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (TITLE, TITLE, True),
        (TITLE, seen("text", "Orders", (0.1, 0.05, 0.2, 0.04)), True),
        (TITLE, seen("heading", "Orders", (0.8, 0.9, 0.2, 0.04)), True),
        (TITLE, seen("heading", "Invoices", (0.8, 0.9, 0.2, 0.04)), False),
        (
            seen("text", "Order 2048", (0.1, 0.1, 0.2, 0.04)),
            seen("text", "Order 2049", (0.1, 0.6, 0.2, 0.04)),
            False,
        ),
        (
            seen("text", "Order 2048", (0.1, 0.1, 0.2, 0.04)),
            seen("text", "Order 2048", (0.1, 0.6, 0.2, 0.04)),
            True,
        ),
        (TITLE, seen("heading", "A much longer title", (0.1, 0.05, 0.6, 0.04)), True),
        (seen("textbox", "", (0.1, 0.1, 0.3, 0.05)), seen("textbox", "", (0.1, 0.1, 0.3, 0.05)), True),
        (seen("textbox", "", (0.1, 0.1, 0.3, 0.05)), seen("textbox", "", (0.1, 0.5, 0.3, 0.05)), False),
    ],
)
def test_what_is_the_same_thing(one: Element, other: Element, same: bool) -> None:
    assert (sameness(one, other) >= 0.55) is same
    assert sameness(one, other) == pytest.approx(sameness(other, one))


def test_pairs_are_one_to_one_and_the_best_come_first() -> None:
    def score(one: int, other: int) -> float:
        return 1 - abs(one - other) / 10

    assert best_pairs([1, 2, 3], [3, 2, 9], score, 0.5) == {1: 1, 2: 0}
    assert best_pairs([5, 5], [5, 5], score, 0.5) == {0: 0, 1: 1}
    assert best_pairs([None, 5], [5], score, 0.5) == {1: 0}
    assert best_pairs([1], [9], score, 0.5) == {}
    assert best_pairs([], [1], score, 0.5) == {}
