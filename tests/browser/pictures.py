"""What the page looks like: kept for `docs/` when SCOPE_TEST_PICTURES names a folder (`make pictures`)."""

import os
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import Page


async def keep(page: Page, name: str, *, whole: bool = False) -> None:
    folder = os.environ.get("SCOPE_TEST_PICTURES")
    if folder:
        await page.evaluate("scrollTo(0, 0)")
        await page.wait_for_timeout(400)  # pictures that are still loading, colours that are still changing
        data = await page.screenshot(full_page=whole, animations="disabled")
        # With 256 colours they have a third of the bytes.
        few = Image.open(BytesIO(data)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
        few.save(Path(folder) / f"{name}.png", optimize=True)
