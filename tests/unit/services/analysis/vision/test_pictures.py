"""Pictures as they are kept."""

import io

import numpy as np
import pytest
from PIL import Image as Pillow

from services.analysis.vision.ocr import Image
from services.analysis.vision.pictures import THUMBNAIL_WIDTH, decoded, png, thumbnail


def picture(width: int, height: int) -> Image:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)


def test_a_frame_is_kept_without_loss() -> None:
    image = picture(64, 40)
    assert png(image).startswith(b"\x89PNG")
    assert (decoded(png(image)) == image).all()


def test_the_same_frame_gives_the_same_bytes() -> None:
    assert png(picture(64, 40)) == png(picture(64, 40))
    assert thumbnail(picture(640, 400)) == thumbnail(picture(640, 400))


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1"])
def test_pictures_of_any_kind_become_three_colours(mode: str) -> None:
    out = io.BytesIO()
    Pillow.new(mode, (10, 6)).save(out, "PNG")
    assert decoded(out.getvalue()).shape == (6, 10, 3)


@pytest.mark.parametrize(
    ("size", "small"),
    [((1280, 720), (480, 270)), ((480, 300), (480, 300)), ((200, 100), (200, 100)), ((500, 4000), (240, 1920))],
)
def test_a_small_picture_keeps_its_shape_and_is_never_enlarged(
    size: tuple[int, int], small: tuple[int, int]
) -> None:
    kept = Pillow.open(io.BytesIO(thumbnail(picture(*size))))
    assert (kept.format, kept.size) == ("WEBP", small)
    assert kept.size[0] <= THUMBNAIL_WIDTH
