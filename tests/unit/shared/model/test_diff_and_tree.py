"""Differences between frames, and frames as trees: nothing lost, nothing twice."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.diff import FrameDiff, diff, differences, diffs, legible
from shared.model.evidence import Box, Element, FrameElements
from shared.model.tree import CONTAINERS, TreeNode, area, contains, overlap, tree
from tests.samples import an_element

BUTTON = an_element("b", "button", "Save")

fractions = st.floats(0, 1, allow_nan=False).map(lambda value: round(value, 3))
boxes = st.builds(Box, x=fractions, y=fractions, width=fractions, height=fractions)
elements = st.builds(
    an_element,
    st.sampled_from("abcdefgh"),
    st.sampled_from(["button", "text", "form", "dialog", "list"]),
    st.sampled_from(["Save", "save ", "Delete", ""]),
    box=boxes,
    state=st.sampled_from([(), ("checked",), ("disabled", "focused")]),
    value=st.sampled_from([None, "", "x"]),
)
frames = st.lists(elements, max_size=8, unique_by=lambda element: element.id)


def nodes(roots: Sequence[TreeNode]) -> Iterator[TreeNode]:
    for node in roots:
        yield node
        yield from nodes(node.children)


@given(frames, frames)
def test_a_difference_accounts_for_every_element(before: list[Element], after: list[Element]) -> None:
    change = diff(before, after)
    old, new = {e.id for e in before}, {e.id for e in after}
    assert {e.id for e in change.added} == new - old
    assert {e.id for e in change.removed} == old - new
    assert {c.after.id for c in change.changed} <= old & new
    back = diff(after, before)
    assert (back.added, back.removed) == (change.removed, change.added)
    assert len(back.changed) == len(change.changed)


@given(frames)
def test_nothing_differs_from_itself(frame: list[Element]) -> None:
    assert diff(frame, frame).empty


@pytest.mark.parametrize(
    ("update", "words"),
    [
        ({"name": "Saved"}, ["text “Save” → “Saved”"]),
        ({"value": "x"}, ["value “” → “x”"]),
        ({"state": ("disabled",)}, ["now disabled"]),
        ({"name": "Off", "state": ("checked",)}, ["text “Save” → “Off”", "now checked"]),
        ({"name": "  SAVE "}, []),
        ({"name": "S a v e!"}, []),
        ({"value": ""}, []),
        ({"box": Box(x=0.9, y=0.9, width=0.1, height=0.1)}, []),
        ({"confidence": 0.2, "source": "both", "locator": "x", "role": "link"}, []),
    ],
)
def test_what_counts_as_a_change(update: dict[str, object], words: list[str]) -> None:
    assert list(differences(BUTTON, BUTTON.model_copy(update=update))) == words


def test_a_state_that_goes_is_a_change() -> None:
    checked = BUTTON.model_copy(update={"state": ("checked",)})
    assert differences(checked, BUTTON) == ("no longer checked",)


def test_that_something_is_collapsed_is_a_change_only_beside_its_being_expanded() -> None:
    collapsed, expanded = (BUTTON.model_copy(update={"state": (state,)}) for state in ("collapsed", "expanded"))
    assert differences(BUTTON, collapsed) == differences(collapsed, BUTTON) == ()
    assert differences(collapsed, expanded) == ("now expanded", "no longer collapsed")


@given(st.text())
def test_spacing_is_not_legible(text: str) -> None:
    assert legible(" ".join(text)) == legible(" ".join(text).replace(" ", ""))
    assert not any(ch.isspace() for ch in legible(text))


def test_signs_that_carry_meaning_stay_legible() -> None:
    assert legible("-5 %") != legible("5 %")
    assert legible("€ 5.00") == "€5.00"
    assert legible("ﬁne") == legible("FINE")


def test_the_first_frame_adds_nothing() -> None:
    one, two = FrameElements(frame_id="1", elements=(BUTTON,)), FrameElements(frame_id="2", elements=())
    assert diffs([one, two]) == [FrameDiff(), FrameDiff(removed=(BUTTON,))]
    assert diffs([]) == []


@given(frames, frames)
def test_a_tree_holds_every_element_once(before: list[Element], after: list[Element]) -> None:
    change = diff(before, after)
    found = list(nodes(tree(after, change)))
    assert sorted(node.element.id for node in found) == sorted([e.id for e in (*after, *change.removed)])
    for node in found:
        for child in node.children:
            assert node.element.role in CONTAINERS
            assert node.diff_status != "removed"
            assert contains(node.element.box, child.element.box)
            assert area(node.element.box) > area(child.element.box)
    marks = {node.element.id: node.diff_status for node in found}
    assert all(marks[e.id] == "added" for e in change.added)
    assert all(marks[e.id] == "removed" for e in change.removed)
    assert all(marks[c.after.id] == "changed" for c in change.changed)


def test_what_lies_inside_hangs_below_the_smallest_container() -> None:
    page = an_element("p", "main", "", box=Box(x=0, y=0, width=1, height=1))
    dialog = an_element("d", "dialog", "Sure?", box=Box(x=0.2, y=0.2, width=0.5, height=0.5))
    ok = an_element("o", "button", "OK", box=Box(x=0.3, y=0.4, width=0.1, height=0.05))
    aside = an_element("a", "link", "Help", box=Box(x=0.9, y=0.9, width=0.05, height=0.05))
    [root] = tree([ok, aside, dialog, page], FrameDiff())
    assert [child.element.id for child in root.children] == ["d", "a"]
    assert [child.element.id for child in root.children[0].children] == ["o"]


@given(boxes, boxes)
def test_overlap_is_mutual_and_never_more_than_either(one: Box, other: Box) -> None:
    shared = overlap(one, other)
    assert shared == overlap(other, one)
    assert 0 <= shared <= min(area(one), area(other)) + 1e-9
    assert contains(one, one)
