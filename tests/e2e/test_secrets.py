"""Planted secrets through the whole system: none in a prompt, the store, a picture, a log, a model's question."""

import asyncio
import html
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import sync_playwright

from services.analysis.vision.ocr import Ocr
from services.shell.all_in_one import all_in_one
from services.shell.one_shot import Order, run
from tests.bench.elements.scenario import State
from tests.bench.elements.truth import Truth
from tests.bench.elements.watched import film, served
from tests.corpora.load import Secret, secrets
from tests.models.server import KEY, model_server

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

WINDOW = 10  # characters in a row of a secret that must be found nowhere
ROWS = 12
SIZE = (1280, 720)
# Longer ones are wrapped by the page. What has several lines of its own is no text of one paragraph.
SHOWN = tuple(secret for secret in secrets() if "\n" not in secret.text and len(secret.text) <= 260)


def page(texts: list[str]) -> str:
    rows = "".join(f"<p>{html.escape(text)}</p>" for text in texts)
    style = "body{font:15px 'DejaVu Sans Mono',monospace;margin:24px;word-break:break-all} p{margin:0 0 14px}"
    return f"<!doctype html><title>Keys</title><style>{style}</style><body>{rows}"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory, chromium: Path) -> tuple[Path, Path]:
    """A recording of pages full of secrets, and the folder of the pages."""
    folder = tmp_path_factory.mktemp("secrets")
    states = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        for start in range(0, len(SHOWN), ROWS):
            text = page([secret.text for secret in SHOWN[start : start + ROWS]])
            (folder / ("index.html" if not start else f"{start}.html")).write_text(text)
            tab.set_content(text)
            picture = np.asarray(Image.open(io.BytesIO(tab.screenshot())).convert("RGB"))
            states.append(State(str(start), picture, Truth((), ())))
        browser.close()
    return film(folder / "film.webm", states), folder


def windows(secret: str) -> Iterator[str]:
    for start in range(max(1, len(secret) - WINDOW + 1)):
        yield secret[start : start + WINDOW]


def leaked(text: str) -> list[str]:
    return [s.id for s in SHOWN if any(part in text for part in windows(s.secret) if random_part(s, part))]


def random_part(secret: Secret, part: str) -> bool:
    """Not the constant beginning that every such secret has."""
    return secret.secret.index(part) >= 8


async def test_planted_secrets_leave_no_trace(
    recording: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    video, folder = recording
    caplog.set_level(logging.DEBUG)
    async with model_server(["good"]) as model:
        monkeypatch.setenv("SCOPE_VISION_PROVIDER", "openai")
        monkeypatch.setenv("SCOPE_VISION_API_KEY", KEY)
        monkeypatch.setenv("SCOPE_VISION_MODEL", "gpt-test")
        monkeypatch.setenv("SCOPE_VISION_BASE_URL", model.base_url("openai"))
        monkeypatch.setenv("SCOPE_VISION_CEILING", "100")
        with served(folder) as base:
            order = Order(video, f"{base}/index.html", title="Keys", notes="My key is shown.", urls=())
            session = await run(order, lambda _: None, tmp_path / "data")
    await cleaned(tmp_path / "data")
    assert len(SHOWN) >= 60
    assert len({secret.kind for secret in SHOWN}) == 8
    asked = json.dumps(model.asked)
    assert model.asked
    places: dict[str, list[str]] = {
        "session": leaked(json.dumps(session)),
        "model": leaked(asked),
        "log": leaked("\n".join(record.getMessage() for record in caplog.records)),
        "store": leaked(stored_texts(tmp_path / "data")),
        "pictures": leaked(read_pictures(tmp_path / "data")),
    }
    found = {place: ids for place, ids in places.items() if ids}
    masked = session["prompt"].count("[masked ")
    print(f"\n{len(SHOWN)} secrets planted; masks in the prompt: {masked}; found again: {found}")
    assert not found
    assert masked > 0


async def cleaned(data: Path) -> None:
    """The video and the raw frames go when the session has ended: with the next start, if not before."""
    async with all_in_one("127.0.0.1", 0, data, drain_grace=0.0):
        for _ in range(300):
            left = [
                path
                for path in data.rglob("*")
                if path.is_file() and ("raw" in path.parts or path.name == "recording")
            ]
            if not left:
                return
            await asyncio.sleep(0.1)
    raise AssertionError(f"still there: {left}")


def stored_texts(data: Path) -> str:
    files = [path for path in data.rglob("*") if path.is_file() and path.suffix not in {".png", ".webp"}]
    return "\n".join(path.read_bytes().decode("latin-1") for path in files)


def read_pictures(data: Path) -> str:
    """Every stored picture, read by the same OCR that would read it for an attacker."""
    ocr, texts = Ocr(2), []
    pictures = [path for path in data.rglob("*") if path.suffix in {".png", ".webp"}]
    assert pictures
    for path in pictures:
        image: Any = np.asarray(Image.open(path).convert("RGB"))
        spots = ocr.find(image)
        crops = [image[s.y0 : s.y1, s.x0 : s.x1] for s in spots if s.width > 8 and s.height > 6]
        texts += [reading.text for reading in ocr.read(crops)]
    return "\n".join(texts)
