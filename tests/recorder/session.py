"""One recording: the tab is captured while a driver acts as a person."""

import asyncio
import base64
import importlib.util
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.recorder.actor import Actor
from tests.recorder.browser import launched, opened, served
from tests.recorder.journal import Journal, Step
from tests.recorder.shot import MIMES, RecordingFailed, Shot

PREROLL = 0.7
Drive = Callable[[Actor], Awaitable[None]]


@dataclass(frozen=True)
class Take:
    """What came out of the browser; times on the page's clock."""

    video: bytes
    revealed: float
    stopped: float
    journal: Journal
    steps: list[Step]


def _driver(path: Path) -> Drive:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise RecordingFailed(f"no driver at {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    drive: Drive = module.drive
    return drive


def _options(shot: Shot) -> dict[str, Any]:
    width, height = (side * shot.dpr for side in shot.viewport)
    return {"mime": MIMES[shot.codec], "bitrate": shot.bitrate, "fps": shot.fps, "width": width, "height": height}


async def _act(page: Page, shot: Shot, drive: Drive, chunks: list[bytes]) -> Take:
    await page.evaluate("options => recorder.start(options)", _options(shot))
    await asyncio.sleep(PREROLL)
    actor = Actor(page, random.Random(shot.seed))
    await actor.prepare()
    revealed = await page.evaluate("shown => recorder.reveal(shown)", shot.pointer)
    await actor.expect("initial", "page shown")
    await drive(actor)
    stopped = await page.evaluate("recorder.stop()")
    journal = Journal.model_validate(await page.evaluate("recorder.journal"))
    return Take(b"".join(chunks), revealed, stopped, journal, actor.steps)


async def take(shot: Shot) -> Take:
    """Record `shot`. Raise RecordingFailed, with the browser gone, when the driver or the capture fails."""
    drive = _driver(shot.driver)
    chunks: list[bytes] = []
    async with served(shot.page.parent) as address, launched(shot) as browser:
        try:
            page = await opened(browser, shot, address, lambda text: chunks.append(base64.b64decode(text)))
            result = await _act(page, shot, drive, chunks)
        except Exception as problem:
            raise RecordingFailed(f"the driver of {shot.name} failed: {problem}") from problem
    if result.journal.complaints:
        raise RecordingFailed(f"{shot.page.name}: " + "; ".join(result.journal.complaints))
    return result
