"""The truth about a page in one state: from its DOM, and from the roles and names that Chromium computes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page

_SCRIPT = (Path(__file__).parent / "truth.js").read_text()

Box = tuple[float, float, float, float]  # left, top, right, bottom in fractions of the viewport

# What is looked for, and under which of our words. Roles that differ only in markup are one kind to the eye.
ROLES = {
    "button": "button",
    "link": "link",
    "textbox": "textbox",
    "searchbox": "textbox",
    "spinbutton": "textbox",
    "combobox": "combobox",
    "checkbox": "checkbox",
    "radio": "radio",
    "switch": "switch",
    "tab": "tab",
    "menuitem": "menuitem",
    "menuitemcheckbox": "menuitem",
    "menuitemradio": "menuitem",
    "heading": "heading",
    "img": "img",
    "image": "img",
    "dialog": "dialog",
    "alertdialog": "dialog",
    "alert": "alert",
    "status": "status",
    "table": "table",
    "grid": "table",
}
_RAW = {"PopUpButton": "combobox", "ToggleButton": "button", "ComboBoxSelect": "combobox"}
_SAYS_ITSELF = frozenset({"button", "link", "tab", "menuitem", "heading", "alert", "status", "combobox", "textbox"})
_MESSAGES = frozenset({"alert", "status"})
_STATES = ("checked", "pressed", "disabled", "expanded", "selected", "invalid")
_SMALLEST_IMAGE = 20  # pixels; smaller ones are icons


@dataclass(frozen=True)
class Thing:
    """One element that can be seen. `key` stays the same while it is the same node."""

    key: str
    role: str
    name: str
    box: Box
    state: tuple[str, ...] = ()
    value: str = ""
    words: Box | None = (
        None  # of what it holds, where it draws no box: to somebody who looks it is as large as that
    )


@dataclass(frozen=True)
class Words:
    """A text as it stands on the screen."""

    text: str
    box: Box


@dataclass(frozen=True)
class Truth:
    things: tuple[Thing, ...]
    words: tuple[Words, ...]


class Teller:
    """Tells what a page shows; remembers nodes that a modal dialog takes out of the accessibility tree."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._known: dict[int, Thing] = {}

    def now(self) -> Truth:
        told: dict[str, Any] = self._page.evaluate(f"({_SCRIPT})()")
        nodes = self._nodes()
        size = self._page.viewport_size or {"width": 1, "height": 1}
        scale = (size["width"], size["height"])
        shown = [element for element in told["elements"] if element["seen"] > 0.5]
        things = [thing for element in shown if (thing := self._thing(element, scale, nodes)) is not None]
        things = [_with_its_words(thing, told["texts"]) for thing in things]
        parts = {number for element in told["elements"] if element["within"] for number in [element["id"]]}
        big = [
            t
            for t in things
            if t.role != "img" or (_side(t.box, scale) >= _SMALLEST_IMAGE and int(t.key[1:]) not in parts)
        ]
        return Truth(
            tuple(_texts(told, big, scale, set(told["labels"])) + big),
            tuple(
                Words(w["text"].strip(), _fractions(w["box"], scale)) for w in told["words"] if w["text"].strip()
            ),
        )

    def _thing(
        self, element: Mapping[str, Any], scale: tuple[int, int], nodes: Mapping[int, Thing]
    ) -> Thing | None:
        number = element["id"]
        thing = nodes.get(number) or self._known.get(number)
        if thing is None:
            return None
        words = _fractions(element["content"], scale) if element["content"] else None
        self._known[number] = thing = replace(thing, box=_fractions(element["box"], scale), words=words)
        return thing

    def _nodes(self) -> dict[int, Thing]:
        """By the numbers that the script wrote into the DOM."""
        document = self._session.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
        numbers = dict(_numbers(document))
        found = {}
        for node in self._session.send("Accessibility.getFullAXTree")["nodes"]:
            number = numbers.get(node.get("backendDOMNodeId"))
            raw = str(node.get("role", {}).get("value", ""))
            role = ROLES.get(raw) or _RAW.get(raw)
            if number is None or role is None or node.get("ignored"):
                continue
            found[number] = Thing(
                f"n{number}", role, _of(node, "name"), (0, 0, 0, 0), _states(node), _of(node, "value")
            )
        return found


def _with_its_words(thing: Thing, texts: Sequence[Mapping[str, Any]]) -> Thing:
    """ARIA names no message by what it says, but that is what somebody who looks calls it."""
    if thing.role not in _MESSAGES or thing.name:
        return thing
    number = int(thing.key[1:])
    said = (text["text"] for text in texts if number in {*text["chain"], text["id"]})
    return replace(thing, name=" ".join(" ".join(said).split()))


def _numbers(node: Mapping[str, Any]) -> list[tuple[int, int]]:
    found, todo = [], [node]
    while todo:
        one = todo.pop()
        attributes = one.get("attributes", [])
        named = dict(zip(attributes[::2], attributes[1::2], strict=True))
        if "data-truth" in named:
            found.append((one["backendNodeId"], int(named["data-truth"])))
        todo += one.get("children", [])
    return found


def _texts(
    told: Mapping[str, Any], things: Sequence[Thing], scale: tuple[int, int], labels: set[int]
) -> list[Thing]:
    """Texts that no other element says: labels belong to their fields, words on a button to the button."""
    speakers = {int(thing.key[1:]) for thing in things if thing.role in _SAYS_ITSELF}
    return [
        Thing(f"n{text['id']}", "text", " ".join(text["text"].split()), _fractions(text["box"], scale))
        for text in told["texts"]
        if not text["label"] and not speakers & {*text["chain"], text["id"]} and not labels & {*text["chain"]}
    ]


def _states(node: Mapping[str, Any]) -> tuple[str, ...]:
    facts = {p["name"]: p["value"].get("value") for p in node.get("properties", ())}
    found = {name for name in _STATES if str(facts.get(name)).lower() == "true"}
    return tuple(sorted(found))


def _of(node: Mapping[str, Any], key: str) -> str:
    value = (node.get(key) or {}).get("value")
    return " ".join(str(value).split()) if value is not None else ""


def _fractions(box: Sequence[float], scale: tuple[int, int]) -> Box:
    return (box[0] / scale[0], box[1] / scale[1], box[2] / scale[0], box[3] / scale[1])


def _side(box: Box, scale: tuple[int, int]) -> float:
    return min((box[2] - box[0]) * scale[0], (box[3] - box[1]) * scale[1])
