"""What all tests share: quiet logs, a clean environment, and a browser where there is one."""

import asyncio
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.require import missing
from tests.servers import run as servers
from tests.servers.find import server

# What holds asserts and is no test module by name.
_WITH_ASSERTS = (
    *(f"tests.contract.{kind}_suite" for kind in ("bus", "bus_letters", "bus_stop", "store", "store_list")),
    "tests.contract.store_credentials_suite",
    "tests.contract.store_keys_suite",
    "tests.contract.blobs_suite",
    "tests.contract.handlers",
    "tests.e2e.server",
    "tests.e2e.processes",
    "tests.rest.description",
    "tests.rest.pipeline",
    "tests.rest.service",
)
pytest.register_assert_rewrite(*_WITH_ASSERTS)

# Examples are the same in every run, and a slow machine is no failure.
settings.register_profile(
    "scope", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("scope")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the process that pytest was called in
        servers.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        servers.end()


@pytest.fixture(scope="session", autouse=True)
def _quiet_logs() -> None:
    """To the standard library's loggers, whose records pytest shows with failing tests only.

    The default would print every line, with tracebacks drawn in colour.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside() -> Iterator[None]:
    """A developer's own SCOPE_* variables say nothing here; those that name test servers stay."""
    mine = {k: v for k, v in os.environ.items() if k.startswith("SCOPE_") and not k.startswith("SCOPE_TEST_")}
    for name in mine:
        del os.environ[name]
    yield
    os.environ.update(mine)


@pytest.fixture(scope="session")
def broker() -> str:
    """A SCOPE_BUS_URL with one set of queues for all tests of a process; each empties them before it begins."""
    from shared.adapters import bus_rabbit

    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    url = f"{server('rabbitmq')}?prefix=tests-{worker}-{os.getpid()}"
    with ThreadPoolExecutor(1) as elsewhere:  # this thread's loop belongs to the tests
        elsewhere.submit(asyncio.run, bus_rabbit.prepare(url)).result()
    return url


@pytest.fixture(scope="session")
def chromium() -> Path:
    """A Chromium that can be started."""
    from services.analysis.aria import BrowserSettings, find_browser

    return find_browser(BrowserSettings()) or missing("no Chromium here: apt-get install chromium")
