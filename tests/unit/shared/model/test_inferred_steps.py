"""What was done between two states: what the change tells, and no more than that."""

import pytest

from shared.model.diff import FrameDiff, diff
from shared.model.evidence import Box, Element
from shared.model.steps import Step, steps
from tests.samples import an_element

SAVE = an_element("b", "button", "Save", box=Box(x=0.4, y=0.4, width=0.2, height=0.1))
ON_SAVE = (0.5, 0.45)
DIALOG = an_element("d", "dialog", "Delete this order?")


def after(before: Element | list[Element], now: Element | list[Element], **more: object) -> list[Step]:
    """The steps between two states of elements with ids of their own."""
    one, other = (e if isinstance(e, list) else [e] for e in (before, now))
    known = {"reason": "settled", **more}
    return steps(one, diff(one, other), **known)


def turned(role: str, name: str, before: tuple[str, ...], now: tuple[str, ...]) -> str | None:
    """What one element's change of state is taken for."""
    one = an_element("e", role, name, state=before)
    found = after(one, one.model_copy(update={"state": now}))
    assert len(found) <= 1
    return found[0].what if found and "do not show" not in found[0].what else None


def written(before: str | None, now: str | None, role: str = "textbox") -> str:
    one = an_element("e", role, "Name", value=before)
    [step] = after(one, one.model_copy(update={"value": now}))
    return step.what


def test_where_nothing_changed_nothing_was_done() -> None:
    assert after(SAVE, SAVE) == []
    assert after(SAVE, SAVE, pointer=ON_SAVE) == []
    assert after([], []) == []


def test_a_scroll_is_a_scroll_whatever_came_into_sight() -> None:
    came = an_element("n", "alert", "Saved")
    [step] = after([SAVE], [came], reason="scroll", pointer=ON_SAVE)
    assert step.what == "scroll"
    assert after(SAVE, SAVE, reason="scroll")[0].what == "scroll"


@pytest.mark.parametrize(
    ("before", "now", "what"),
    [
        (None, "Ann", "type “Ann” into “Name”"),
        ("Ann", "Anna", "type “Anna” into “Name”"),
        ("Ann", None, "clear “Name”"),
        ("Ann", "", "clear “Name”"),
        ("Ann", "••••", "type into “Name” (what was typed is hidden)"),
        (None, "[masked password]", "type into “Name” (what was typed is hidden)"),
    ],
)
def test_what_was_typed_is_told_unless_it_is_hidden(before: str | None, now: str | None, what: str) -> None:
    assert written(before, now) == what
    assert written(before, now, "searchbox") == what


def test_a_value_that_reads_the_same_was_not_typed() -> None:
    one = an_element("e", "textbox", "Name", value="Ann  Lee")
    assert after(one, one.model_copy(update={"value": "annlee"})) == []


def test_something_is_chosen_in_a_list() -> None:
    assert written("Bonn", "Köln", "combobox") == "choose “Köln” in “Name”"


@pytest.mark.parametrize(
    ("role", "before", "now", "what"),
    [
        ("checkbox", (), ("checked",), "tick “X”"),
        ("checkbox", ("checked",), (), "untick “X”"),
        ("menuitemcheckbox", (), ("checked",), "tick “X”"),
        ("switch", (), ("checked",), "switch on “X”"),
        ("switch", ("checked",), (), "switch off “X”"),
        ("radio", (), ("checked",), "choose “X”"),
        ("option", (), ("checked",), "choose “X”"),
        ("radio", ("checked",), (), None),  # another one was chosen
        ("tab", (), ("selected",), "open the tab “X”"),
        ("tab", ("selected",), (), None),
        ("button", ("collapsed",), ("expanded",), "open “X”"),
        ("button", ("expanded",), ("collapsed",), "close “X”"),
        ("button", (), ("collapsed",), None),  # it was merely read for the first time
        ("button", (), ("pressed",), "press “X”"),
        ("link", (), ("focused",), "press “X”"),
        ("textbox", (), ("focused",), None),
        ("button", ("disabled",), (), None),
        ("checkbox", (), ("disabled",), None),
    ],
)
def test_what_a_change_of_state_tells(
    role: str, before: tuple[str, ...], now: tuple[str, ...], what: str | None
) -> None:
    assert turned(role, "X", before, now) == what


def test_of_two_radios_the_one_that_was_chosen_is_told() -> None:
    one, other = an_element("1", "radio", "Standard", state=("checked",)), an_element("2", "radio", "Express")
    now = [one.model_copy(update={"state": ()}), other.model_copy(update={"state": ("checked",)})]
    assert [step.what for step in after([one, other], now)] == ["choose “Express”"]


def test_several_things_that_were_done_are_told_one_by_one() -> None:
    name, terms = an_element("1", "textbox", "Name"), an_element("2", "checkbox", "Terms")
    now = [name.model_copy(update={"value": "Ann"}), terms.model_copy(update={"state": ("checked",)})]
    assert [step.what for step in after([name, terms], now)] == ["type “Ann” into “Name”", "tick “Terms”"]


def test_what_has_no_name_is_said_to_have_none() -> None:
    assert turned("checkbox", "", (), ("checked",)) == "tick (without a name)"


# What came up


