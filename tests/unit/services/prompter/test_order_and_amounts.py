"""Lists that changed their order, amounts with what they are, clocks that tick by themselves."""

from services.prompter.amounts import amounts, is_amount, without_ticking
from services.prompter.order import reordered
from shared.model.diff import diffs
from shared.model.evidence import Box, Element, FrameElements


def text(name: str, x: float, y: float, *, id_: str = "", role: str = "text") -> Element:
    return Element(id=id_ or name, role=role, name=name, box=Box(x=x, y=y, width=0.1, height=0.02))


def column(*names: str) -> list[Element]:
    return [text(name, 0.1, 0.1 * row) for row, name in enumerate(names, 1)]


def test_a_list_in_another_order_is_told_from_top_to_bottom() -> None:
    assert reordered(column("a1", "b2", "c3"), column("c3", "a1", "b2")) == [
        'order now, top to bottom: "c3", "a1", "b2"'
    ]


def test_a_list_that_grew_scrolled_or_stayed_is_in_no_other_order() -> None:
    assert reordered(column("a1", "b2", "c3"), column("new", "a1", "b2", "c3")) == []
    assert reordered(column("a1", "b2", "c3"), column("a1", "b2", "c3")) == []
    assert reordered(column("a1", "b2"), column("b2", "a1")) == []  # two may have been taken for each other


def test_amounts_have_the_words_on_their_left() -> None:
    elements = [text("Total", 0.6, 0.5), text("€ 107.30", 0.85, 0.5), text("€ 9.50", 0.85, 0.7)]
    button = text("One more", 0.75, 0.5, role="button")
    assert amounts([*elements, button]) == ['"Total" € 107.30']


def test_dates_times_and_words_are_no_amounts() -> None:
    texts = ("2026-03-01", "12.03.2026", "4:58", "Room 12 b", "12 %", "3")
    assert [name for name in texts if is_amount(text(name, 0, 0))] == ["12 %", "3"]


def test_a_clock_is_no_change_and_a_total_is() -> None:
    frames = [
        FrameElements(
            frame_id=str(n),
            elements=(text(f"4:5{n}", 0.1, 0.1, id_="clock"), text(f"€ {n}", 0.5, 0.5, id_="total")),
        )
        for n in range(6)
    ]
    left = without_ticking(diffs(frames))
    assert [[c.after.id for c in change.changed] for change in left] == [[], *[["total"]] * 5]
