"""Texts made harmless, and everything a prompt can say."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.prompter.build import most_telling
from services.prompter.changes import change_lines, described, tree_lines
from services.prompter.words import clean, clean_block, clock, place, quoted, region
from shared.model.analysis import Analysis
from shared.model.diff import diffs
from shared.model.evidence import Box, FrameElements
from shared.model.tree import tree
from tests.samples import a_frame, an_element
from tests.unit.services.prompter.material import FRAMES, SESSION_ID, analysis, made, session


@given(st.text(max_size=400), st.integers(2, 200))
def test_clean_text_is_one_short_visible_line(text: str, limit: int) -> None:
    line = clean(text, limit)
    assert len(line) <= limit
    assert line == line.strip()
    assert "  " not in line
    assert all(unicodedata.category(ch) not in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"} for ch in line)
    assert clean(line, limit) == line


@given(st.text(max_size=200))
def test_quoted_text_cannot_end_its_quotes(text: str) -> None:
    assert json.loads(quoted(text)) == clean(text)


@given(st.text(max_size=200))
def test_a_block_keeps_its_lines_and_nothing_hidden(text: str) -> None:
    block = clean_block(text)
    assert len(block.splitlines()) <= max(1, len(text.splitlines()))
    assert all(ch == "\n" or unicodedata.category(ch) not in {"Cc", "Cf", "Zl", "Zp"} for ch in block)


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "00:00.000"),
        (999.6, "00:01.000"),
        (61_001.4, "01:01.001"),
        (3_600_000, "60:00.000"),
        (7_199_999, "119:59.999"),
    ],
)
def test_video_time(ms: float, text: str) -> None:
    assert clock(ms) == text


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ((0, 0, 0.1, 0.1), "top left"),
        ((0.4, 0.4, 0.2, 0.2), "middle centre"),
        ((0.9, 0.9, 0.1, 0.1), "bottom right"),
    ],
)
def test_places(box: tuple[float, float, float, float], words: str) -> None:
    x, y, width, height = box
    assert place(Box(x=x, y=y, width=width, height=height)) == words


def test_regions() -> None:
    small = Box(x=0.9, y=0.0, width=0.05, height=0.05)
    assert region([]) == ""
    assert region([small]) == "under 1% of the screen, top right"
    assert region([Box(x=0, y=0, width=0.5, height=0.5)]) == "25% of the screen, top left"
    assert region([Box(x=0, y=0, width=1, height=0.7)]) == "most of the screen"


def test_elements_in_words() -> None:
    assert described(an_element("1", "button", 'Say "hi"')) == 'button "Say \\"hi\\""'
    field = an_element("2", "textbox", "", value="x", state=("focused", "invalid"))
    assert described(field) == 'textbox = "x" [focused, invalid]'
    assert described(an_element("3", "but\nton" + "x" * 90, "n")) == f'but ton{"x" * 32}… "n"'


def test_changes_come_in_an_order_that_helps() -> None:
    change = diffs(analysis().frames)[1]
    assert change_lines(change) == [
        'changed  button "Save": no longer disabled',
        'added    alert "Name is required"',
    ]


def test_a_tree_can_be_cut_down_to_what_changed() -> None:
    frames = analysis().frames
    change = diffs(frames)[1]
    roots = tree(frames[1].elements, change)
    whole, changed = tree_lines(roots), tree_lines(roots, only_changes=True)
    assert len(whole) == 5
    assert changed == [
        '- form "Profile"', '  - button "Save"  (changed)', '  - alert "Name is required"  (added)',
    ]  # fmt: skip
    assert tree_lines([]) == []


def test_states_have_labels_times_and_reasons() -> None:
    first, second, third = made().states
    assert (first.label, first.time, first.until, first.why) == ("S1", "00:00.000", "00:01.450", "first state")
    assert (second.why, second.where, third.until) == ("came to rest", "most of the screen", "the end")
    returning = (*FRAMES[:2], FRAMES[2].model_copy(update={"returns_to": FRAMES[0].id, "reason": "unheard of"}))
    last = made(frames=returning).states[2]
    assert (last.returns_to, last.why) == ("S1", "unheard of")
    assert made(frames=returning[1:]).states[1].returns_to is None  # what is not shown is not spoken of


def test_rows_are_what_changed_and_what_one_can_act_on() -> None:
    rows = {row.name: row for row in made().rows}
    assert list(rows) == ['"Name is required"', '"Save"', '"Name"']  # what speaks first, what stayed as it was last
    assert (rows['"Name"'].states, rows['"Name is required"'].states) == ("S1-S3", "S2-S3")
    assert (rows['"Name"'].source, rows['"Save"'].source) == ("seen, and in the page", "seen")


def test_what_could_not_be_seen_is_said() -> None:
    unseen = "\n".join(made(of=session(note="the tail is damaged")).unseen)
    assert "the tail is damaged" in unseen
    assert 'Elements marked "seen" alone' in unseen
    assert "1 of 3 screenshots are embedded" in unseen
    nothing_opened = Analysis(frames=analysis().frames)
    assert "The live page was not inspected" in "\n".join(made(evidence=nothing_opened).unseen)


def test_long_evidence_is_cut_and_says_so() -> None:
    many = tuple(
        an_element(f"e{n}", "text", f"Line {n}", box=Box(x=0, y=n / 999, width=1, height=0.001)) for n in range(900)
    )
    frames = (
        FrameElements(frame_id=FRAMES[0].id, elements=()),
        FrameElements(frame_id=FRAMES[1].id, elements=many),
    )
    brief = made(evidence=Analysis(frames=frames), frames=FRAMES[:2], include_raw_diff=True)
    [group] = brief.states[1].changes
    assert group.startswith('added    900 x text: "Line 0", "Line 1"')
    assert group.endswith("and 892 more")
    assert (len(brief.raw), len(brief.rows)) == (400, 0)
    turned = made(evidence=Analysis(frames=frames), frames=FRAMES[1:2])
    assert len(turned.states[0].tree) == 80
    assert turned.states[0].tree[-1] == "… and 821 more"


def test_the_most_telling_frames_are_first_last_and_those_that_changed_most() -> None:
    frames = [
        a_frame(SESSION_ID, 100.0 * n, changed_boxes=(Box(x=0, y=0, width=n % 5 / 5, height=0.5),))
        for n in range(20)
    ]
    chosen = most_telling(frames, Analysis(), 5)
    assert len(chosen) == 5
    assert (chosen[0], chosen[-1]) == (frames[0], frames[-1])
    assert {frame.timestamp % 500 for frame in chosen[1:-1]} == {400.0}
    assert [frame.timestamp for frame in chosen] == sorted(frame.timestamp for frame in chosen)
    assert most_telling(frames[:3], Analysis(), 5) == frames[:3]
    assert most_telling(frames, Analysis(), 0) == []
