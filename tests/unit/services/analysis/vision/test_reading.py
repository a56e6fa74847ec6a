"""What of a frame is read again: what changed, in whole lines, in few windows, and nothing beside it."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from services.analysis.vision.lines import TextLine
from services.analysis.vision.ocr import Image, Ocr, Reading
from services.analysis.vision.reading import ENLARGED_TO, plan, read_regions
from services.analysis.vision.regions import Rect, grouped
from tests.unit.services.analysis.vision.parts import line

WIDTH, HEIGHT = 1200, 800
PITCH = 24  # pixels from line to line: less than two margins


class Finder(Ocr):
    """Finds every dark block as a line of text, and says where its middle is; no model."""

    def __init__(self) -> None:
        super().__init__(1)
        self.windows: list[tuple[int, int]] = []  # width and height of what was searched
        self.crops = 0

    def find(self, image: Image) -> list[Rect]:
        self.windows.append((image.shape[1], image.shape[0]))
        dark = (image.max(axis=2) < 128).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(dark)
        return [Rect(x, y, x + w, y + h) for x, y, w, h, _ in stats[1:].tolist()]

    def read(self, crops: Sequence[Image]) -> list[Reading]:
        self.crops += len(crops)
        return [Reading(f"line {crop.shape[1]}", 0.99) for crop in crops]


def drawn(*rects: Rect) -> Image:
    image = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    for x0, y0, x1, y1 in rects:
        image[y0:y1, x0:x1] = 20
    return image


def lines(*rects: Rect) -> tuple[TextLine, ...]:
    return tuple(replace(line("known", 0, 0), rect=rect) for rect in rects)


COLUMN = [Rect(100, 40 + PITCH * n, 300, 52 + PITCH * n) for n in range(20)]


def test_the_first_frame_is_read_whole() -> None:
    assert plan(drawn(), None, ()) == (Rect(0, 0, WIDTH, HEIGHT),)


def test_of_a_dense_column_only_the_line_that_changed_is_read() -> None:
    page = drawn(*COLUMN)
    [region] = plan(page, (page, lines(*COLUMN)), [COLUMN[5]])
    assert region.y0 > COLUMN[4].y1
    assert region.y1 < COLUMN[6].y0
    finder = Finder()
    kept = [rect for rect in COLUMN if rect != COLUMN[5]]
    [read] = read_regions(finder, page, [region], kept, ())
    assert abs(read.rect.cy - COLUMN[5].cy) <= 1
    assert finder.crops == 1  # its neighbours lie in the margin, and are known


def test_a_changed_word_is_read_with_its_line() -> None:
    page = drawn(*COLUMN)
    word = Rect(260, 160, 300, 172)
    [region] = plan(page, (page, lines(*COLUMN)), [word])
    assert region.x0 <= COLUMN[5].x0


def test_a_line_whose_pixels_changed_is_read_though_nobody_said_so() -> None:
    before = drawn(*COLUMN)
    after = before.copy()
    after[COLUMN[3].y0 : COLUMN[3].y1, 150:200] = 255
    [region] = plan(after, (before, lines(*COLUMN)), ())
    assert region.y0 <= COLUMN[3].y0 < COLUMN[3].y1 <= region.y1


def test_a_new_line_longer_than_what_changed_is_found_whole() -> None:
    long = Rect(100, 300, 700, 312)
    [read] = read_regions(Finder(), drawn(long), [Rect(100, 295, 400, 317)], (), ())
    assert read.rect == long


def test_many_small_changes_are_searched_in_few_windows() -> None:
    """Starting the detector costs as much as a strip of pixels."""
    page = drawn(*COLUMN)
    finder = Finder()
    read = read_regions(finder, page, COLUMN, (), ())
    assert len(read) == len(COLUMN)
    assert len(finder.windows) == 1


def test_no_window_is_enlarged_to_more_than_the_detector_is_given() -> None:
    finder = Finder()
    for height in (30, 100, 300, 700):
        read_regions(finder, drawn(), [Rect(0, 100, WIDTH, 100 + height)], (), ())
    enlarged = [width * height for width, height in finder.windows if width > WIDTH]
    assert len(enlarged) == 2  # the low ones
    assert max(enlarged) <= 1.02 * ENLARGED_TO


def test_windows_become_one_where_that_costs_less_than_another_run() -> None:
    near, far = Rect(0, 0, 100, 20), Rect(0, 700, 100, 720)
    assert grouped([near, Rect(0, 30, 100, 50)], 2000) == [Rect(0, 0, 100, 50)]
    assert grouped([near, far], 2000) == [near, far]
    assert grouped([], 2000) == []
