"""What the lanes saw: elements in frames, nodes in the live page. Pure data, shared by lanes, merge and prompts."""

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Source = Literal["vision", "aria", "both"]
DiffStatus = Literal["added", "changed", "removed"]

# Roles one can enter something into; `inputs` of an inspection counts these (REST contract).
FIELD_ROLES = frozenset({"textbox", "searchbox", "combobox", "spinbutton"})  # of these, the ones that hold a value
INPUT_ROLES = FIELD_ROLES | {"checkbox", "radio", "switch", "slider"}
INTERACTIVE_ROLES = INPUT_ROLES | {"button", "link", "menuitem", "option", "tab"}
DIALOG_ROLES = frozenset({"dialog", "alertdialog"})


class Evidence(BaseModel):
    """Base: immutable, camelCase outside, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class Box(Evidence):
    """A rectangle in fractions (0..1) of the width and height of the frame or viewport it lies in."""

    x: float
    y: float
    width: float
    height: float


class Element(Evidence):
    """One thing on the screen in one frame. `id` stays the same while it is the same thing in later frames."""

    id: str
    role: str
    name: str
    box: Box
    state: tuple[str, ...] = ()  # e.g. ("checked",), ("disabled",), ("focused",), sorted
    value: str | None = None
    source: Source = "vision"
    confidence: float = Field(default=1.0, ge=0, le=1)
    locator: str | None = None


class FrameElements(Evidence):
    """All elements of one kept frame, top to bottom, left to right."""

    frame_id: str
    elements: tuple[Element, ...]
    ocr_ms: float = 0.0  # wall time spent reading this frame
    model_ms: float | None = None  # wall time until a model had answered about it; None: it was read locally alone
    ocr_share: float = 1.0  # share of the frame's area that had to be read (the rest was unchanged)


class PageNode(Evidence):
    """One node of the live page's accessibility tree."""

    role: str
    name: str = ""
    state: tuple[str, ...] = ()
    value: str | None = None
    url: str | None = None
    hint: str | None = None  # of a field: what is shown in it while it is empty
    box: Box | None = None  # fractions of the viewport; None when the node is not rendered
    children: tuple["PageNode", ...] = ()


class PageCounts(Evidence):
    buttons: int = 0
    inputs: int = 0
    links: int = 0
    headings: int = 0
    images: int = 0
    total: int = 0  # sum of the five
    by_role: dict[str, int] = Field(default_factory=dict)


class PageSnapshot(Evidence):
    """One page as it was loaded, or why it could not be."""

    url: str
    success: bool
    error: str | None = None
    final_url: str | None = None
    title: str | None = None
    login_required: bool = False  # it asks to sign in: what was recorded lies behind it
    language: str | None = None
    console_errors: tuple[str, ...] = ()
    failed_requests: tuple[str, ...] = ()
    counts: PageCounts = PageCounts()
    tree: tuple[PageNode, ...] = ()
    load_ms: float = 0.0
    viewport: tuple[int, int] | None = None  # CSS pixels; boxes of nodes are fractions of it
    scrolled: float = 0.0  # CSS pixels that it had scrolled down by itself when it was read
    image_key: str | None = None  # its picture, from the top of the document down, in CSS pixels, secrets masked
    note: str | None = None  # e.g. "the page did not come to rest within 10 s; taken as it was"

    def nodes(self) -> Iterator[PageNode]:
        """Every node of the tree, parents first."""
        waiting = list(reversed(self.tree))
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.children)
