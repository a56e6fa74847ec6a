"""Boxes in order: menus that came up, tables, and stacks such as an accordion."""

from itertools import pairwise
from typing import Any

import pytest

from services.analysis.vision.grids import cells, grids, stacks, tables
from services.analysis.vision.lines import TextLine
from services.analysis.vision.menus import menus
from services.analysis.vision.regions import Rect
from services.analysis.vision.scene import Finding, Scene
from services.analysis.vision.shapes import Shape
from tests.unit.services.analysis.vision.parts import draft, line, scene, shape

MENU = (100, 100, 300, 270)
WORDS = ("Rename", "Duplicate", "Archive", "Delete")


def items(*words: str, step: int = 36, x: int = 116) -> list[TextLine]:
    return [line(text, x, 115 + step * n) for n, text in enumerate(words)]


def opened(lines: list[TextLine], *, place: tuple[int, int, int, int] = MENU, **fields: Any) -> Scene:
    return scene(lines, [shape(place)], **{"changed": (Rect(*place),), **fields})


def named(found: list[Finding]) -> list[str]:
    return [finding.draft.name for finding in found]


def in_menu(seen: Scene) -> list[str]:
    return list(dict.fromkeys(named(list(menus(seen)))))


def test_a_box_that_came_up_with_a_list_of_words_is_a_menu() -> None:
    found = list(menus(opened(items(*WORDS))))
    assert named(found)[:4] == list(WORDS)
    assert {finding.draft.role for finding in found} == {"menuitem"}
    rects = [finding.draft.rect for finding in found[:4]]
    assert all((rect.x0, rect.x1, rect.height) == (100, 300, 36) for rect in rects)
    assert all(a.y1 == b.y0 for a, b in pairwise(rects))


def test_the_keys_on_the_right_are_no_items() -> None:
    keys = [line(f"Ctrl+{n}", 230, 115 + 36 * n) for n in range(4)]
    assert in_menu(opened([*items(*WORDS), *keys])) == list(WORDS)


def test_what_was_there_before_is_no_menu() -> None:
    assert in_menu(opened(items(*WORDS), changed=())) == []
    assert in_menu(opened(items(*WORDS), changed=(Rect(100, 100, 300, 140),))) == []
    assert in_menu(opened(items(*WORDS), before=(draft("list", "", MENU),))) == []


def test_words_that_were_on_the_screen_moved_here() -> None:
    before = tuple(draft("link", text, (600, 100 + 40 * n, 700, 120 + 40 * n)) for n, text in enumerate(WORDS))
    assert in_menu(opened(items(*WORDS), before=before)) == []
    assert in_menu(opened(items(*WORDS), before=before[:1])) == list(WORDS)


@pytest.mark.parametrize(
    "lines",
    [
        items("Rename"),
        items(*WORDS, step=18),
        [line("Rename", 116, 115), line("Copy", 150, 151), line("Delete", 116, 187)],
        [line("Rename", 116, 115), line("Copy", 116, 151, font_px=24), line("Delete", 116, 187)],
        [line("Rename", 116, 115), line("Copy", 116, 141), line("Delete", 116, 230)],
        items("Rename", "A sentence that is far too long to be an item"),
        [],
    ],
    ids=["one word", "lines of a text", "indented", "a headline", "far apart", "a sentence", "nothing"],
)
def test_other_lists_are_no_menus(lines: list[TextLine]) -> None:
    assert in_menu(opened(lines)) == []


def test_a_wide_box_is_a_panel() -> None:
    assert in_menu(opened(items(*WORDS), place=(100, 100, 700, 270))) == []


def test_cells_of_a_table_are_no_menu() -> None:
    assert in_menu(opened(items(*WORDS), cells=frozenset({Rect(*MENU)}))) == []


def test_lines_between_items_may_cut_a_menu_into_boxes() -> None:
    """Two boxes of one width on top of each other are one menu."""
    halves = [shape((100, 100, 300, 172)), shape((100, 172, 300, 244))]
    seen = scene(items(*WORDS), halves, changed=(Rect(100, 100, 300, 244),))
    assert in_menu(seen) == list(WORDS)


# Tables


def table(rows: int = 3, columns: int = 3, *, gap: int = 1) -> list[Shape]:
    return [
        shape((100 + 121 * c, 100 + (30 + gap) * r, 220 + 121 * c, 130 + (30 + gap) * r))
        for r in range(rows)
        for c in range(columns)
    ]


def test_boxes_edge_to_edge_are_a_table() -> None:
    [found] = tables(scene(shapes=table()))
    assert (found.draft.role, found.draft.rect) == ("table", Rect(100, 100, 462, 192))


def test_two_tables_are_two() -> None:
    other = [
        shape((each.rect.x0 + 600, each.rect.y0 + 300, each.rect.x1 + 600, each.rect.y1 + 300)) for each in table()
    ]
    assert len(list(tables(scene(shapes=[*table(), *other])))) == 2
    assert sorted(len(group) for group in grids([*table(), *reversed(other)])) == [9, 9]


@pytest.mark.parametrize(
    "shapes",
    [[], table(1, 4), table(4, 1), table(2, 2)[:3], table(3, 3, gap=20)],
    ids=["nothing", "a row", "a column", "three boxes", "far apart"],
)
def test_what_is_no_grid(shapes: list[Shape]) -> None:
    assert [group for group in grids(shapes) if len(group) == len(shapes)] == []


def test_the_order_of_the_boxes_does_not_matter() -> None:
    boxes = table()
    shuffled = [boxes[n] for n in (4, 0, 8, 2, 6, 1, 7, 3, 5)]
    assert {each.rect for group in grids(shuffled) for each in group} == {each.rect for each in boxes}


def test_heads_of_an_accordion_are_a_stack_and_no_fields() -> None:
    heads = [shape((100, 100 + 48 * n, 500, 147 + 48 * n)) for n in range(3)]
    alone = shape((100, 600, 500, 640))
    assert stacks([*heads, alone]) == [Rect(100, 100, 500, 243)]
    assert cells([*heads, alone]) == {head.rect for head in heads}
    assert stacks([]) == []
    assert cells([]) == frozenset()


def test_boxes_of_other_widths_are_no_stack() -> None:
    assert stacks([shape((100, 100, 500, 140)), shape((100, 140, 400, 180))]) == []
    assert stacks([shape((100, 100, 500, 140)), shape((100, 160, 500, 200))]) == []


def test_cells_are_those_of_tables_and_stacks() -> None:
    assert cells(table()) == {each.rect for each in table()}
