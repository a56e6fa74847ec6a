"""The person before the page. Each act that names a `kind` waits until the page is at rest and becomes a label."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Page

from tests.recorder.hand import Hand, Target
from tests.recorder.journal import Step

REST = 280  # ms without a change make a state
LONGEST_FLASH = 350  # ms that wrong content may stand before what follows it
LIMIT = 12_000  # ms that a step may take


class Actor:
    """`steps` are the labels so far, on the page's clock. `flash` names a short wrong content that comes first."""

    def __init__(self, page: Page, dice: random.Random) -> None:
        self.steps: list[Step] = []
        self._page = page
        self._hand = Hand(page, dice)
        self._seen = 0

    async def js(self, script: str) -> Any:
        """Evaluate in the recorded page."""
        frame = self._page.frame(name="stage")
        if frame is None:
            raise ValueError("the recorded page is gone")
        return await frame.evaluate(script)

    async def prepare(self) -> None:
        """Behind the cover: pointer in place; a page with `beginning()` is caught in the middle of it."""
        await self._hand.place()
        await self.js("window.beginning?.()")
        await asyncio.sleep(0.25)
        self._seen = await self._page.evaluate("recorder.journal.entries.length")

    async def pause(self, low: int = 500, high: int = 1000) -> None:
        await asyncio.sleep(self._hand.dice.randint(low, high) / 1000)

    async def move(self, target: Target) -> None:
        await self._hand.move(target)

    async def click(self, target: Target, kind: str, note: str = "", *, flash: str = "") -> None:
        await self._hand.move(target)
        await self._do(kind, note, self._hand.press, flash=flash)

    async def context(self, target: Target, kind: str, note: str = "") -> None:
        """The other button."""
        await self._hand.move(target)
        await self._do(kind, note, self._hand.press_right)

    async def double(self, target: Target, kind: str, note: str = "") -> None:
        await self._hand.move(target)
        await self._do(kind, note, lambda: self._hand.press_times(2))

    async def hover(self, target: Target, kind: str, note: str = "") -> None:
        """A change that comes because the pointer goes to `target`."""
        await self._do(kind, note, lambda: self._hand.move(target))

    async def drag(self, source: Target, target: Target, note: str = "", kind: str = "drag") -> None:
        await self._hand.move(source)
        await self._do(kind, note, lambda: self._hand.carry(target))

    async def scroll(self, pixels: int, note: str = "") -> None:
        await self._do("scroll", note or f"{pixels} px", lambda: self._hand.turn(pixels))

    async def type(self, selector: str, text: str, note: str = "", *, clear: bool = False) -> None:
        """Go to a field and fill it: one state, from the focus to the last letter."""
        await self._hand.move(selector)

        async def fill() -> None:
            await self._hand.press_times(3 if clear else 1)
            await self._hand.letters(text)

        await self._do("typing", note or text, fill)

    async def keys(self, text: str, kind: str = "typing", note: str = "") -> None:
        """Into what has the focus already."""
        await self._do(kind, note or text, lambda: self._hand.letters(text))

    async def press(self, key: str, kind: str, note: str = "", *, flash: str = "") -> None:
        await self._do(kind, note or key, lambda: self._hand.key(key), flash=flash)

    async def expect(self, kind: str, note: str = "", *, flash: str = "") -> None:
        """A change that the page makes on its own; it may have happened since the last step."""
        seen = [self._seen, REST + (LONGEST_FLASH if flash else 0), LIMIT]
        count = await self._page.evaluate("([since, rest, limit]) => recorder.quiet(since, rest, limit)", seen)
        if count < 0:
            wrong = "did not change" if count == -1 else "did not come to rest"
            raise ValueError(f"step {kind} {note!r}: the page {wrong}")
        self.steps.append(Step.of(kind, note, await self._entries(), flash=flash))

    async def cut(self, target: Target, kind: str, note: str = "", after: float = 0.12) -> None:
        """The last act: the recording stops while its change is in motion."""
        await self._hand.move(target)
        await self._refuse_surprises(kind)
        await self._hand.press()
        await asyncio.sleep(after)
        self.steps.append(Step.of(kind, note or "cut off", await self._entries(), cut=True))

    async def _do(self, kind: str, note: str, act: Callable[[], Awaitable[None]], *, flash: str = "") -> None:
        await self._refuse_surprises(kind)
        await act()
        await self.expect(kind, note, flash=flash)

    async def _entries(self) -> list[tuple[float, str]]:
        fresh = await self._page.evaluate("since => recorder.journal.entries.slice(since)", self._seen)
        self._seen += len(fresh)
        return [(t, what) for t, what in fresh]

    async def _refuse_surprises(self, kind: str) -> None:
        """Tints under the pointer are animations and may have run; any other change must have a label."""
        surprises = [what for _, what in await self._entries() if what != "anim"]
        if surprises:
            raise ValueError(f"the page changed by itself before step {kind}: {surprises[:4]}")
