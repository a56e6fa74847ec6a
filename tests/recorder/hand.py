"""Mouse and keyboard as a person uses them: real input through Playwright."""

import asyncio
import math
import random
import time

from playwright.async_api import Locator, Page

Target = str | tuple[float, float]  # a selector in the recorded page, or a point of the viewport
REACHED = "(el, [x, y]) => { const hit = document.elementFromPoint(x, y); return hit && el.contains(hit) }"


class Hand:
    """`at` is where the pointer rests. `dice` decides every pause and path, so that a seed repeats them."""

    def __init__(self, page: Page, dice: random.Random) -> None:
        self.dice = dice
        self._page = page
        size = page.viewport_size or {"width": 1280, "height": 720}
        self.at = (size["width"] * 0.97, size["height"] * 0.55)

    def find(self, selector: str) -> Locator:
        return self._page.frame_locator("#stage").locator(selector).first

    async def place(self) -> None:
        await self._page.mouse.move(*self.at)

    async def move(self, target: Target) -> None:
        """Glide along an arc, slower at both ends, in 350 to 750 ms; then rest."""
        (x0, y0), (x1, y1) = self.at, await self._point(target)
        duration, bow = self.dice.uniform(0.35, 0.75), self.dice.uniform(-0.12, 0.12)
        begun, part = time.monotonic(), 0.0
        while part < 1:  # by the clock: on a busy machine with fewer points, not for longer
            part = min(1.0, (time.monotonic() - begun) / duration)
            s = (1 - math.cos(math.pi * part)) / 2
            arc = math.sin(math.pi * s) * bow
            await self._page.mouse.move(x0 + (x1 - x0) * s - (y1 - y0) * arc, y0 + (y1 - y0) * s + (x1 - x0) * arc)
            await asyncio.sleep(0.012)
        self.at = (x1, y1)
        await asyncio.sleep(self.dice.uniform(0.25, 0.45))

    async def press(self) -> None:
        await self._page.mouse.down()
        await asyncio.sleep(0.06)
        await self._page.mouse.up()

    async def press_right(self) -> None:
        await self._page.mouse.click(*self.at, button="right", delay=50)

    async def press_times(self, times: int) -> None:
        await self._page.mouse.click(*self.at, click_count=times, delay=50)

    async def carry(self, target: Target) -> None:
        await self._page.mouse.down()
        await self.move(target)
        await self._page.mouse.up()

    async def turn(self, pixels: float) -> None:
        """The wheel, in eight notches."""
        for _ in range(8):
            await self._page.mouse.wheel(0, pixels / 8)
            await asyncio.sleep(self.dice.uniform(0.04, 0.09))

    async def letters(self, text: str) -> None:
        for letter in text:
            await asyncio.sleep(self.dice.uniform(0.06, 0.15))
            await self._page.keyboard.type(letter)

    async def key(self, name: str) -> None:
        await self._page.keyboard.press(name)

    async def _point(self, target: Target) -> tuple[float, float]:
        """Somewhere near the middle of the target. Raise ValueError if that is not where a press would reach it."""
        if not isinstance(target, str):
            return target
        element = self.find(target)
        box = await element.bounding_box(timeout=3000)
        if box is None:
            raise ValueError(f"{target} is not on the page")
        reach_x, reach_y = min(box["width"] * 0.3, 40), min(box["height"] * 0.2, 8)
        x = box["x"] + box["width"] / 2 + self.dice.uniform(-reach_x, reach_x)
        y = box["y"] + box["height"] / 2 + self.dice.uniform(-reach_y, reach_y)
        if not await element.evaluate(REACHED, [x, y]):
            raise ValueError(f"{target} is out of view or covered")
        return x, y
