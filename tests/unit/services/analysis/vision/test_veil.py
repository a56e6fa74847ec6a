"""A page behind a veil: known for what it was, whatever the colour of the veil, and a dialog before it found."""

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from services.analysis.vision.ocr import Image
from services.analysis.vision.regions import Rect, contains, intersects, similarity
from services.analysis.vision.veil import differences, veil

SIZE = (960, 600)
DIALOG = (300, 180, 660, 420)


def page(*, ground: str = "white", ink: str = "black", rows: int = 9, bar: str = "#1e3c6e") -> Pillow.Image:
    """A header, lines of text, some cards."""
    image = Pillow.new("RGB", SIZE, ground)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, SIZE[0], 56), fill=bar)
    draw.text((24, 16), "Orders of the week", fill="white", font=ImageFont.load_default(22))
    for row in range(rows):
        text = f"Order {2048 + 37 * row}   shipped to Bonn   EUR {19 + 7 * row}.50   details and invoice"
        draw.text((40, 84 + 54 * row), text, fill=ink, font=ImageFont.load_default(20))
        draw.rectangle((760, 78 + 54 * row, 920, 114 + 54 * row), fill=("#d9e6f7", "#c43d3d", "#2e8b57")[row % 3])
    return image


def dimmed(image: Pillow.Image, colour: tuple[int, int, int] = (0, 0, 0), share: float = 0.5) -> Pillow.Image:
    """As a veil of one colour makes it: k * x + c, with k = 1 - share."""
    return Pillow.blend(image, Pillow.new("RGB", image.size, colour), share)


def with_dialog(
    image: Pillow.Image, place: tuple[int, int, int, int] = DIALOG, fill: str = "white"
) -> Pillow.Image:
    image = image.copy()
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((place[0], place[1], place[2] - 1, place[3] - 1), 8, fill=fill, outline="#888888")
    ink = "black" if fill == "white" else "#dddddd"
    draw.text((place[0] + 24, place[1] + 24), "Delete this order?", fill=ink, font=ImageFont.load_default(24))
    draw.text((place[0] + 24, place[1] + 80), "It cannot be undone.", fill=ink, font=ImageFont.load_default(18))
    draw.rectangle((place[2] - 120, place[3] - 60, place[2] - 24, place[3] - 24), fill="#c43d3d")
    return image


def coded(image: Pillow.Image, seed: int = 7) -> Image:
    """With the noise that a codec leaves: two steps up or down."""
    noise = np.random.default_rng(seed).integers(-2, 3, (SIZE[1], SIZE[0], 3))
    return np.clip(np.asarray(image).astype(np.int16) + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("colour", "share"),
    [
        ((0, 0, 0), 0.5), ((0, 0, 0), 0.3), ((0, 0, 0), 0.75), ((15, 23, 42), 0.6), ((60, 60, 60), 0.4),
        ((0, 60, 140), 0.5),
    ],
)  # fmt: skip
def test_a_dialog_before_a_veil_is_found_and_the_page_is_what_it_was(
    colour: tuple[int, int, int], share: float
) -> None:
    found = veil(coded(page()), coded(with_dialog(dimmed(page(), colour, share)), seed=8))
    assert found is not None
    assert similarity(found.dialog, Rect(*DIALOG)) > 0.85
    assert found.others == ()
    assert found.page > 0.7


def test_a_dark_page_has_veils_too() -> None:
    dark = page(ground="#181a1f", ink="#d5d8de", bar="#2a2f3a")
    found = veil(coded(dark), coded(with_dialog(dimmed(dark, share=0.6), fill="#3a3f4b"), seed=8))
    assert found is not None
    assert similarity(found.dialog, Rect(*DIALOG)) > 0.8
    assert found.others == ()


def test_without_noise_it_is_the_same() -> None:
    found = veil(np.asarray(page()), np.asarray(with_dialog(dimmed(page()))))
    assert found is not None
    assert similarity(found.dialog, Rect(*DIALOG)) > 0.85


def test_a_message_beside_the_dialog_is_new_as_well() -> None:
    after = with_dialog(dimmed(page()))
    ImageDraw.Draw(after).rectangle((700, 520, 940, 580), fill="#2e8b57")
    found = veil(coded(page()), coded(after, seed=8))
    assert found is not None
    assert similarity(found.dialog, Rect(*DIALOG)) > 0.85
    assert len(found.others) == 1
    assert similarity(found.others[0], Rect(700, 520, 940, 580)) > 0.7


def test_what_changed_behind_the_veil_is_told() -> None:
    changed = page()
    draw = ImageDraw.Draw(changed)
    draw.rectangle((40, 516, 700, 544), fill="white")
    draw.text((40, 516), "Order 9999   returned   EUR 0.00", fill="black", font=ImageFont.load_default(20))
    found = veil(coded(page()), coded(with_dialog(dimmed(changed)), seed=8))
    assert found is not None
    assert any(intersects(rect, Rect(40, 516, 400, 544)) for rect in found.others)
    assert all(contains(Rect(20, 490, 720, 570), rect) for rect in found.others)


