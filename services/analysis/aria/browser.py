"""The browser: finding it, starting it so that nothing gets round the proxy, starting it again when it died."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Error, Playwright

from shared.model.errors import ScopeError
from shared.runtime.outbound.visit import Limits, Visit

_COMMANDS = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "chrome")
_USUAL_PLACES = (
    "/usr/bin/chromium",
    "/usr/lib/chromium/chromium",
    "/snap/bin/chromium",
    "/opt/google/chrome/chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_CACHES = (".cache/ms-playwright", "Library/Caches/ms-playwright", "AppData/Local/ms-playwright")
_DOWNLOADS = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
    "chromium-*/chrome-win*/chrome.exe",
    "chromium_headless_shell-*/chrome-*/headless_shell",
    "chromium_headless_shell-*/chrome-*/chrome-headless-shell",
)

_FLAGS = (
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # the proxy resolves; the browser has no need to
    "--dns-prefetch-disable",
    "--no-pings",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--mute-audio",
    "--disable-gpu",
    "--js-flags=--max-old-space-size=1024",  # MB; a page that eats memory loses its tab, not our machine
    "--disable-dev-shm-usage",  # containers often give 64 MB
)
# What Chromium needs of our environment. The rest (keys, tokens, database addresses) is not for a web browser.
_ENVIRONMENT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "TZ",
    "XDG_RUNTIME_DIR",
    "FONTCONFIG_PATH",
    "SYSTEMROOT",
)

_LIMITS = Limits()


class BrowserMissing(ScopeError):
    """There is no browser on this machine. The message says how to get one."""


class BrowserBrokenError(ScopeError):
    """There is one, but it does not start."""


@dataclass(frozen=True)
class BrowserSettings:
    """Times are seconds, sizes bytes, the viewport CSS pixels."""

    executable: Path | None = None  # None: looked for
    width: int = 1280
    height: int = 720
    launch_timeout: float = 30.0
    answer_timeout: float = 15.0  # until a page's first bytes
    settle_timeout: float = 10.0  # from then until it has come to rest
    quiet: float = 0.5  # nothing loads and nothing changes for so long: at rest
    read_timeout: float = 20.0  # for taking the tree
    picture_timeout: float = 8.0  # for the picture after it; the tree is kept without
    total_timeout: float = 160.0  # for all pages of one call; those that it does not reach are not opened
    max_nodes: int = 3000  # of one tree
    max_elements: int = 20_000  # of one document; what comes after them is not read
    at_once: int = 2  # pages
    limits: Limits = _LIMITS
    storage_state: Any = field(
        default=None, repr=False
    )  # as Playwright takes it: a login; None: nobody is signed in


def find_browser(settings: BrowserSettings) -> Path | None:
    """The configured one or none; without configuration the first of the usual ones that is there."""
    if settings.executable is not None:
        return _executable(str(settings.executable))
    candidates = (_executable(place) for place in (*_COMMANDS, *_USUAL_PLACES))
    return next((found for found in candidates if found), None) or next(_downloads(), None)


def missing(settings: BrowserSettings) -> BrowserMissing:
    ways = "Get one with `apt-get install chromium` or `playwright install chromium`, or set SCOPE_BROWSER."
    if settings.executable is not None:
        return BrowserMissing(
            f"There is no browser at {settings.executable}, where SCOPE_BROWSER points to. {ways}"
        )
    return BrowserMissing(f"There is no Chromium on this machine, so pages cannot be inspected. {ways}")


def _executable(name: str) -> Path | None:
    found = shutil.which(name)
    return Path(found) if found else None


def _downloads() -> Iterator[Path]:
    """Playwright's own, newest first."""
    configured = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    roots = [Path(configured)] if configured not in {"", "0"} else [Path.home() / cache for cache in _CACHES]
    for pattern in _DOWNLOADS:
        for root in roots:
            for path in sorted(root.glob(pattern), reverse=True):
                if os.access(path, os.X_OK):
                    yield path


class Chromium:
    """One browser process for several pages. `context` starts it when it is needed and does not run."""

    def __init__(
        self, playwright: Playwright, executable: Path, settings: BrowserSettings, proxy_port: int
    ) -> None:
        self._playwright, self._executable, self._settings = playwright, executable, settings
        self._proxy = f"http://127.0.0.1:{proxy_port}"
        self._browser: Browser | None = None
        self._starting = asyncio.Lock()

    async def context(self, visit: Visit) -> BrowserContext:
        """A fresh profile in memory, whose traffic goes through the proxy on the visit's account."""
        browser = await self._running()
        return await browser.new_context(
            storage_state=self._settings.storage_state,
            viewport={"width": self._settings.width, "height": self._settings.height},
            accept_downloads=False,
            service_workers="block",
            permissions=[],
            reduced_motion="reduce",
            proxy={
                "server": self._proxy,
                "bypass": "<-loopback>",  # means: do not go round the proxy for loopback
                "username": visit.user,
                "password": visit.password,
            },
        )

    @property
    def alive(self) -> bool:
        return self._browser is not None and self._browser.is_connected()

    async def stop(self) -> None:
        browser, self._browser = self._browser, None
        if browser is not None:
            with contextlib.suppress(Error, TimeoutError):
                async with asyncio.timeout(10):
                    await browser.close()

    async def _running(self) -> Browser:
        async with self._starting:
            if self._browser is None or not self._browser.is_connected():
                self._browser = await self._start()
            return self._browser

    async def _start(self) -> Browser:
        try:
            return await self._playwright.chromium.launch(
                executable_path=self._executable,
                headless=True,
                args=list(_FLAGS),
                chromium_sandbox=not _is_root(),  # Chromium cannot sandbox itself as root
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                proxy={"server": self._proxy, "bypass": "<-loopback>"},  # without a password: serves nothing
                timeout=self._settings.launch_timeout * 1000,
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        except Error as error:
            raise BrowserBrokenError(_broken(self._executable, str(error))) from None


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _broken(executable: Path, words: str) -> str:
    """`words`: Playwright's report. What the browser itself said stands in lines with [err]."""
    if "no usable sandbox" in words.lower():
        return (
            f"The browser {executable} does not start, because its sandbox is not available:"
            " allow unprivileged user namespaces on this machine or in this container."
        )
    said = [line.partition("[err]")[2].strip() for line in words.splitlines() if "[err]" in line]
    lines = [line for line in said if line] or words.splitlines() or ["no reason given"]
    telling = next((line for line in lines if "error" in line.lower()), lines[0])
    return f"The browser {executable} does not start: {telling[:300]}"
