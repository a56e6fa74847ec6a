"""What a model may answer, and what became of an answer. Pure."""

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.analysis.merge.identity import best_pairs
from services.analysis.merge.similarity import box_likeness, role_likeness, text_likeness
from shared.model.evidence import Box, Element, Evidence
from shared.model.secrets import masked
from shared.model.tree import contains

ROLES = (
    "alert", "button", "checkbox", "combobox", "dialog", "heading", "img", "link", "menuitem", "option",
    "progressbar", "radio", "slider", "spinbutton", "status", "switch", "tab", "table", "text", "textbox",
    "tooltip",
)  # fmt: skip
STATES = ("checked", "collapsed", "disabled", "expanded", "focused", "invalid", "pressed", "selected")
_MOST = 600
_ALIKE = 0.6
_PART = 0.7
_SURE = 0.9
_CONTAINERS = frozenset({"dialog", "table"})


class Told(BaseModel):
    """One element as a model tells it; `box` in pixels of the picture."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Literal[ROLES]  # type: ignore[valid-type]
    name: Annotated[str, Field(max_length=600)]
    value: Annotated[str, Field(max_length=2000)] | None
    state: list[Literal[STATES]]  # type: ignore[valid-type]
    box: Annotated[list[float], Field(min_length=4, max_length=4)]


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    elements: Annotated[list[Told], Field(max_length=_MOST)]


def _schema() -> dict[str, Any]:
    """As strict modes of providers want it: every property required, nothing besides, no lengths."""
    told = {
        "type": "object",
        "additionalProperties": False,
        "required": ["role", "name", "value", "state", "box"],
        "properties": {
            "role": {"type": "string", "enum": list(ROLES)},
            "name": {"type": "string"},
            "value": {"type": ["string", "null"]},
            "state": {"type": "array", "items": {"type": "string", "enum": list(STATES)}},
            "box": {"type": "array", "items": {"type": "number"}},
        },
    }
    elements = {"type": "array", "items": told}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["elements"],
        "properties": {"elements": elements},
    }


SCHEMA = _schema()


class Reply(Evidence):
    """What came over the wire, and is stored. `end`: the model was done, was cut off, or would not answer."""

    text: str
    end: Literal["done", "truncated", "refused"]
    tokens_in: int = 0
    tokens_out: int = 0


class NoAnswerError(Exception):
    """The text says why. `kind` is for counting; an invalid answer may be asked for once more."""

    def __init__(self, kind: Literal["refused", "truncated", "invalid", "empty"], words: str) -> None:
        super().__init__(words)
        self.kind = kind


def understood(reply: Reply) -> Answer:
    """NoAnswerError says which of the four it is."""
    if reply.end == "refused":
        raise NoAnswerError("refused", "the model refused to answer")
    if reply.end == "truncated":
        raise NoAnswerError("truncated", "the answer was longer than allowed and was cut off")
    text = _unfenced(reply.text)
    if not text:
        raise NoAnswerError("empty", "the answer was empty")
    try:
        answer = Answer.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise NoAnswerError("invalid", f"{where or 'the text'}: {first['msg']}"[:300]) from None
    if not answer.elements:
        raise NoAnswerError("empty", "the answer lists no element")
    return answer


def without_secrets(text: str) -> str:
    """An answer as it may be stored: masked string by string, so that it stays JSON."""
    try:
        return json.dumps(_masked(json.loads(_unfenced(text))), ensure_ascii=False)
    except ValueError:
        return masked(text)


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, list):
        return [_masked(each) for each in value]
    return {name: _masked(each) for name, each in value.items()} if isinstance(value, dict) else value


def _unfenced(text: str) -> str:
    """Models without a strict mode like to put their JSON into a fence."""
    body = text.strip()
    if body.startswith("```"):
        body = body.split("\n", 1)[-1].rsplit("```", 1)[0]
    return body.strip()


def elements(answer: Answer, local: Sequence[Element], width: int, height: int) -> tuple[Element, ...]:
    """The model's elements at the exact places that the pixels gave, and what it left out.

    `width` and `height` are those of the picture that it saw. Secrets that it may have read are masked.
    """
    drawn = (_element(number, each, width, height) for number, each in enumerate(answer.elements))
    told = [element for element in drawn if element is not None]
    pairs = best_pairs(told, local, _likeness, _ALIKE)
    placed = [_placed(e, local[pairs[i]]) if i in pairs else e for i, e in enumerate(told)]
    taken = set(pairs.values())
    rest = [e for n, e in enumerate(local) if n not in taken and not any(_part(e, whole) for whole in placed)]
    everything = sorted([*placed, *rest], key=lambda e: (round(e.box.y, 2), e.box.x))
    return tuple(e.model_copy(update={"id": f"e{n}"}) for n, e in enumerate(everything, 1))


def _element(number: int, told: Told, width: int, height: int) -> Element | None:
    x, y, w, h = told.box
    left, top = min(max(x / width, 0.0), 1.0), min(max(y / height, 0.0), 1.0)
    right, bottom = min(max((x + w) / width, 0.0), 1.0), min(max((y + h) / height, 0.0), 1.0)
    if right <= left or bottom <= top:
        return None
    return Element(
        id=f"m{number}",
        role=told.role,
        name=masked(" ".join(told.name.split())),
        box=Box(x=left, y=top, width=right - left, height=bottom - top),
        state=tuple(sorted(set(told.state))),
        value=masked(told.value) if told.value else None,
        source="vision",
        confidence=_SURE,
    )


def _likeness(one: Element, other: Element) -> float:
    text = max(text_likeness(one.name, other.name), text_likeness(one.value or "", other.value or ""))
    place = box_likeness(one.box, other.box)
    if text < 0.8 and place < 0.4:
        return 0.0
    return 0.5 * text + 0.35 * place + 0.15 * role_likeness(one.role, other.role) + (0.25 if text > 0.95 else 0.0)


def _placed(told: Element, read: Element) -> Element:
    """A masked text stays masked; a box that was measured is better than one that was guessed."""
    hidden = "[masked " in f"{read.name}{read.value}"
    update = {"box": read.box, **({"name": read.name, "value": read.value} if hidden else {})}
    return told.model_copy(update=update)


def _part(element: Element, whole: Element) -> bool:
    return whole.role not in _CONTAINERS and contains(whole.box, element.box, _PART)
