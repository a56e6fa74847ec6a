"""Behind a dialog things are dimmed and cut off, and are what they were."""

from services.analysis.merge.identity import with_identities
from services.analysis.merge.veiled import as_before
from shared.model.evidence import Box, Element, FrameElements

DIALOG = Element(id="d", role="dialog", name="Thank you!", box=Box(x=0.3, y=0.3, width=0.4, height=0.4))
INSIDE = Element(id="i", role="button", name="Close", box=Box(x=0.5, y=0.6, width=0.1, height=0.05))


def element(name: str, x: float, width: float, *, role: str = "text", y: float = 0.4, **more: object) -> Element:
    facts = {"id": name, "role": role, "name": name, "box": Box(x=x, y=y, width=width, height=0.03), **more}
    return Element.model_validate(facts)


def test_without_a_dialog_nothing_is_taken_for_what_it_was() -> None:
    cut = element("pping", 0.7, 0.05)
    assert as_before([cut], [element("Shipping", 0.66, 0.09)]) == (cut,)


def test_what_a_dialog_leaves_of_a_text_is_that_text() -> None:
    whole = element("Shipping", 0.66, 0.09)
    assert as_before([DIALOG, element("pping", 0.7, 0.05)], [whole]) == (DIALOG, whole)


def test_a_scrap_may_reach_above_and_below_the_text_that_it_was() -> None:
    whole, cut = element("Shipping", 0.66, 0.09), element("pping", 0.7, 0.04)
    tall = cut.model_copy(update={"box": Box(x=0.7, y=0.38, width=0.04, height=0.07)})
    assert as_before([DIALOG, tall], [whole]) == (DIALOG, whole)


def test_a_label_without_its_input_is_the_input() -> None:
    radio = element("Express € 12.50", 0.71, 0.01, role="radio", state=("checked",))
    assert as_before([DIALOG, element("Express", 0.73, 0.1)], [radio]) == (DIALOG, radio)


def test_two_scraps_of_one_field_are_the_field_once() -> None:
    field = element("Coupon", 0.2, 0.7, role="textbox", value="SPRING20")
    scraps = [element("Coupon", 0.2, 0.1), element("G20", 0.75, 0.1)]
    assert as_before([DIALOG, *scraps], [field]) == (DIALOG, field)


def test_a_dimmed_button_is_not_disabled() -> None:
    button = element("Apply", 0.8, 0.1, role="button")
    dimmed = button.model_copy(update={"state": ("disabled",)})
    assert as_before([DIALOG, dimmed], [button]) == (DIALOG, button)


def test_what_is_in_the_dialog_is_its_own() -> None:
    covered = element("Close", 0.5, 0.1, y=0.6)
    assert as_before([DIALOG, INSIDE], [covered]) == (DIALOG, INSIDE)


def test_another_text_behind_the_dialog_is_a_change() -> None:
    now = element("Cart 5", 0.8, 0.1, y=0.1)
    assert as_before([DIALOG, now], [element("Cart 4", 0.8, 0.1, y=0.1)]) == (DIALOG, now)


def test_another_number_in_a_long_text_is_a_change() -> None:
    before, now = (element(f"Total to be paid now: € {n}", 0.75, 0.2, y=0.1) for n in ("1,234.00", "1,235.00"))
    assert as_before([DIALOG, now], [before]) == (DIALOG, now)


def test_a_text_of_the_same_words_elsewhere_is_another() -> None:
    now = element("Saved", 0.8, 0.1, y=0.9)
    assert as_before([DIALOG, now], [element("Saved", 0.1, 0.1, y=0.1)]) == (DIALOG, now)


def test_identities_hold_while_a_dialog_comes_and_goes() -> None:
    whole = element("Subtotal", 0.66, 0.09)
    views = [[whole], [DIALOG, element("ototal", 0.7, 0.05)], [whole]]
    frames = [FrameElements(frame_id=f"f{n}", elements=tuple(view)) for n, view in enumerate(views)]
    named = with_identities(frames, {})
    assert [[e.id for e in frame.elements if e.role == "text"] for frame in named] == [["e1"], ["e1"], ["e1"]]
