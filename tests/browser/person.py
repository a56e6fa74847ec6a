"""Somebody at a browser: a profile of their own, one page, and whatever the browser complains of on the way."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, async_playwright

from services.gateway.identity.local_issuer import LocalIssuer

VIEWPORT = {"width": 1360, "height": 900}
PATIENCE_MS = 15_000
# The tab with this title is the one that somebody chooses who is asked which to record.
RECORDED_TITLE = "Fern & Field"
# What a browser says of an answer that is no success; the page shows it to the person in words.
_ANSWERED = re.compile(r"Failed to load resource: the server responded with a status of (4\d\d|503)")


@dataclass
class Person:
    context: BrowserContext
    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)  # errors and warnings of the console, uncaught errors
    requests: list[Request] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)

    def _asked(self, request: Request) -> None:
        self.requests.append(request)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not _ANSWERED.match(message.text):
            self.complaints.append(f"{message.type}: {message.text}")

    async def comes(self, token: str, place: str = "#/") -> None:
        """Signed in by a token, as by the address that `scope up` prints, and then at this place."""
        await self.page.goto(f"{self.url}/#/welcome/{token}")
        await self.page.get_by_role("link", name="Settings").wait_for()
        await self.goes(place)

    async def goes(self, place: str) -> None:
        await self.page.evaluate("hash => { location.hash = hash; }", place)

    def forgives(self, words: str) -> None:
        """What the browser had to complain of, because the test broke it."""
        self.complaints[:] = [said for said in self.complaints if words not in said]

    def strangers(self) -> list[str]:
        """Requests to anywhere but the gateway, and schemes that leave the browser."""
        own = (self.url, "blob:", "data:")
        return [request.url for request in self.requests if not request.url.startswith(own)]


@asynccontextmanager
async def browser_at(executable: Path, *more: str) -> AsyncIterator[Browser]:
    arguments = [f"--auto-select-tab-capture-source-by-title={RECORDED_TITLE}", *more]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def person_at(browser: Browser, url: str, **options: Any) -> AsyncIterator[Person]:
    """Fails when the browser complained of something or asked anybody else."""
    context = await browser.new_context(**{"viewport": VIEWPORT, "accept_downloads": True, **options})
    context.set_default_timeout(PATIENCE_MS)
    try:
        person = Person(context, await context.new_page(), url)
        person.listen()
        yield person
        assert person.complaints == []
        assert person.strangers() == []
    finally:
        await context.close()


def token_of(data: Path, user: str, ttl: float = 3600) -> str:
    return LocalIssuer.load(data).mint(user, ttl, name=user.removeprefix("usr_").title())