def test_the_shadow_round_a_dialog_is_no_change_of_the_page() -> None:
    after = np.asarray(dimmed(page())).astype(np.float32)
    x0, y0, x1, y1 = DIALOG
    rows, columns = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    away = np.hypot(
        np.maximum(0, np.maximum(x0 - columns, columns - x1)), np.maximum(0, np.maximum(y0 - rows, rows - y1))
    )
    after *= (1 - 0.4 * np.clip(1 - away / 30, 0, 1))[..., None]
    found = veil(coded(page()), coded(with_dialog(Pillow.fromarray(after.astype(np.uint8))), seed=8))
    assert found is not None
    assert found.others == ()
    assert contains(found.dialog, Rect(*DIALOG), slack=8)


def test_a_dialog_of_the_colour_of_the_veil_is_known_by_the_box_that_was_seen() -> None:
    dark = page(ground="#202226", ink="#d5d8de", bar="#3b4252", rows=10)
    veiled = with_dialog(dimmed(dark, share=0.5), fill="#101113")
    before, after = coded(dark), coded(veiled, seed=8)
    found = veil(before, after, [Rect(*DIALOG), Rect(0, 0, 960, 56)])
    assert found is not None
    assert similarity(found.dialog, Rect(*DIALOG)) > 0.85


# What is no veil


def test_the_same_page_is_not_veiled() -> None:
    assert veil(coded(page()), coded(page(), seed=8)) is None


def test_a_box_on_a_page_that_stays_bright_is_no_dialog_before_a_veil() -> None:
    assert veil(coded(page()), coded(with_dialog(page()), seed=8)) is None


def test_a_veil_before_which_nothing_stands_is_none() -> None:
    assert veil(coded(page()), coded(dimmed(page()), seed=8)) is None


def test_another_page_is_no_veil() -> None:
    other = Pillow.new("RGB", SIZE, "#777777")
    draw = ImageDraw.Draw(other)
    for row in range(6):
        draw.rectangle((60, 40 + 90 * row, 900, 100 + 90 * row), fill=("#eeeeee", "#333333")[row % 2])
    assert veil(coded(page()), coded(other, seed=8)) is None


def test_a_page_that_scrolled_is_no_veil() -> None:
    moved = Pillow.new("RGB", SIZE, "white")
    moved.paste(page(), (0, -130))
    assert veil(coded(page()), coded(moved, seed=8)) is None


def test_a_page_that_got_its_dark_colours_is_no_veil() -> None:
    dark = page(ground="#101114", ink="#e8e8e8", bar="#0a0a0a")
    assert veil(coded(page()), coded(with_dialog(dark, fill="#222222"), seed=8)) is None


def test_a_blank_page_tells_nothing() -> None:
    blank = Pillow.new("RGB", SIZE, "white")
    assert veil(coded(blank), coded(with_dialog(dimmed(blank)), seed=8)) is None
    assert veil(coded(blank), coded(blank, seed=8)) is None


def test_a_veil_with_something_tiny_before_it_is_none() -> None:
    after = dimmed(page())
    ImageDraw.Draw(after).rectangle((470, 290, 500, 310), fill="white")
    assert veil(coded(page()), coded(after, seed=8)) is None


def test_a_small_frame_is_looked_at_without_trouble() -> None:
    tiny = np.zeros((6, 5, 3), np.uint8)
    assert veil(tiny, tiny) is None
    assert differences(tiny, tiny) == ()


# Differences


def test_differences_are_boxes_round_what_changed() -> None:
    after = page()
    draw = ImageDraw.Draw(after)
    draw.rectangle((40, 300, 160, 330), fill="#c43d3d")
    draw.rectangle((500, 500, 560, 540), fill="#3d3dc4")
    found = differences(coded(page()), coded(after, seed=8))
    assert len(found) == 2
    assert contains(found[0], Rect(44, 304, 156, 326))
    assert contains(found[1], Rect(504, 504, 556, 536))
    drawn = Rect(40, 300, 161, 331), Rect(500, 500, 561, 541)
    assert all(similarity(one, other) > 0.7 for one, other in zip(found, drawn, strict=True))


def test_noise_is_no_difference() -> None:
    assert differences(coded(page()), coded(page(), seed=8)) == ()


def test_differences_stay_in_the_frame() -> None:
    after = page()
    ImageDraw.Draw(after).rectangle((900, 560, 959, 599), fill="#c43d3d")
    [rect] = differences(coded(page()), coded(after, seed=8))
    assert contains(Rect(0, 0, *SIZE), rect)
