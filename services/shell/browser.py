"""`scope browser`: get a Chromium for the ARIA lane where the machine has none."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services.analysis.aria import BrowserSettings, find_browser
from services.analysis.settings import AnalysisSettings

_WAYS = (
    "Get Chromium yourself (`apt-get install chromium` as root, or `.venv/bin/playwright install --with-deps"
    " chromium`), or set SCOPE_BROWSER to one. Without it the ARIA lane ends in error; everything else works."
)


@dataclass(frozen=True)
class Found:
    """`path` None: there is none and none could be had; `words` say what to do."""

    path: Path | None
    words: str


def get_browser(tell: Callable[[str], None]) -> Found:
    """The browser that is there, else the first that can be installed. `tell` hears what is being done."""
    here = _look()
    if here is not None:
        return Found(here, f"Chromium is at {here}.")
    for words, commands in _recipes():
        tell(words)
        if all(_run(command, tell) for command in commands) and (got := _look()) is not None:
            return Found(got, f"Chromium is at {got}.")
    return Found(None, f"There is no Chromium on this machine, and none could be installed. {_WAYS}")


def _look() -> Path | None:
    return find_browser(BrowserSettings(executable=AnalysisSettings().browser))


def _recipes() -> list[tuple[str, list[list[str]]]]:
    """What to try, with words for it."""
    recipes: list[tuple[str, list[list[str]]]] = []
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium", "fonts-dejavu-core"]
        recipes.append(
            ("Installing Chromium with apt-get (some minutes) …", [["apt-get", "update", "-q"], install])
        )
    playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    recipes.append(("Downloading Chromium as Playwright offers it …", [playwright]))
    return recipes


def _run(command: list[str], tell: Callable[[str], None]) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        tell(f"{' '.join(command)} failed: {_last_line(done.stderr or done.stdout)}")
    return done.returncode == 0


def _last_line(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "no reason given")
