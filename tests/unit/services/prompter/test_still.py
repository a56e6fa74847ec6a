"""What is told to have changed lies where the picture changed."""

from services.prompter.still import where_it_changed
from shared.model.diff import ElementChange, FrameDiff
from shared.model.evidence import Box, Element
from shared.model.session import FrameRef
from tests.samples import a_frame, an_element

HERE, THERE = Box(x=0.1, y=0.1, width=0.2, height=0.05), Box(x=0.6, y=0.6, width=0.2, height=0.05)
CURVE, TOTAL = an_element("c", "heading", "HHF", box=THERE), an_element("t", "text", "12 €", box=HERE)


def changed(one: Element, name: str) -> ElementChange:
    return ElementChange(one, one.model_copy(update={"name": name}), (f"text “{one.name}” → “{name}”",))


CHANGE = FrameDiff(
    added=(CURVE, TOTAL), changed=(changed(CURVE, "-HH"), changed(TOTAL, "14 €")), removed=(CURVE, TOTAL)
)


def told(*boxes: Box, kept: int = 2) -> FrameDiff:
    frames = [a_frame("s", 0), a_frame("s", 900, changed_boxes=boxes)]
    every = [a_frame("s", 0), *(a_frame("s", 300 + n) for n in range(kept - 2)), frames[1]]
    return where_it_changed([FrameDiff(), CHANGE], frames, ids(every))[1]


def ids(frames: list[FrameRef]) -> list[str]:
    return [frame.id for frame in frames]


def test_what_lies_where_nothing_changed_is_not_told() -> None:
    left = told(HERE)
    assert (left.added, left.removed) == ((TOTAL,), (TOTAL,))
    assert [c.after.name for c in left.changed] == ["14 €"]


def test_a_state_is_told_wherever_it_is() -> None:
    button = an_element("b", "button", "Save", box=THERE)
    off = ElementChange(button, button.model_copy(update={"state": ("disabled",)}), ("now disabled",))
    frames = [a_frame("s", 0), a_frame("s", 900, changed_boxes=(HERE,))]
    assert where_it_changed([FrameDiff(), FrameDiff(changed=(off,))], frames, ids(frames))[1].changed == (off,)


def test_right_beside_a_changed_box_counts() -> None:
    assert told(Box(x=0.305, y=0.1, width=0.01, height=0.05)).added == (TOTAL,)


def test_without_boxes_and_with_too_many_everything_is_told() -> None:
    assert told() == CHANGE
    assert told(*[HERE] * 16) == CHANGE


def test_where_the_frame_before_was_removed_everything_is_told() -> None:
    assert told(HERE, kept=3) == CHANGE
