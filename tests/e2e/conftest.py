"""One server for the tests of a module; those that kill it have their own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.server import Server, serving


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory, chromium: Path) -> AsyncIterator[Server]:
    async with serving(tmp_path_factory.mktemp("up") / "data") as running:
        yield running
