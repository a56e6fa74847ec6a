"""Pages of the web, as accessibility trees: one proxy and one browser for all of them."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from playwright.async_api import Error, Playwright, async_playwright

from services.analysis.aria.browser import BrowserBrokenError, BrowserSettings, Chromium, find_browser, missing
from services.analysis.aria.opening import Opened, open_page
from shared.model.evidence import PageSnapshot
from shared.runtime.outbound.policy import RefusedError, UrlPolicy
from shared.runtime.outbound.proxy import Proxy
from shared.runtime.outbound.resolve import Resolver, system_resolver
from shared.runtime.outbound.visit import Visit

_ATTEMPTS = 2
_OVERHEAD = 10.0  # seconds for everything about a page that has no limit of its own
_log = structlog.get_logger(__name__)


async def inspect(
    urls: Sequence[str], *, policy: UrlPolicy, settings: BrowserSettings, resolve: Resolver = system_resolver
) -> tuple[PageSnapshot, ...]:
    """Like `open_pages`, without the pictures."""
    return tuple(
        page.snapshot for page in await open_pages(urls, policy=policy, settings=settings, resolve=resolve)
    )


async def open_pages(
    urls: Sequence[str], *, policy: UrlPolicy, settings: BrowserSettings, resolve: Resolver = system_resolver
) -> tuple[Opened, ...]:
    """What became of each URL, in the same order. BrowserMissing when there is no browser at all."""
    executable = find_browser(settings)
    if executable is None:
        raise missing(settings)
    async with Proxy(policy, resolve) as proxy, _playwright() as playwright:
        chromium = Chromium(playwright, executable, settings, proxy.port)
        try:
            inspector = _Inspector(proxy, chromium, policy, settings)
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(inspector.opened(url)) for url in urls]
        finally:
            await chromium.stop()
    return tuple(task.result() for task in tasks)


@dataclass
class _Inspector:
    proxy: Proxy
    chromium: Chromium
    policy: UrlPolicy
    settings: BrowserSettings
    gate: asyncio.Semaphore = field(init=False)
    deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self.gate = asyncio.Semaphore(self.settings.at_once)
        self.deadline = time.monotonic() + self.settings.total_timeout

    async def opened(self, url: str) -> Opened:
        """A browser that dies is started again once for each page."""
        try:
            self.policy.authority(url)
            async with self.gate:
                for _ in range(_ATTEMPTS):
                    with contextlib.suppress(_DiedError):
                        return await self._attempt(url)
        except (RefusedError, BrowserBrokenError) as error:
            return _failed(url, error.message)
        except Exception:
            _log.exception("page not read", url=url)
            return _failed(url, f"{url} was opened but could not be read; the log of the ARIA lane says why.")
        return _failed(url, f"The browser died twice while {url} was open; the page may need too much memory.")

    async def _attempt(self, url: str) -> Opened:
        patience = min(self._patience, self.deadline - time.monotonic())
        if patience <= 0:
            return _failed(url, f"{url} was not opened: the pages before it took all the time there was.")
        visit = self.proxy.open(self.settings.limits)
        try:
            async with asyncio.timeout(patience):
                return await self._visited(url, visit)
        except TimeoutError:
            return _failed(url, f"{url} was given up after {patience:.0f} s; it keeps the browser busy.")
        except Error as error:
            await asyncio.sleep(0.2)  # the news of the browser's death may come after that of the tab's
            if not self.chromium.alive:
                raise _DiedError from None
            reason = error.message.splitlines()[0][:200]
            return _failed(url, f"{url} closed or crashed its browser tab ({reason}).")
        finally:
            await self.proxy.close(visit)

    async def _visited(self, url: str, visit: Visit) -> Opened:
        context = await self.chromium.context(visit)
        try:
            return await open_page(context, url, visit, self.settings)
        finally:
            with contextlib.suppress(Error, TimeoutError):
                async with asyncio.timeout(5):
                    await context.close()

    @property
    def _patience(self) -> float:
        s = self.settings
        return s.answer_timeout + s.settle_timeout + s.read_timeout + s.picture_timeout + _OVERHEAD


class _DiedError(Exception):
    pass


def _failed(url: str, words: str) -> Opened:
    return Opened(PageSnapshot(url=url, success=False, error=words))


@asynccontextmanager
async def _playwright() -> AsyncIterator[Playwright]:
    """Playwright's driver. Cancelled while it starts it would stay behind, so it is always started to the end."""
    starting = asyncio.ensure_future(async_playwright().start())
    try:
        playwright = await asyncio.shield(starting)
    except asyncio.CancelledError:
        await (await starting).stop()
        raise
    try:
        yield playwright
    finally:
        await playwright.stop()
