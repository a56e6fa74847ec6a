"""The tab to record: a loopback server, headless Chromium, the page in a frame of the outer page."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from tests.recorder.shot import RecordingFailed, Shot

HERE = Path(__file__).parent


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise RecordingFailed("no Chromium on PATH (Debian: apt-get install chromium)")
    return found


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[str]:
    """`folder` under /page/, the outer page under /; a free port of the loopback interface."""
    app = web.Application()
    for name in ("host.html", "host.js"):
        app.router.add_get(f"/{name}", _file(HERE / name))
    app.router.add_static("/page/", folder)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _file(path: Path) -> Callable[[web.Request], Awaitable[web.FileResponse]]:
    async def answer(request: web.Request) -> web.FileResponse:
        return web.FileResponse(path)

    return answer


@asynccontextmanager
async def launched(shot: Shot) -> AsyncIterator[Browser]:
    arguments = ["--auto-accept-this-tab-capture", "--hide-scrollbars", "--disable-features=Translate"]
    arguments += [f"--force-device-scale-factor={shot.dpr}", "--window-size={},{}".format(*shot.viewport)]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_chromium(), args=arguments)
        try:
            yield browser
        finally:
            await browser.close()


async def opened(browser: Browser, shot: Shot, address: str, save: Callable[[str], None]) -> Page:
    """The outer page with the recorded one loaded behind the cover; `save` takes base64 pieces of the video."""
    width, height = shot.viewport
    page = await browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=shot.dpr)
    await page.expose_function("saveChunk", save)
    script = (HERE / "observe.js").read_text(encoding="utf-8").replace("(SEED)", f"({shot.seed})")
    await page.add_init_script(script)
    await page.goto(f"{address}/host.html" + ("" if shot.cover else "#bare"))
    await page.evaluate("url => recorder.stage(url)", f"{address}/page/{shot.page.name}")
    return page
