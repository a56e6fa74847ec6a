"""What a page has and nobody read, known by its looks: the page's own picture against the frame."""

from collections.abc import Sequence

import numpy as np
import pytest

from services.analysis.merge.match import agreed
from services.analysis.merge.pages import candidates
from services.analysis.merge.spots import Sheet
from services.analysis.merge.views import Grey, PageView, View
from shared.model.evidence import Element, PageNode
from tests.unit.services.analysis.merge.things import Place, a_page, known, node, seen, told

WIDTH, HEIGHT = 800, 600  # of frames and pages; views are half of it


def pattern(seed: int, rows: int, columns: int) -> Grey:
    """Something drawn that looks like nothing else."""
    coarse = np.random.default_rng(seed).integers(0, 2, (rows // 4 + 1, columns // 4 + 1))
    return (np.kron(coarse, np.ones((4, 4)))[:rows, :columns] * 180 + 40).astype(np.uint8)


def drawn(*things: tuple[Place, int]) -> Grey:
    """A light ground of half size with patterns at places."""
    ground = np.full((HEIGHT // 2, WIDTH // 2), 240, np.uint8)
    for (x, y, width, height), seed in things:
        top, left = round(y * HEIGHT / 2), round(x * WIDTH / 2)
        rows, columns = round(height * HEIGHT / 2), round(width * WIDTH / 2)
        ground[top : top + rows, left : left + columns] = pattern(seed, rows, columns)
    return ground


def looked_at(elements: Sequence[Element], frame: Grey, page: Grey, *nodes: PageNode) -> tuple[Element, ...]:
    whole = np.kron(page, np.ones((2, 2), np.uint8))
    known_nodes = candidates(a_page(*nodes, viewport=(WIDTH, HEIGHT)))
    sheet = Sheet(known_nodes, PageView(whole, (WIDTH, HEIGHT)))
    return agreed(elements, sheet, View(frame, WIDTH, HEIGHT))


ICON: Place = (0.5, 0.2, 0.08, 0.1)


def test_an_icon_that_looks_as_in_the_page_is_there() -> None:
    picture = drawn((ICON, 3))
    [icon] = looked_at([], picture, picture, node("button", "Refresh", ICON))
    assert (icon.role, icon.name, icon.source) == ("button", "Refresh", "both")
    assert icon.locator == "getByRole('button', { name: 'Refresh' })"
    assert icon.confidence == pytest.approx(0.9, abs=0.05)


def test_an_icon_that_is_not_drawn_is_not_there() -> None:
    assert looked_at([], drawn(), drawn((ICON, 3)), node("button", "Refresh", ICON)) == ()
    assert looked_at([], drawn((ICON, 99)), drawn((ICON, 3)), node("button", "Refresh", ICON)) == ()


def test_what_has_nothing_drawn_in_the_page_says_nothing() -> None:
    assert looked_at([], drawn(), drawn(), node("img", "Logo", ICON)) == ()


def test_below_a_dialog_nothing_is_looked_for() -> None:
    picture = drawn((ICON, 3))
    dialog = seen("dialog", "Sure?", (0.4, 0.1, 0.4, 0.5))
    assert looked_at([dialog], picture, picture, node("button", "Refresh", ICON)) == (dialog,)


def test_what_lies_out_of_the_frame_is_not_in_it() -> None:
    picture = drawn((ICON, 3))
    assert looked_at([], picture, picture, node("button", "Refresh", (0.5, 1.2, 0.08, 0.1))) == ()


def test_a_thing_that_looks_the_same_is_in_the_state_of_the_page() -> None:
    picture = drawn((ICON, 3))
    same = node("switch", "Dark mode", ICON, state=("checked", "focused"))
    [switch] = looked_at([], picture, picture, same)
    assert switch.state == ("checked",)


def test_a_field_that_looks_the_same_holds_what_the_page_loads_with() -> None:
    picture = drawn((ICON, 3))
    [field] = looked_at(
        [seen("textbox", "Name", ICON)], picture, picture, node("textbox", "Name", ICON, value="Ann")
    )
    assert field.value == "Ann"
    [other] = looked_at(
        [seen("textbox", "Name", ICON)], drawn((ICON, 4)), picture, node("textbox", "Name", ICON, value="Ann")
    )
    assert other.value is None


def test_a_box_to_tick_in_a_row_that_is_gone_is_gone() -> None:
    """At its place stands the box of another row, which looks the same."""
    picture = drawn((ICON, 3))
    row = node("cell", "Order 2048", (0.1, 0.2, 0.2, 0.05))
    tick = node("checkbox", "Select Order 2048", ICON)
    there = seen("cell", "Order 2048", (0.1, 0.2, 0.2, 0.05))
    gone = seen("cell", "Bill of March", (0.1, 0.2, 0.2, 0.05))
    assert "checkbox" in {e.role for e in looked_at([there], picture, picture, row, tick)}
    assert "checkbox" not in {e.role for e in looked_at([gone], picture, picture, row, tick)}


def test_a_large_ground_is_not_compared() -> None:
    large: Place = (0.0, 0.0, 0.9, 0.9)
    picture = drawn((large, 3))
    assert looked_at([], picture, picture, node("img", "Background", large)) == ()


def test_matched_elements_are_in_reading_order_and_no_part_is_twice() -> None:
    picture = drawn((ICON, 3))
    words = seen("text", "Refresh", (0.51, 0.22, 0.04, 0.03))
    found = looked_at([words], picture, picture, node("button", "Refresh", ICON))
    assert told(found) == [("button", "Refresh")]
    assert known("button", "Refresh", ICON).source == found[0].source


def test_other_words_where_a_button_was_are_another_button() -> None:
    picture = drawn((ICON, 3))
    other = seen("text", "Reconnect", ICON)
    found = looked_at([other], picture, picture, node("button", "Cancel", ICON))
    assert ("button", "Cancel") not in told(found)


def test_what_looks_the_same_in_another_theme_is_there() -> None:
    page = drawn((ICON, 3))
    [icon] = looked_at([], np.asarray(255 - page, np.uint8), page, node("button", "Refresh", ICON))
    assert icon.name == "Refresh"


def test_words_that_were_read_at_the_place_of_a_text_are_what_it_says() -> None:
    """Two numbers of one length look much alike: the page's own does not stand for the one in the frame."""
    place: Place = (0.5, 0.2, 0.2, 0.05)
    picture = drawn((place, 3))
    found = looked_at([seen("text", "2.578,40 €", place)], picture, picture, node("text", "3.218,40 €", place))
    assert "2.578,40 €" in {e.name for e in found}
    assert "3.218,40 €" not in {e.name for e in found}


def test_a_line_that_runs_across_a_link_must_say_it() -> None:
    place: Place = (0.3, 0.2, 0.08, 0.05)
    picture = drawn((place, 3))
    link = node("link", "Garden", place)
    in_it = seen("text", "In Letters · edited on 3 May", (0.26, 0.2, 0.4, 0.05))
    assert told(looked_at([in_it], picture, picture, link)) == [("text", "In Letters · edited on 3 May")]
    same = seen("text", "In Carden · edited on 3 May", (0.26, 0.2, 0.4, 0.05))  # give or take a letter
    assert ("link", "Garden") in told(looked_at([same], picture, picture, link))


def test_what_is_read_in_a_field_found_by_its_looks_is_its_value() -> None:
    """A field is mostly its frame: it is known by it, with other words in it."""
    place: Place = (0.1, 0.2, 0.6, 0.2)
    page = drawn((place, 3))
    frame = page.copy()
    frame[70:110, 60:140] = 240
    title = node("textbox", "Title", place, value="Tomatoes, second row")
    [field] = looked_at([seen("text", "Shopping for Sunday", (0.15, 0.26, 0.2, 0.04))], frame, page, title)
    assert (field.role, field.name, field.value) == ("textbox", "Title", "Shopping for Sunday")
    [same] = looked_at([], page, page, title)
    assert same.value == "Tomatoes, second row"


FORM = [("Recipient", 0.2), ("Amount", 0.3), ("Reference", 0.4)]


BESIDE: list[tuple[str, Place]] = [(f"{word} of March", (0.7, y, 0.2, 0.03)) for word, y in FORM]


def test_words_where_a_field_was_are_no_field_once_its_label_stands_elsewhere() -> None:
    """A form became a summary: the labels are there, in other places, and so are other words."""
    nodes = [
        each
        for name, y in FORM
        for each in (node("text", name, (0.1, y, 0.1, 0.03)), node("textbox", name, (0.1, y + 0.03, 0.4, 0.05)))
    ]
    nodes += [node("text", name, place) for name, place in BESIDE]
    form = [seen("text", name, (0.1, y, 0.1, 0.03)) for name, y in FORM]
    aside = [seen("text", name, place) for name, place in BESIDE]
    filled = [*form, *aside, seen("text", "ACME Ltd", (0.12, 0.24, 0.1, 0.03))]
    frame, page = drawn(((0.12, 0.24, 0.1, 0.03), 5)), drawn(((0.1, 0.23, 0.4, 0.05), 3))
    [recipient] = [e for e in looked_at(filled, frame, page, *nodes) if e.value]
    assert (recipient.role, recipient.value) == ("textbox", "ACME Ltd")
    summary = [seen("text", name, (0.1, y - 0.06, 0.1, 0.03)) for name, y in FORM[:1]]
    summary += [seen("text", name, (0.1, y, 0.1, 0.03)) for name, y in FORM[1:]]
    found = looked_at([*summary, *aside, filled[-1]], frame, page, *nodes)
    assert "textbox" not in {e.role for e in found}


TABS: list[Place] = [(0.1 + 0.12 * n, 0.1, 0.1, 0.06) for n in range(4)]


@pytest.mark.parametrize(
    ("touched", "selected"),
    [((), [0]), ((0, 2), [2]), ((0,), []), ((0, 1, 2), [])],
    ids=["as in the page", "another one", "unknown which", "more than one could be"],
)
def test_the_selected_tab_is_the_one_whose_looks_changed_with_those_of_the_old_one(
    touched: tuple[int, ...], selected: list[int]
) -> None:
    page = drawn(*((place, n + 1) for n, place in enumerate(TABS)))
    frame = page.copy()
    for n in touched:
        x = round(TABS[n][0] * WIDTH / 2)
        frame[42:48, x : x + 40] = 40  # a line below it, there or gone
    nodes = [node("tab", f"Tab {n}", place, state=("selected",) * (n == 0)) for n, place in enumerate(TABS)]
    read = [seen("text", f"Tab {n}", place) for n, place in enumerate(TABS)]
    found = looked_at(read, frame, page, *nodes)
    assert [n for n, tab in enumerate(found) if "selected" in tab.state] == selected


def test_a_button_under_the_pointer_is_known_by_the_sign_on_it() -> None:
    """It is lit up, and the pointer covers a part: of its looks little is left, and OCR reads its icon alone."""
    nodes = [node("text", name, place) for name, place in BESIDE]
    aside = [seen("text", name, place) for name, place in BESIDE]
    page = drawn((ICON, 3))
    lit = drawn((ICON, 3))
    lit[60:90, 200:232] = 120 + lit[60:90, 200:232] // 8
    lit[75:90, 210:232] = 20
    sign = seen("text", "+", (0.53, 0.23, 0.02, 0.04))
    more = node("button", "One more", ICON)
    found = told(looked_at([*aside, sign], lit, page, *nodes, more))
    assert ("button", "One more") in found
    assert ("text", "+") not in found
    assert ("button", "One more") not in told(looked_at(aside, lit, page, *nodes, more))
