"""A page that carries its own scenario, played in a real browser: pictures and the truth of every state.

A page says in `<script type="application/json" id="scenario">` how large it is and what a person does:
`{"width", "height", "states": [{"name", "do": [action]}]}`. An action is one of `{"click": CSS}`,
`{"fill": CSS, "text"}`, `{"press": KEY}`, `{"check": CSS}`, `{"select": CSS, "value"}`, `{"hover": CSS}`,
`{"scroll": Y}`, `{"wait": MS}`.
"""

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page

from tests.bench.elements.truth import Teller, Truth

_REST_MS = 450  # pages come to rest within 400
_POINTER = ((0, 0), (0, 16), (4, 12), (7, 18), (9, 17), (6, 11), (11, 11))


@dataclass(frozen=True)
class State:
    name: str
    picture: NDArray[np.uint8]  # RGB, with the mouse pointer
    truth: Truth


@dataclass(frozen=True)
class Scenario:
    page: Path
    width: int
    height: int
    states: tuple[dict[str, Any], ...]

    @property
    def name(self) -> str:
        return self.page.stem


def scenario(page: Path) -> Scenario:
    found = re.search(r'<script[^>]*id="scenario"[^>]*>(.*?)</script>', page.read_text(), re.DOTALL)
    if found is None:
        raise ValueError(f"{page} has no scenario")
    told = json.loads(found[1])
    return Scenario(page, told["width"], told["height"], tuple(told["states"]))


def played(browser: Browser, url: str, told: Scenario) -> tuple[State, ...]:
    """All states in order."""
    hand = _Hand()

    def state(page: Page, teller: Teller, name: str) -> State:
        return State(name, hand.drawn(_picture(page)), teller.now())

    with_teller: list[Teller] = []

    def seen(page: Page, name: str) -> State:
        if not with_teller:
            with_teller.append(Teller(page))
        return state(page, with_teller[0], name)

    return tuple(each_state(browser, url, told, seen, hand))


def each_state(
    browser: Browser, url: str, told: Scenario, look: Callable[[Page, str], Any], hand: "_Hand | None" = None
) -> Iterator[Any]:
    """What `look` says of the page in each state."""
    hand = hand or _Hand()
    context = browser.new_context(viewport={"width": told.width, "height": told.height}, reduced_motion="reduce")
    try:
        page = context.new_page()
        page.goto(url)
        for state in told.states:
            for action in state["do"]:
                hand.do(page, action)
            page.wait_for_timeout(_REST_MS)
            yield look(page, state["name"])
    finally:
        context.close()


class _Hand:
    """Does what a person would do, and knows where the mouse pointer rests."""

    def __init__(self) -> None:
        self._at = (0.0, 0.0)

    def do(self, page: Page, action: dict[str, Any]) -> None:
        target = next((action[key] for key in ("click", "fill", "check", "select", "hover") if key in action), None)
        if target is not None:
            self._move(page, target)
        if "click" in action:
            page.click(target, timeout=5000)
        elif "fill" in action:
            page.click(target, timeout=5000)
            page.fill(target, action["text"])
        elif "press" in action:
            page.keyboard.press(action["press"])
        elif "check" in action:
            page.locator(target).check(timeout=5000)
        elif "select" in action:
            page.select_option(target, action["value"])
        elif "hover" in action:
            page.hover(target)
        elif "scroll" in action:
            page.evaluate("(y) => window.scrollTo(0, y)", action["scroll"])
        elif "wait" in action:
            page.wait_for_timeout(action["wait"])

    def _move(self, page: Page, target: str) -> None:
        locator = page.locator(target).first
        locator.scroll_into_view_if_needed(timeout=5000)
        box = locator.bounding_box()
        if box:  # people do not aim at the very middle
            self._at = (box["x"] + 0.62 * box["width"], box["y"] + 0.6 * box["height"])

    def drawn(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        image = Image.fromarray(picture)
        points = [(self._at[0] + x, self._at[1] + y) for x, y in _POINTER]
        ImageDraw.Draw(image).polygon(points, fill="black", outline="white")
        return np.asarray(image)


def _picture(page: Page) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(page.screenshot(animations="allow", caret="initial"))).convert("RGB"))
