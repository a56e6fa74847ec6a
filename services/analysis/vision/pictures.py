"""Pictures as they are kept: the whole frame, and a small one for people to look through."""

import io

import numpy as np
from PIL import Image as Pillow

from services.analysis.vision.ocr import Image

THUMBNAIL_WIDTH = 480


def decoded(data: bytes) -> Image:
    """RGB pixels of a PNG."""
    return np.asarray(Pillow.open(io.BytesIO(data)).convert("RGB"))


def png(image: Image) -> bytes:
    return _saved(Pillow.fromarray(image), "PNG", compress_level=1)


def thumbnail(image: Image) -> bytes:
    """WebP, 480 pixels wide at the most; letters are still legible."""
    picture = Pillow.fromarray(image)
    picture.thumbnail((THUMBNAIL_WIDTH, THUMBNAIL_WIDTH * 4), Pillow.Resampling.LANCZOS)
    return _saved(picture, "WEBP", quality=80, method=2)


def _saved(picture: Pillow.Image, form: str, **options: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()
