"""How a page looks: one picture from the top of its document down, taken while its scripts stand still."""

import base64
import binascii
import io

from PIL import Image, ImageDraw
from playwright.async_api import CDPSession, Error

from services.analysis.aria.browser import BrowserSettings
from shared.model.evidence import Box, PageNode, PageSnapshot

_TALLEST = 6000  # CSS pixels; what is below has rarely been recorded
_PAINT = (118, 118, 118)


async def take_picture(session: CDPSession, settings: BrowserSettings) -> bytes | None:
    """PNG, one pixel for each CSS pixel. None when the browser cannot draw it: the tree is worth more."""
    try:
        metrics = await session.send("Page.getLayoutMetrics")
        height = min(_TALLEST, max(settings.height, int(metrics["cssContentSize"]["height"])))
        clip = {"x": 0, "y": 0, "width": settings.width, "height": height, "scale": 1}
        answer = await session.send(
            "Page.captureScreenshot", {"format": "png", "clip": clip, "captureBeyondViewport": True}
        )
        return base64.b64decode(answer["data"])
    except (Error, binascii.Error, KeyError):
        return None


def masked_picture(png: bytes, before: PageSnapshot, after: PageSnapshot) -> bytes:
    """WebP, with the places painted over whose text is another one after the secrets were masked."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    draw = ImageDraw.Draw(image)
    width, height = before.viewport or image.size
    for box in _masked_boxes(before.tree, after.tree, None):
        left, top = box.x * width - 2, box.y * height + before.scrolled - 2
        draw.rectangle((left, top, left + box.width * width + 4, top + box.height * height + 4), fill=_PAINT)
    out = io.BytesIO()
    image.save(out, "WEBP", quality=85, method=2)
    return out.getvalue()


def _masked_boxes(before: tuple[PageNode, ...], after: tuple[PageNode, ...], around: Box | None) -> list[Box]:
    """A node without a box of its own lies somewhere in the one around it."""
    found = []
    for one, other in zip(before, after, strict=True):
        place = one.box or around
        if place is not None and (one.name, one.value) != (other.name, other.value):
            found.append(place)
        found += _masked_boxes(one.children, other.children, place)
    return found
