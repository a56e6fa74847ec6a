"""Taking the accessibility trees of a page and of its frames from Chromium."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import CDPSession, Error, Page

from services.analysis.aria.browser import BrowserSettings
from services.analysis.aria.document import STYLES, DomDocument, Point, dom_documents, facts
from services.analysis.aria.tree import FrameDocument

_MAX_FRAMES = 30
_WORLD = "scope-reading"
_MAX_TEXT = 100_000  # characters of one text or value
_MAX_ATTRIBUTES = 32 * 1024**2  # characters of all attributes of a document

# Runs in a world of its own, where the page's scripts cannot change what the DOM's methods do. The page is thrown
# away afterwards, so what would only fill our memory is cut from it first. Answers whether anything was.
_CUT = """([most, text, all]) => {
    let cut = false, length = 0;
    const elements = document.getElementsByTagName('*');
    if (elements.length > most) {
        const rest = document.createRange();
        rest.setStartAfter(elements[most - 1]);
        rest.setEndAfter(document.documentElement.lastChild);
        rest.deleteContents();
        cut = true;
    }
    const texts = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const node = texts.currentNode;
        if (node.length > text) { node.data = node.data.slice(0, text); cut = true; }
    }
    for (const element of elements) {
        for (const attribute of element.attributes) {
            length += attribute.value.length;
            if (length > all) { attribute.value = ''; cut = true; }
        }
        if (typeof element.value === 'string' && element.value.length > text) {
            element.value = element.value.slice(0, text); cut = true;
        }
    }
    return cut;
}"""


@dataclass
class RawPage:
    """What Chromium said, frame by frame. `cut`: documents were too large to be read whole."""

    main: str
    documents: dict[str, FrameDocument] = field(default_factory=dict)
    url: str = ""
    title: str | None = None
    language: str | None = None
    scrolled: float = 0.0
    cut: bool = False


async def read_page(page: Page, session: CDPSession, settings: BrowserSettings) -> RawPage:
    """Frames of other sites live in processes of their own and are asked one by one."""
    origins: dict[str, Point] = {}
    raw = await _read_target(session, origins, settings, None)
    for frame in page.frames[1:_MAX_FRAMES]:
        try:
            own = await page.context.new_cdp_session(frame)
        except Error:  # it shares its parent's process and is read already, or it is gone
            continue
        with _gone_frames(main=False):
            await _read_target(own, origins, settings, raw)
    return raw


async def let_scripts_run(session: CDPSession, *, on: bool) -> None:
    """Those of the page; ours run in any case."""
    await session.send("Emulation.setScriptExecutionDisabled", {"value": not on})


@contextmanager
def _gone_frames(main: bool) -> Iterator[None]:
    """A frame that goes away while it is read is left out; without the page's own there is nothing to tell."""
    try:
        yield
    except Error:
        if main:
            raise


async def _read_target(
    session: CDPSession, origins: dict[str, Point], settings: BrowserSettings, into: RawPage | None
) -> RawPage:
    """The frames of one process. `origins` learns where the frames inside them begin."""
    frames = _frame_ids((await session.send("Page.getFrameTree"))["frameTree"])
    raw = into or RawPage(main=frames[0])
    await let_scripts_run(session, on=False)  # what is asked bit by bit must belong together
    origin = origins.get(frames[0], None if into else (0.0, 0.0))
    if origin is None:  # not shown
        return raw
    for frame in frames[:_MAX_FRAMES]:
        with _gone_frames(frame == raw.main):
            raw.cut |= await _cut(session, frame, settings)
    answer = await session.send("DOMSnapshot.captureSnapshot", {"computedStyles": list(STYLES)})
    documents = {document.frame: document for document in dom_documents(answer)}
    origins[frames[0]] = origin
    for frame in frames[:_MAX_FRAMES]:
        document = documents.get(frame)
        if document is not None and frame in origins:
            inner = await _inner_frames(session, document, origin, origins)
            with _gone_frames(frame == raw.main):
                raw.documents[frame] = await _frame_document(session, document, origins[frame], inner, settings)
    if into is None and (document := documents.get(raw.main)):
        raw.url, raw.title, raw.language = document.url, document.title, document.language
        raw.scrolled = document.scroll[1]
    return raw


async def _frame_document(
    session: CDPSession, document: DomDocument, origin: Point, inner: Mapping[int, str], settings: BrowserSettings
) -> FrameDocument:
    answer = await session.send("Accessibility.getFullAXTree", {"frameId": document.frame})
    viewport = (float(settings.width), float(settings.height))
    return FrameDocument(answer["nodes"], facts(document, origin, viewport), inner)


async def _inner_frames(
    session: CDPSession, document: DomDocument, origin: Point, origins: dict[str, Point]
) -> dict[int, str]:
    """Iframe elements and the frames in them. Chromium tells positions from where the target's own frame begins."""
    found = {}
    for element in document.frame_elements[:_MAX_FRAMES]:
        try:
            node = await session.send("DOM.describeNode", {"backendNodeId": element})
            model = await session.send("DOM.getBoxModel", {"backendNodeId": element})
        except Error:  # gone, or without a box
            continue
        frame = node["node"].get("frameId")
        if frame:
            left, top = model["model"]["content"][:2]
            found[element], origins[frame] = frame, (origin[0] + left, origin[1] + top)
    return found


async def _cut(session: CDPSession, frame: str, settings: BrowserSettings) -> bool:
    world = await session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": _WORLD})
    limits = [settings.max_elements, _MAX_TEXT, _MAX_ATTRIBUTES]
    answer = await session.send(
        "Runtime.evaluate",
        {
            "expression": f"({_CUT})({limits})",
            "contextId": world["executionContextId"],
            "returnByValue": True,
        },
    )
    return answer["result"].get("value") is True


def _frame_ids(tree: Mapping[str, Any]) -> list[str]:
    """Parents first."""
    inner = [frame for child in tree.get("childFrames", ()) for frame in _frame_ids(child)]
    return [tree["frame"]["id"], *inner]
