"""Boxes to tick, radios and switches are told from letters, discs and buttons by how they are drawn."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from services.analysis.vision.controls import Control, find_controls
from services.analysis.vision.ocr import Image
from services.analysis.vision.regions import Rect, similarity
from services.analysis.vision.shapes import edges

Pen = Callable[[ImageDraw.ImageDraw], None]
FINE = 4  # drawn larger, so that lines are as soft as a browser's
BLUE, GREY, LIGHT = "#1a66d9", "#767676", "#bbbbbb"
PLACE = (60, 40)


def drawn(*pens: Pen, ground: str = "white") -> Image:
    image = Pillow.new("RGB", (200 * FINE, 100 * FINE), ground)
    draw = ImageDraw.Draw(image)
    for pen in pens:
        pen(draw)
    return np.asarray(image.resize((200, 100), Pillow.Resampling.BOX))


def noisy(image: Image) -> Image:
    noise = np.random.default_rng(3).integers(-2, 3, image.shape)
    return np.clip(image.astype(np.int16) + noise, 0, 255).astype(np.uint8)


def found(image: Image, known: Sequence[Control] = ()) -> list[tuple[str, bool]]:
    return [(c.kind, c.checked) for c in find_controls(image, edges(image), tuple(known))]


def fine(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
    return (x * FINE, y * FINE, (x + width) * FINE - 1, (y + height) * FINE - 1)


def checkbox(*, checked: bool, size: int = 16, radius: float = 0, x: int = PLACE[0], y: int = PLACE[1]) -> Pen:
    def pen(draw: ImageDraw.ImageDraw) -> None:
        place = fine(x, y, size, size)
        fill, line = (BLUE, BLUE) if checked else ("white", GREY)
        draw.rounded_rectangle(place, radius * FINE, fill=fill, outline=line, width=round(1.5 * FINE))
        if checked:
            tick = [(0.22, 0.52), (0.42, 0.72), (0.78, 0.28)]
            draw.line(
                [((x + a * size) * FINE, (y + b * size) * FINE) for a, b in tick], fill="white", width=2 * FINE
            )

    return pen


def radio(*, checked: bool, size: int = 18, line: str = GREY) -> Pen:
    def pen(draw: ImageDraw.ImageDraw) -> None:
        x, y = PLACE
        draw.ellipse(fine(x, y, size, size), fill="white", outline=BLUE if checked else line, width=2 * FINE)
        if checked:
            draw.ellipse(fine(x + size / 4, y + size / 4, size / 2, size / 2), fill=BLUE)

    return pen


def switch(*, checked: bool, width: int = 36, height: int = 20) -> Pen:
    def pen(draw: ImageDraw.ImageDraw) -> None:
        x, y = PLACE
        draw.rounded_rectangle(fine(x, y, width, height), height / 2 * FINE, fill=BLUE if checked else LIGHT)
        left = x + width - height + 2 if checked else x + 2
        draw.ellipse(fine(left, y + 2, height - 4, height - 4), fill="white")

    return pen


def letter(text: str, size: int = 24, fill: str = "black", at: tuple[int, int] = PLACE) -> Pen:
    def pen(draw: ImageDraw.ImageDraw) -> None:
        draw.text((at[0] * FINE, at[1] * FINE), text, fill=fill, font=ImageFont.load_default(size * FINE))

    return pen


def disc(fill: str = BLUE, size: int = 22) -> Pen:
    return lambda draw: draw.ellipse(fine(*PLACE, size, size), fill=fill)


@pytest.mark.parametrize("checked", [False, True])
@pytest.mark.parametrize("size", [13, 16, 18, 20])
@pytest.mark.parametrize("radius", [0, 3], ids=["square", "rounded"])
def test_boxes_to_tick(checked: bool, size: int, radius: int) -> None:
    image = drawn(checkbox(checked=checked, size=size, radius=radius))
    assert found(image) == [("checkbox", checked)]
    assert found(noisy(image)) == [("checkbox", checked)]


@pytest.mark.parametrize("checked", [False, True])
@pytest.mark.parametrize("size", [16, 18, 20, 22])
def test_radios(checked: bool, size: int) -> None:
    image = drawn(radio(checked=checked, size=size))
    assert found(image) == [("radio", checked)]
    assert found(noisy(image)) == [("radio", checked)]


@pytest.mark.parametrize("checked", [False, True])
@pytest.mark.parametrize("size", [(28, 16), (36, 20), (40, 20)], ids=str)
def test_switches(checked: bool, size: tuple[int, int]) -> None:
    image = drawn(switch(checked=checked, width=size[0], height=size[1]))
    assert found(image) == [("switch", checked)]
    assert found(noisy(image)) == [("switch", checked)]


@pytest.mark.parametrize("size", [14, 18, 24, 30])
def test_letters_and_words_are_no_controls(size: int) -> None:
    for text in ("Q", "C", "D", "B", "8", "0", "G", "S", "M", "Order", "OK", "COO", "Oo", "GO!", "[]"):
        assert found(drawn(letter(text, size, at=(30, 30)))) == [], text


@pytest.mark.parametrize("text", ["O", "o", "@"])
def test_a_round_letter_of_the_size_of_most_texts_is_no_ring(text: str) -> None:
    for size in (12, 14, 16, 18):
        assert found(drawn(letter(text, size))) == [], size


def test_a_digit_in_a_disc_is_a_badge() -> None:
    for text in "1358":
        assert found(drawn(disc(), letter(text, 14, "white", (67, 43)))) == []


def test_a_plain_disc_or_square_is_nothing_to_tick() -> None:
    assert found(drawn(disc())) == []
    assert found(drawn(lambda draw: draw.rectangle(fine(*PLACE, 16, 16), fill=BLUE))) == []


def test_a_small_button_is_no_switch() -> None:
    def button(draw: ImageDraw.ImageDraw) -> None:
        draw.rounded_rectangle(fine(*PLACE, 40, 20), 10 * FINE, fill=BLUE)

    assert found(drawn(button, letter("Pay", 13, "white", (68, 42)))) == []
    assert found(drawn(button)) == []


def test_what_is_too_small_or_too_large_is_none() -> None:
    assert found(drawn(checkbox(checked=False, size=8))) == []
    assert found(drawn(checkbox(checked=False, size=40, x=20, y=20))) == []


def test_what_letters_touch_is_a_part_of_them() -> None:
    image = drawn(checkbox(checked=False), letter("xx", 20, at=(45, 38)))
    assert found(image) == []


def test_on_dark_ground_a_ring_is_a_radio_too() -> None:
    def ring(draw: ImageDraw.ImageDraw) -> None:
        draw.ellipse(fine(*PLACE, 18, 18), fill="#202226", outline="#b0b4bd", width=2 * FINE)

    assert found(drawn(ring, ground="#202226")) == [("radio", False)]


def test_controls_come_in_reading_order_with_their_places() -> None:
    pens = [checkbox(checked=n == 1, x=x, y=y) for n, (x, y) in enumerate([(120, 60), (30, 20), (120, 20)])]
    image = drawn(*pens)
    controls = find_controls(image, edges(image))
    assert [(c.rect.x0 // 10, c.rect.y0 // 10, c.checked) for c in controls] == [
        (3, 2, True), (12, 2, False), (12, 6, False),
    ]  # fmt: skip
    assert similarity(controls[0].rect, Rect(30, 20, 46, 36)) > 0.75


def test_a_plain_picture_has_no_controls() -> None:
    assert found(drawn()) == []
    assert found(np.zeros((3, 3, 3), np.uint8)) == []


# Half under the mouse


@pytest.mark.parametrize("checked", [False, True])
def test_a_known_box_is_found_again_half_under_the_mouse(checked: bool) -> None:
    pen = checkbox(checked=checked, size=18)
    before = drawn(pen)
    [known] = find_controls(before, edges(before))
    x, y = PLACE
    arrow = [(x + 9, y + 9), (x + 9, y + 30), (x + 14, y + 25), (x + 25, y + 25)]

    def mouse(draw: ImageDraw.ImageDraw) -> None:
        draw.polygon([(a * FINE, b * FINE) for a, b in arrow], fill="black")

    hidden = drawn(pen, mouse)
    assert found(hidden) == []
    assert found(hidden, [known]) == [("checkbox", checked)]


def test_a_known_box_that_is_gone_is_gone() -> None:
    known = Control(Rect(60, 40, 78, 58), "checkbox", checked=True)
    assert found(drawn(), [known]) == []
    assert found(drawn(), [Control(Rect(0, 0, 18, 18), "checkbox", checked=True)]) == []
    assert found(drawn(), [Control(Rect(60, 40, 78, 58), "radio", checked=True)]) == []
