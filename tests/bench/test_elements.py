"""What must be found on pages that no rule was tuned on; `make bench-elements` prints the whole table."""

import functools
import statistics

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from services.analysis.vision import FrameInput, LocalVision
from shared.model.evidence import Box
from tests.bench.elements.measure import browser, measured, pages
from tests.bench.elements.report import text
from tests.bench.elements.score import Score

ALL_F1 = 0.80  # of all elements, after the merge
ACTED_ON_F1 = 0.85  # buttons, fields and links, where the page can be opened
CHARACTER_ERRORS = 0.04
DIFFERENCES_F1 = 0.64  # measured: 0.69. The aim is 0.85: see docs/elements.md
LOCATORS = 0.94  # measured: 0.953; the aim is 0.95
# Ten dense states that each change a tenth, against the first alone. Measured: 2.3 to 2.8. The aim is 1.6
TIMES_FIRST_FRAME = 4.0

pytestmark = [pytest.mark.bench, pytest.mark.browser, pytest.mark.timeout(900)]


@functools.lru_cache(maxsize=1)
def reported() -> tuple[Score, Score]:
    vision = LocalVision()
    with browser() as chromium:
        results = [measured(told, chromium, vision) for told in pages("reported")]
    print("\n" + text({"reported": results}))
    return sum((r.alone for r in results), Score()), sum((r.merged for r in results), Score())


def test_elements_are_found_in_their_roles_and_places() -> None:
    _, merged = reported()
    assert merged.states_seen == merged.states
    assert merged.elements.f1 >= ALL_F1
    for role in ("button", "textbox", "link"):
        assert merged.roles[role].f1 >= ACTED_ON_F1, role


def test_texts_are_read_right() -> None:
    assert reported()[0].cer <= CHARACTER_ERRORS


def test_differences_are_real() -> None:
    assert reported()[1].changes.f1 >= DIFFERENCES_F1


def test_locators_find_one_element_and_the_right_one() -> None:
    merged = reported()[1]
    assert merged.locators_right >= LOCATORS * merged.locators


def test_ten_states_cost_little_more_than_the_first_frame() -> None:
    """Each state changes another tenth of the screen. The median of three rounds; the models are loaded before."""
    vision = LocalVision()
    vision.warm_up()
    ratios = []
    for round_ in range(3):
        frames = [_state(number, round_) for number in range(10)]
        times = [sight.elements.ocr_ms for sight in vision.read(frames)]
        ratios.append(sum(times) / times[0])
    print(f"\nten states: {statistics.median(ratios):.2f} times the first frame")
    assert statistics.median(ratios) <= TIMES_FIRST_FRAME


def _state(number: int, seed: int) -> FrameInput:
    """A page of ten bands with texts; in state n one more band has other words."""
    image = Image.new("RGB", (1280, 720), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(17)
    for band in range(10):
        version = 1 if 0 < band <= number else 0
        for column in range(4):
            for row in range(2):
                which = (band * 7 + column * 3 + row + version * 5 + seed) % len(_WORD)
                words = f"{_WORD[which]} {band}{column}{row}{version}"
                draw.text((40 + 310 * column, 14 + 72 * band + 30 * row), words, fill="black", font=font)
    changed = (Box(x=0.0, y=number / 10, width=1.0, height=0.1),) if number else ()
    return FrameInput(f"f{number}", np.asarray(image), changed)


_WORD = ("Orders shipped", "Open invoices", "Customer notes", "Payment due", "Storage used", "Active members",
         "Latest release", "Failed checks", "Pending review", "Weekly report", "Support tickets")  # fmt: skip