def test_under_the_mouse_a_button_was_probably_pressed() -> None:
    [step] = after([SAVE], [SAVE, DIALOG], pointer=ON_SAVE)
    assert step.what == "press “Save”"
    assert "the dialog “Delete this order?” came up" in step.evidence
    assert step.confidence < 0.75


def test_of_things_under_the_mouse_the_smallest_one_was_pressed() -> None:
    card = an_element("c", "link", "Order 7", box=Box(x=0.0, y=0.0, width=1.0, height=1.0))
    text = an_element("t", "text", "7", box=Box(x=0.49, y=0.44, width=0.02, height=0.02))
    icon = an_element("i", "button", "", box=Box(x=0.49, y=0.44, width=0.02, height=0.02))
    [step] = after([card, SAVE, text, icon], [card, SAVE, text, icon, DIALOG], pointer=ON_SAVE)
    assert step.what == "press “Save”"


def test_what_was_pressed_was_there_before() -> None:
    """A button of the dialog that came up under the mouse was not pressed."""
    [step] = after([], [DIALOG, SAVE], pointer=ON_SAVE)
    assert "do not show" in step.what


def test_a_mouse_that_did_not_move_waited() -> None:
    [step] = after([SAVE], [SAVE, DIALOG], pointer=ON_SAVE, rested=True)
    assert step.what == "wait, or press “Save” again"
    [elsewhere] = after([SAVE], [SAVE, DIALOG], pointer=(0.05, 0.95), rested=True)
    assert "do not show" in elsewhere.what


@pytest.mark.parametrize("role", ["dialog", "alertdialog", "menu", "alert", "status", "tooltip"])
def test_what_came_up_without_a_cause_is_told_as_such(role: str) -> None:
    came = an_element("n", role, "Saved")
    [step] = after([SAVE], [SAVE, came])
    assert (step.what, step.evidence) == ("something that the pixels do not show", f"the {role} “Saved” came up")
    assert step.confidence < 0.5


def test_a_dialog_speaks_before_a_message() -> None:
    [step] = after([], [an_element("1", "status", "Saved"), DIALOG])
    assert "the dialog" in step.evidence


def test_a_dialog_that_is_gone_was_closed() -> None:
    [step] = after([SAVE, DIALOG], [SAVE])
    assert (step.what, step.confidence >= 0.75) == ("close the dialog “Delete this order?”", True)


def test_what_is_there_no_more_may_have_gone_by_any_cause() -> None:
    [step] = after([SAVE, an_element("t", "text", "3 open")], [SAVE])
    assert "a click, a key, or the page by itself" in step.what
    assert step.evidence == "elements: 1 removed"


def test_changes_are_counted_where_they_tell_no_more() -> None:
    text = an_element("t", "text", "3 open")
    now = [text.model_copy(update={"name": "2 open"}), an_element("n", "text", "Sent")]
    [step] = after([text, SAVE], now)
    assert step.evidence == "elements: 1 added, 1 changed, 1 removed"


def test_what_came_up_without_a_name_is_not_named() -> None:
    [step] = after([], [an_element("d", "dialog", "")])
    assert step.evidence == "elements: 1 added"


def test_every_step_has_its_evidence_and_a_confidence() -> None:
    changes = [
        (FrameDiff(), "scroll"), (FrameDiff(added=(DIALOG,)), "settled"), (FrameDiff(removed=(DIALOG,)), "settled"),
        (diff([SAVE], [SAVE.model_copy(update={"state": ("focused",)})]), "settled"),
    ]  # fmt: skip
    for change, reason in changes:
        for pointer in (None, ON_SAVE, (-1.0, 2.0)):
            for step in steps([SAVE], change, reason, pointer):
                assert step.what
                assert step.evidence
                assert 0 < step.confidence < 1


def placed(id_: str, role: str, name: str, x: float) -> Element:
    return an_element(id_, role, name, box=Box(x=x, y=0.42, width=0.1, height=0.02))


def test_a_text_that_the_mouse_moved_to_was_pressed_with_less_certainty() -> None:
    tab = placed("t", "text", "Drafts", 0.45)
    [step] = after([tab], [tab, an_element("n", "cell", "2047")], pointer=(0.5, 0.43))
    assert step.what == "press “Drafts”"
    assert step.confidence < 0.6
    [step] = after([tab], [tab, an_element("n", "cell", "2047")], pointer=(0.5, 0.43), rested=True)
    assert step.what == "wait"


def test_between_the_cells_of_a_table_its_row_was_pressed() -> None:
    row = [
        placed("c", "cell", "2044", 0.1),
        placed("d", "cell", "Tom Beckett", 0.3),
        placed("e", "cell", "640", 0.8),
    ]
    opened = an_element("n", "heading", "Invoice 2044")
    [step] = after(row, [opened], pointer=(0.6, 0.435))
    assert step.what == "press the row of “2044”, “Tom Beckett”"
    assert "press" not in after(row, [opened], pointer=(0.6, 0.6))[0].what


def test_a_long_text_under_the_mouse_was_not_pressed() -> None:
    story = placed("s", "text", "Once there was a hen who lived in a shed behind the house of a clockmaker.", 0.45)
    [step] = after([story], [story, an_element("n", "cell", "1")], pointer=(0.5, 0.43))
    assert "do not show" in step.what
