"""`scope doctor`: what is missing on this machine, and how to get it."""

import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from services.analysis.aria import BrowserSettings, find_browser
from services.analysis.settings import AnalysisSettings

_CODECS = ("vp8", "vp9", "av1", "h264")
_FREE_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    """`needed` False: everything else works without it."""

    name: str
    ok: bool
    words: str
    needed: bool = True


def examine(data_dir: Path, port: int) -> Iterator[Finding]:
    """One finding after the other, so that they can be shown as they come."""
    checks: tuple[Callable[[], Finding], ...] = (
        _python,
        _packages,
        _codecs,
        _ocr,
        _browser,
        lambda: _port(port),
        lambda: _space(data_dir),
    )
    for check in checks:
        yield check()


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= (3, 11), f"{version} (3.11 or newer is needed)")


def _packages() -> Finding:
    wanted = (
        "av",
        "rapidocr",
        "onnxruntime",
        "playwright",
        "jinja2",
        "jwt",
        "argon2",
        "PIL",
        "numpy",
        "rich",
    )
    missing = [name for name in wanted if find_spec(name) is None]
    words = f"missing: {', '.join(missing)}; run `make install`" if missing else "all there"
    return Finding("packages", not missing, words)


def _codecs() -> Finding:
    import av  # noqa: PLC0415  may be what is missing

    missing = [name for name in _CODECS if not _decodes(av.codec, name)]
    words = f"no decoder for {', '.join(missing)}; reinstall the package av" if missing else ", ".join(_CODECS)
    return Finding("video codecs", not missing, words)


def _decodes(codecs: Any, name: str) -> bool:
    try:
        codecs.Codec(name, "r")
    except Exception:
        return False
    return True


def _ocr() -> Finding:
    try:
        from services.analysis.vision import LocalVision  # noqa: PLC0415  may be what is missing

        vision = LocalVision(threads=1)
        vision.warm_up()
        vision.close()
    except Exception as error:
        return Finding("text recognition", ok=False, words=f"does not load: {error}; run `make install`")
    return Finding("text recognition", ok=True, words="its models are there, and load")


def _browser() -> Finding:
    found = find_browser(BrowserSettings(executable=AnalysisSettings().browser))
    if found is not None:
        return Finding("browser", ok=True, words=str(found))
    words = (
        "no Chromium: the ARIA lane will end in error, the rest works. Get it with `scope browser`,"
        " or set SCOPE_BROWSER to one."
    )
    return Finding("browser", ok=False, words=words, needed=False)


def _port(port: int) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            words = f"{port} is taken; start with `scope up --port` and another one"
            return Finding("port", ok=False, words=words, needed=False)
    return Finding("port", ok=True, words=f"{port} is free")


def _space(data_dir: Path) -> Finding:
    place = next(folder for folder in (data_dir, *data_dir.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    words = f"{free / 1024**3:.1f} GiB free for {data_dir} (2 GiB are comfortable)"
    return Finding("disk space", free >= _FREE_BYTES, words)
