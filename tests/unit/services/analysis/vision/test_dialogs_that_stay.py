"""Of a dialog that stays, only what changed is read again, and its fields are still theirs."""

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from services.analysis.vision.ocr import Image
from services.analysis.vision.provider import FrameInput, LocalVision
from shared.model.evidence import Box

SIZE = (960, 600)
FIELD = (290, 250, 670, 290)


def drawn(*, dialog: bool, hint: str = "", value: str = "") -> Image:
    font = ImageFont.load_default(20)
    page = Pillow.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(page)
    for row in range(6):
        pen.text((60, 40 + 90 * row), f"Visit number {row + 1} of this morning", font=font, fill="#222222")
    if dialog:
        page = Pillow.eval(page, lambda level: level * 45 // 100)
        pen = ImageDraw.Draw(page)
        pen.rectangle((260, 150, 700, 430), fill="white")
        pen.text((290, 180), "New visit", font=ImageFont.load_default(28), fill="#222222")
        pen.rectangle(FIELD, fill="white", outline="#777777", width=2)
        pen.text((304, 258), hint, font=font, fill="#999999")
        pen.text((304, 258), value, font=font, fill="#222222")
        pen.text((290, 360), "Nothing is sent before you press the button", font=font, fill="#222222")
    return np.asarray(page)


def box(x0: int, y0: int, x1: int, y1: int) -> Box:
    width, height = SIZE
    return Box(x=x0 / width, y=y0 / height, width=(x1 - x0) / width, height=(y1 - y0) / height)


def test_a_field_keeps_the_name_of_its_hint_and_the_rest_of_the_dialog_is_not_read_again() -> None:
    frames = [
        FrameInput("f0", drawn(dialog=False)),
        FrameInput("f1", drawn(dialog=True, hint="Animal and owner"), (box(0, 0, *SIZE),)),
        FrameInput("f2", drawn(dialog=True, value="Biscuit"), (box(*FIELD),)),
    ]
    vision = LocalVision()
    _, opened, typed = (sight.elements for sight in vision.read(frames))
    vision.close()
    fields = [next(e for e in seen.elements if e.role == "textbox") for seen in (opened, typed)]
    assert [(e.name, e.value) for e in fields] == [("Animal and owner", None), ("Animal and owner", "Biscuit")]
    assert typed.ocr_share < opened.ocr_share / 2
    assert {e.name for e in opened.elements if e.role == "heading"} == {
        e.name for e in typed.elements if e.role == "heading"
    }
