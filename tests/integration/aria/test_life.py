"""The browser's life: not there, killed in the middle, gone at the end, whatever the end was."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from services.analysis.aria import BrowserMissing, BrowserSettings, UrlPolicy, inspect
from tests.integration.aria.sites import hanging, serving

pytestmark = pytest.mark.browser

ANY = UrlPolicy("any")


def _browsers(process: psutil.Process | None = None) -> list[psutil.Process]:
    """Browser processes (not their renderers) below this one."""
    found = []
    for child in (process or psutil.Process()).children(recursive=True):
        try:
            arguments = child.cmdline()
        except psutil.Error:
            continue
        if any(a.startswith("--user-data-dir") for a in arguments) and not any(
            a.startswith("--type=") for a in arguments
        ):
            found.append(child)
    return found


async def _until(condition: Callable[[], object], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def _profiles(processes: list[psutil.Process]) -> list[Path]:
    flags = [a for p in processes for a in p.cmdline() if a.startswith("--user-data-dir=")]
    return [Path(flag.partition("=")[2]) for flag in flags]


async def test_without_a_browser_it_says_how_to_get_one(tmp_path):
    settings = BrowserSettings(executable=tmp_path / "none")
    with pytest.raises(BrowserMissing, match="apt-get install chromium"):
        await inspect(["http://127.0.0.1:1/"], policy=ANY, settings=settings)


async def test_a_browser_that_does_not_start_is_an_error_of_every_page(tmp_path):
    program = tmp_path / "browser"
    program.write_text("#!/bin/sh\necho 'error while loading shared libraries: libnss3.so' >&2\nexit 127\n")
    program.chmod(0o755)
    settings = BrowserSettings(executable=program, launch_timeout=10)
    pages = await inspect(["http://127.0.0.1:1/", "http://127.0.0.1:2/"], policy=ANY, settings=settings)
    assert [page.success for page in pages] == [False, False]
    assert all(f"The browser {program} does not start" in page.error for page in pages)
    assert "libnss3.so" in pages[0].error


@pytest.mark.slow
async def test_a_browser_killed_in_the_middle_is_started_again(settings):
    async with serving(
        {"/": "<h1>Here</h1><script>setInterval(() => { document.title += 'x' }, 50)</script>"}
    ) as site:
        looking = asyncio.create_task(inspect([site.url()], policy=ANY, settings=settings))
        await _until(lambda: "/" in site.asked)
        (browser,) = _browsers()
        browser.kill()
        (page,) = await looking
    assert page.success, page.error
    assert page.counts.headings == 1
    assert site.asked.count("/") == 2


async def test_a_browser_killed_every_time_is_an_error_of_that_page(settings):
    async with serving({"/": hanging}) as site:
        looking = asyncio.create_task(inspect([site.url()], policy=ANY, settings=settings))
        for times in (1, 2):
            await _until(lambda times=times: site.asked.count("/") == times)
            _browsers()[0].kill()
        (page,) = await looking
    assert page.error == f"The browser died twice while {site.url()} was open; the page may need too much memory."
    assert _browsers() == []


@pytest.mark.parametrize("moment", ["browser starts", "page loads"])
async def test_cancelled_it_leaves_nothing_behind(settings, moment):
    async with serving({"/": hanging}) as site:
        looking = asyncio.create_task(inspect([site.url()], policy=ANY, settings=settings))
        await _until(_browsers if moment == "browser starts" else lambda: site.asked)
        profiles = _profiles(_browsers())
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking
        await _until(lambda: not psutil.Process().children(recursive=True))
    assert profiles
    assert not any(profile.exists() for profile in profiles)


@pytest.mark.parametrize("delay", [0.0, 0.02, 0.1, 0.3])
async def test_cancelled_early_it_leaves_nothing_behind(settings, delay):
    looking = asyncio.create_task(inspect(["http://127.0.0.1:1/"], policy=ANY, settings=settings))
    await asyncio.sleep(delay)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    await _until(lambda: not psutil.Process().children(recursive=True))


async def test_afterwards_nothing_is_left(settings):
    async with serving({"/": "<p>x"}) as site:
        await inspect([site.url()], policy=ANY, settings=settings)
    await _until(lambda: not psutil.Process().children(recursive=True), 5)
    assert asyncio.all_tasks() == {asyncio.current_task()}


_CHILD = """
import asyncio, sys
from pathlib import Path
from services.analysis.aria import BrowserSettings, UrlPolicy, inspect
settings = BrowserSettings(executable=Path(sys.argv[2]), answer_timeout=60)
asyncio.run(inspect([sys.argv[1]], policy=UrlPolicy("any"), settings=settings))
"""


async def test_a_killed_process_takes_its_browser_along(settings):
    async with serving({"/": hanging}) as site:
        child = subprocess.Popen(  # noqa: ASYNC220  short, and waited for below
            [sys.executable, "-c", _CHILD, site.url(), str(settings.executable)], cwd=Path.cwd()
        )
        try:
            await _until(lambda: site.asked)
            everything = psutil.Process(child.pid).children(recursive=True)
            profiles = _profiles(_browsers(psutil.Process(child.pid)))
            assert profiles
            child.send_signal(signal.SIGKILL)
        finally:
            child.kill()
            child.wait()
        began = time.monotonic()
        await _until(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in everything), 15)
    assert time.monotonic() - began < 15


async def test_the_browser_gets_no_secrets_from_our_environment(settings, monkeypatch):
    monkeypatch.setenv("SCOPE_INTERNAL_KEY", "very-secret")
    async with serving({"/": hanging}) as site:
        looking = asyncio.create_task(inspect([site.url()], policy=ANY, settings=settings))
        await _until(lambda: site.asked)
        environments = [browser.environ() for browser in _browsers()]
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking
    assert environments
    assert all("SCOPE_INTERNAL_KEY" not in environment for environment in environments)
