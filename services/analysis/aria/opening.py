"""One page: open it, let it come to rest, read it, say what happened."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, CDPSession, Dialog, Error, Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

from services.analysis.aria import verdict
from services.analysis.aria.browser import BrowserSettings
from services.analysis.aria.gate import asks_to_sign_in, told
from services.analysis.aria.picture import take_picture
from services.analysis.aria.snapshot import RawPage, let_scripts_run, read_page
from services.analysis.aria.tree import read_tree
from services.analysis.aria.watch import Watch
from shared.model.evidence import PageSnapshot
from shared.runtime.outbound.proxy import MARK
from shared.runtime.outbound.visit import Visit


class NotOpenedError(Exception):
    """The text is the snapshot's error."""


@dataclass(frozen=True)
class Opened:
    """What became of a page; `picture` is a PNG of it, with every secret that it shows."""

    snapshot: PageSnapshot
    picture: bytes | None = field(default=None, repr=False)


async def open_page(context: BrowserContext, url: str, visit: Visit, settings: BrowserSettings) -> Opened:
    """Never fails for what a page does; Playwright's Error means that the tab or the browser is gone."""
    began = time.perf_counter()
    page = await context.new_page()
    context.on("page", _close)
    page.on("dialog", _dismiss)
    watch = Watch(page, visit)
    session = await context.new_cdp_session(page)
    await watch.changes(session)
    return await _Opening(url, visit, settings, page, session, watch, began).result()


@dataclass
class _Opening:
    url: str
    visit: Visit
    settings: BrowserSettings
    page: Page
    session: CDPSession
    watch: Watch
    began: float
    notes: list[str] = field(default_factory=list)
    picture: bytes | None = None

    async def result(self) -> Opened:
        try:
            await self._navigate()
            raw, load_ms = await self._taken()
            return Opened(self._snapshot(raw, load_ms), self.picture)
        except NotOpenedError as error:
            return Opened(self._failure(str(error)))

    def _failure(self, words: str) -> PageSnapshot:
        reached = self.page.url
        return PageSnapshot(
            url=self.url,
            success=False,
            error=words,
            final_url=reached if reached.startswith("http") else None,
            console_errors=tuple(self.watch.console),
            failed_requests=tuple(self.watch.failed),
            load_ms=self._elapsed(),
        )

    async def _navigate(self) -> None:
        """Until the first bytes of an answer are there."""
        seconds = self.settings.answer_timeout
        try:
            await self.page.goto(self.url, wait_until="commit", timeout=seconds * 1000)
        except PlaywrightTimeout:
            raise NotOpenedError(verdict.unanswered(self._reached(), seconds)) from None
        except Error as error:
            await self._why(error)
            if "interrupted by another navigation" not in error.message:
                self._explain(error)

    async def _why(self, error: Error) -> None:
        """The events that say more may still be on their way."""
        seconds = 2.0 if "Download is starting" in error.message else 0.1
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.watch.download_began.wait()

    def _explain(self, error: Error) -> None:
        if self.watch.download is not None or "Download is starting" in error.message:
            raise NotOpenedError(verdict.a_download(self._reached(), self.watch.download or "unnamed")) from None
        if "net::" not in error.message and "Cannot navigate" not in error.message:
            raise error
        self._judge()  # there may be an answer, which the browser had nothing to show of
        raise NotOpenedError(verdict.unopened(self.url, self._reached(), error.message, self.visit)) from None

    async def _taken(self) -> tuple[RawPage, float]:
        """Once more when it changed under our hands: it may have gone on to another page meanwhile."""
        for last in (False, True):
            await self._settle()
            load_ms = self._elapsed()
            self._judge()
            try:
                raw = await self._read()
            except Error:
                if last or self.page.is_closed():
                    raise
                await let_scripts_run(self.session, on=True)
            else:
                self._judge()
                break
        await self._draw()
        return raw, load_ms

    def _elapsed(self) -> float:
        return round((time.perf_counter() - self.began) * 1000, 1)

    async def _settle(self) -> None:
        seconds = self.settings.settle_timeout
        rested = await self.watch.rest(self.session, self.settings.quiet, seconds)
        if self.watch.crashed:
            raise NotOpenedError(f"{self._reached()} crashes its browser tab; it may need too much memory.")
        if not rested:
            words = "did not come to rest" if self.watch.loaded else "was still loading"
            after = "within" if self.watch.loaded else "after"
            self.notes = [f"the page {words} {after} {seconds:g} s; taken as it was"]
        elif self.watch.broke_off and not self.visit.exceeded:
            self.notes = ["the page broke off while it was loading; taken as it was"]

    def _judge(self) -> None:
        """By the last navigation: scripts and meta refresh may have led elsewhere meanwhile."""
        navigation = self.watch.navigation
        if navigation is None:
            return
        response = navigation.response
        if response is None:
            if navigation.failure is not None:
                raise NotOpenedError(verdict.unopened(self.url, navigation.url, navigation.failure, self.visit))
            return
        trouble = verdict.trouble_at(response.url, self.visit)
        if trouble is not None and response.headers.get(MARK) == self.visit.mark:
            raise NotOpenedError(verdict.denied(self.url, response.url, trouble))
        words = verdict.not_a_page(response.url, response.status, response.headers.get("content-type", ""))
        if words is not None:
            raise NotOpenedError(words)

    async def _read(self) -> RawPage:
        seconds = self.settings.read_timeout
        try:
            async with asyncio.timeout(seconds):
                return await read_page(self.page, self.session, self.settings)
        except TimeoutError:
            busy = "the page keeps its tab busy, with a script that never pauses or with far too much content"
            raise NotOpenedError(f"{self._reached()} could not be read within {seconds:g} s: {busy}.") from None

    async def _draw(self) -> None:
        """Without one the tree is still worth having."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.settings.picture_timeout):
                self.picture = await take_picture(self.session, self.settings)

    def _snapshot(self, raw: RawPage, load_ms: float) -> PageSnapshot:
        reading = read_tree(raw.documents, raw.main, self.settings.max_nodes)
        if raw.cut:
            self.notes.append(f"only the first {self.settings.max_elements} elements of the page were read")
        if reading.nodes > self.settings.max_nodes:
            self.notes.append(f"the first {self.settings.max_nodes} of {reading.nodes} nodes are kept")
        if self.visit.exceeded:
            self.notes.append(f"the page loads {self.visit.exceeded}; the rest was refused")
        found = PageSnapshot(
            url=self.url,
            success=True,
            final_url=raw.url or None,
            title=raw.title,
            language=raw.language,
            console_errors=tuple(self.watch.console),
            failed_requests=tuple(self.watch.failed),
            counts=reading.counts,
            tree=reading.tree,
            load_ms=load_ms,
            viewport=(self.settings.width, self.settings.height),
            scrolled=raw.scrolled,
        )
        why = asks_to_sign_in(found)
        if why is not None:
            self.notes.append(told(why, signed_in=self.settings.storage_state is not None))
        return found.model_copy(update={"note": "; ".join(self.notes) or None, "login_required": why is not None})

    def _reached(self) -> str:
        return self.watch.navigation.url if self.watch.navigation else self.url


async def _close(page: Page) -> None:
    await _quietly(page.close())


async def _dismiss(dialog: Dialog) -> None:
    await _quietly(dialog.dismiss())


async def _quietly(what: Awaitable[None]) -> None:
    """The page may be gone already."""
    with contextlib.suppress(Error):
        await what
