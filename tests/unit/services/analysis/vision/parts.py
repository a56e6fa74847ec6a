"""Lines, boxes and scenes built by hand, with the looks of a plain page unless told otherwise."""

from collections.abc import Sequence
from typing import Any

from services.analysis.vision.ink import Colour, Ink
from services.analysis.vision.lines import TextLine
from services.analysis.vision.regions import Rect
from services.analysis.vision.scene import Draft, Scene
from services.analysis.vision.shapes import Shape

BLACK, WHITE = Colour(20, 20, 20), Colour(255, 255, 255)
LETTER = 8  # pixels of width, at a font of 14


def line(text: str, x: int, y: int, *, font_px: float = 14.0, score: float = 0.95) -> TextLine:
    """A line whose letters are all of one width."""
    width = round(len(text) * LETTER * font_px / 14)
    ink = Ink(BLACK, WHITE, font_px, 0.11, underlined=False)
    return TextLine(Rect(x, y, x + width, y + round(font_px)), text, score, ink)


def shape(rect: tuple[int, int, int, int], **fields: Any) -> Shape:
    known: dict[str, Any] = {
        "fill": WHITE, "outside": Colour(240, 240, 240), "border": None, "border_px": 0,
        "solidity": 1.0, "texture": 0.05, "spread": 0.0,
    }  # fmt: skip
    return Shape(Rect(*rect), **{**known, **fields})


def scene(lines: Sequence[TextLine] = (), shapes: Sequence[Shape] = (), **fields: Any) -> Scene:
    known: dict[str, Any] = {"width": 1280, "height": 720, **fields}
    return Scene(lines=tuple(lines), shapes=tuple(shapes), **known)


def draft(role: str, name: str, rect: tuple[int, int, int, int], **fields: Any) -> Draft:
    return Draft(role, name, Rect(*rect), **{"confidence": 0.9, **fields})
