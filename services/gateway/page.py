"""The page for people: plain files of `web/`, served as they are, with nothing to build.

The files lie under an address that names their content: a browser keeps them for good and never mixes versions.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from aiohttp import web

_FOLDER = Path(__file__).parent / "web"
_KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
# No inline script or style, nothing from elsewhere, no markup from strings (trusted types), in nobody's frame.
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src blob:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "display-capture=(self), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True)
class _File:
    kind: str
    plain: bytes
    zipped: bytes


def add_page(app: web.Application) -> None:
    files, version = _files()
    index = _file("index.html", files["index.html"].replace(b"VERSION", version.encode()))
    app.router.add_get("/", partial(_answer, index, "no-cache"))
    for name, data in files.items():
        if name != "index.html":
            kept = "public, max-age=31536000, immutable"
            app.router.add_get(f"/web/{version}/{name}", partial(_answer, _file(name, data), kept))


async def _answer(file: _File, kept: str, request: web.Request) -> web.Response:
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    headers = {**_HEADERS, "Cache-Control": kept, "Vary": "Accept-Encoding"}
    if zipped:
        headers["Content-Encoding"] = "gzip"
    body = file.zipped if zipped else file.plain
    return web.Response(body=body, content_type=file.kind, charset="utf-8", headers=headers)


def _file(name: str, data: bytes) -> _File:
    return _File(_KINDS[Path(name).suffix], data, gzip.compress(data, mtime=0))


@lru_cache(maxsize=1)
def _files() -> tuple[dict[str, bytes], str]:
    """Every file by its place in the folder, and a name for all of them as they are."""
    paths = sorted(path for path in _FOLDER.rglob("*") if path.suffix in _KINDS)
    files = {path.relative_to(_FOLDER).as_posix(): path.read_bytes() for path in paths}
    digest = hashlib.sha256()
    for name, data in files.items():
        digest.update(f"{name}\n{len(data)}\n".encode() + data)
    return files, digest.hexdigest()[:16]
