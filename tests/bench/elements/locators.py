"""Locators as prompts give them, tried in a live page."""

import re

from playwright.sync_api import Locator, Page

from shared.model.evidence import Element
from tests.bench.elements.score import Box, box, iou

_CALL = re.compile(
    r"getBy(?P<what>Role|Text)\('(?P<first>(?:[^'\\]|\\.)*)'(?:, \{ (?P<options>.*?) \})?\)"
    r"(?:\.nth\((?P<nth>\d+)\))?"
)
_NAME = re.compile(r"name: '(?P<name>(?:[^'\\]|\\.)*)'")


def resolves(page: Page, element: Element, size: tuple[int, int]) -> bool:
    """To exactly one element, and to the one that the frame shows at this place."""
    found = locator(page, element.locator or "")
    if found is None or found.count() != 1:
        return False
    place = found.bounding_box()
    if place is None:
        return False
    there: Box = (
        place["x"] / size[0], place["y"] / size[1],
        (place["x"] + place["width"]) / size[0], (place["y"] + place["height"]) / size[1],
    )  # fmt: skip
    return iou(there, box(element)) > 0.3 or _inside(box(element), there)


def locator(page: Page, text: str) -> Locator | None:
    """Playwright's own locator for the JavaScript that a prompt shows; None for what is none."""
    call = _CALL.fullmatch(text)
    if call is None:
        return None
    options = call["options"] or ""
    exact = "exact: true" in options
    if call["what"] == "Text":
        found = page.get_by_text(_plain(call["first"]), exact=exact)
    else:
        name = _NAME.search(options)
        found = page.get_by_role(call["first"], name=_plain(name["name"]) if name else None, exact=exact)  # type: ignore[arg-type]
    return found.nth(int(call["nth"])) if call["nth"] is not None else found


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _inside(one: Box, other: Box) -> bool:
    """Whether the middle of one lies in the other: of a checkbox with its label, the frame shows the small box."""
    x, y = (one[0] + one[2]) / 2, (one[1] + one[3]) / 2
    return other[0] <= x <= other[2] and other[1] <= y <= other[3]
