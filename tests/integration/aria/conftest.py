from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from services.analysis.aria import BrowserSettings, UrlPolicy
from services.analysis.aria.inspection import inspect
from shared.model.evidence import PageNode, PageSnapshot
from shared.runtime.outbound.resolve import Resolver, system_resolver
from tests.integration.aria.sites import Site

Look = Callable[..., Awaitable[PageSnapshot]]


@pytest.fixture
def settings(chromium: Path) -> BrowserSettings:
    """Less patient than in real life."""
    return BrowserSettings(executable=chromium, answer_timeout=3, settle_timeout=4, read_timeout=8)


@pytest.fixture
def look(settings: BrowserSettings) -> Look:
    """Open one path of a site under policy `public`, with that site alone allowed."""

    async def one(
        site: Site,
        path: str = "/",
        *,
        allow: tuple[str, ...] = (),
        resolve: Resolver = system_resolver,
        host: str = "127.0.0.1",
    ) -> PageSnapshot:
        policy = UrlPolicy("public", (*site.allowed, *allow))
        (snapshot,) = await inspect([site.url(path, host)], policy=policy, settings=settings, resolve=resolve)
        return snapshot

    return one


def flat(snapshot: PageSnapshot) -> list[PageNode]:
    return list(snapshot.nodes())
