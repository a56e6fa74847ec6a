"""A browser and a gateway for the tests of a module, and a person with a fresh profile for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.person import PATIENCE_MS, Person, browser_at, person_at
from tests.rest.service import Service, started

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    async with browser_at(chromium) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """Gateway, ingest and prompter; what the lanes would find is put in by hand."""
    async with started(tmp_path_factory.mktemp("page") / "data", sync_wait=0.1) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def person(browser: Browser, service: Service) -> AsyncIterator[Person]:
    async with person_at(browser, service.url) as somebody:
        yield somebody
