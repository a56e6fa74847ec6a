"""Everything a page does while it is open, and when it has come to rest."""

import asyncio
import contextlib
import time
from dataclasses import dataclass

from playwright.async_api import CDPSession, ConsoleMessage, Download, Page, Request, Response
from playwright.async_api import Error as PlaywrightError

from shared.runtime.outbound.proxy import MARK
from shared.runtime.outbound.visit import Visit

_MOST = 20  # console errors, and failed requests
_LENGTH = 300
_TICK = 0.05
# They stay open for as long as the page lives, or tell nobody anything.
_ENDLESS = frozenset({"eventsource", "media", "ping", "websocket", "texttrack"})
_NETWORK_MESSAGE = "Failed to load resource:"
_WORLD = "scope-watch"
_BINDING = "scopeChanged"
# Styles alone are animation. A word every 100 ms is enough.
_OBSERVER = """
(() => {
    let told = 0;
    const changed = (records) => {
        if (records.every((record) => record.attributeName === 'style')) return;
        const now = Date.now();
        if (now - told < 100) return;
        told = now;
        globalThis.scopeChanged('');
    };
    new MutationObserver(changed).observe(
        document, { subtree: true, childList: true, characterData: true, attributes: true });
})();
"""


# On a busy machine a page may have had no chance to run: silence counts only after its clock has ticked.
_PULSE = "new Promise((done) => setTimeout(done, 60)).then(() => true)"


@dataclass
class Navigation:
    """The last thing that the page's own frame was asked to show."""

    url: str
    response: Response | None = None
    failure: str | None = None


class Watch:
    """Listens from the moment it is made."""

    def __init__(self, page: Page, visit: Visit) -> None:
        self._page, self._visit = page, visit
        self._loading: set[Request] = set()
        self._moved = time.monotonic()
        self._loaded = False
        self._previous: Navigation | None = None
        self.navigation: Navigation | None = None
        self.console: list[str] = []
        self.failed: list[str] = []
        self.download: str | None = None
        self.download_began = asyncio.Event()
        self.crashed = False
        page.on("request", self._on_request)
        page.on("response", self._on_response)
        page.on("requestfinished", self._on_done)
        page.on("requestfailed", self._on_failed)
        page.on("domcontentloaded", self._on_loaded)
        page.on("console", self._on_console)
        page.on("pageerror", self._on_page_error)
        page.on("download", self._on_download)
        page.on("crash", self._on_crash)

    async def changes(self, session: CDPSession) -> None:
        """Hear of changes in the DOM, from a world that the page's scripts cannot reach."""
        session.on("Runtime.bindingCalled", lambda _: self._stir())
        await session.send("Runtime.enable")
        await session.send("Runtime.addBinding", {"name": _BINDING, "executionContextName": _WORLD})
        await session.send("Page.enable")
        script = {"source": _OBSERVER, "worldName": _WORLD}
        await session.send("Page.addScriptToEvaluateOnNewDocument", script)

    async def rest(self, session: CDPSession, quiet: float, timeout: float) -> bool:
        """False when the page did not come to rest in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while not self.crashed and not self._page.is_closed():
                    if self._still_for(quiet) and await _alive(session) and self._still_for(quiet):
                        return True
                    await asyncio.sleep(_TICK)
        return False

    def _still_for(self, quiet: float) -> bool:
        return self.loaded and not self._loading and time.monotonic() - self._moved >= quiet

    @property
    def loaded(self) -> bool:
        """Nothing more of the document itself will come."""
        return self._loaded or self.broke_off

    @property
    def broke_off(self) -> bool:
        return self.navigation is not None and self.navigation.failure is not None

    def _stir(self) -> None:
        self._moved = time.monotonic()

    def _on_request(self, request: Request) -> None:
        self._stir()
        if request.resource_type not in _ENDLESS:
            self._loading.add(request)
        if self._is_navigation(request):
            self._previous, self.navigation = self.navigation, Navigation(request.url)

    def _on_response(self, response: Response) -> None:
        self._stir()
        if self._is_navigation(response.request):
            self.navigation, self._loaded = Navigation(response.url, response), False
        elif response.status >= 400:
            own = response.headers.get(MARK) == self._visit.mark
            self._fail(response.request, "not allowed or not reachable" if own else f"{response.status}")

    def _on_done(self, request: Request) -> None:
        self._stir()
        self._loading.discard(request)

    def _on_failed(self, request: Request) -> None:
        self._on_done(request)
        failure = request.failure or "failed"
        aborted = "ERR_ABORTED" in failure
        if self._is_navigation(request):  # an aborted one leaves the page where it was
            self.navigation = self._previous if aborted else self._broken(request, failure)
        elif not aborted:
            self._fail(request, failure)

    def _broken(self, request: Request, failure: str) -> Navigation:
        """The answer stays known when it broke off in the middle."""
        response = self.navigation.response if self.navigation else None
        return Navigation(request.url, response if response and response.url == request.url else None, failure)

    def _fail(self, request: Request, reason: str) -> None:
        if len(self.failed) < _MOST and not request.url.partition("?")[0].endswith("/favicon.ico"):
            self.failed.append(f"{request.method} {request.url[:_LENGTH]} — {reason}")

    def _on_loaded(self, page: Page) -> None:
        self._stir()
        self._loaded = True

    def _on_console(self, message: ConsoleMessage) -> None:
        """The browser's own words about requests are left out: these stand among the failed requests."""
        if message.type == "error" and (message.args or not message.text.startswith(_NETWORK_MESSAGE)):
            self._say(message.text)

    def _on_page_error(self, error: PlaywrightError) -> None:
        self._say(f"Uncaught {error.name or 'Error'}: {error.message}")

    def _say(self, text: str) -> None:
        if len(self.console) < _MOST:
            self.console.append(" ".join(text.split())[:_LENGTH])

    def _on_download(self, download: Download) -> None:
        self.download = download.suggested_filename
        self.download_began.set()

    def _on_crash(self, page: Page) -> None:
        self.crashed = True

    def _is_navigation(self, request: Request) -> bool:
        try:
            return request.is_navigation_request() and request.frame == self._page.main_frame
        except PlaywrightError:  # of a frame that is not there yet or any more
            return False


async def _alive(session: CDPSession) -> bool:
    """False when the page went on to another document meanwhile."""
    try:
        tree = await session.send("Page.getFrameTree")
        frame = {"frameId": tree["frameTree"]["frame"]["id"], "worldName": _WORLD}
        world = await session.send("Page.createIsolatedWorld", frame)
        call = {"expression": _PULSE, "contextId": world["executionContextId"], "awaitPromise": True}
        await session.send("Runtime.evaluate", call)
    except PlaywrightError:
        return False
    return True
