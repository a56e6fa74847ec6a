"""The files of the page: all there, small, nothing inline, nothing from elsewhere."""

import gzip
import re
from pathlib import Path

from multidict import CIMultiDictProxy

from services.gateway import page
from tests.rest.service import Service

WEB = Path(page.__file__).parent / "web"
SOURCES = [path for path in WEB.rglob("*") if path.suffix in {".js", ".css", ".html", ".svg"}]


def version(index: str) -> str:
    [found] = set(re.findall(r"/web/([0-9a-f]{16})/", index))
    return found


async def fetched(service: Service, place: str, **headers: str) -> tuple[int, CIMultiDictProxy[str], bytes]:
    """Pages are no part of the described API, so that this asks without its checks."""
    async with service.http.get(service.url + place, headers=headers) as response:
        return response.status, response.headers, await response.read()


async def test_the_first_page_comes_with_a_strict_policy(service: Service) -> None:
    status, headers, body = await fetched(service, "/")
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert re.search(r"https?:|\*", policy) is None
    assert (status, headers["Cache-Control"]) == (200, "no-cache")
    text = body.decode()
    assert re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text) is None


async def test_every_file_is_served_for_good_under_its_version(service: Service) -> None:
    index = (await fetched(service, "/"))[2].decode()
    for path in SOURCES:
        if path.suffix == ".html":
            continue
        place = f"/web/{version(index)}/{path.relative_to(WEB).as_posix()}"
        status, headers, body = await fetched(service, place)
        assert (status, body) == (200, path.read_bytes())
        assert "immutable" in headers["Cache-Control"]
    assert (await fetched(service, f"/web/{'0' * 16}/app.js"))[0] == 404


async def test_it_is_small(service: Service) -> None:
    """All of it, not only the first view. Bytes as they travel."""
    assert sum(len(gzip.compress(path.read_bytes())) for path in SOURCES) < 60_000
    _, packed, _ = await fetched(service, "/", **{"Accept-Encoding": "gzip"})
    _, plain, _ = await fetched(service, "/", **{"Accept-Encoding": "identity"})
    assert packed["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain


def test_nothing_in_it_reads_markup_or_comes_from_elsewhere() -> None:
    for path in SOURCES:
        text = path.read_text()
        assert (
            re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text) is None
        ), path
        assert re.search(r"localStorage", text) is None, path
        links = set(re.findall(r"https?://[^\s'\"`)]+", text))
        known = (
            "http://www.w3.org/",
            "https://www.w3.org/",
            "https://html.spec",
            "http://localhost",
            "https://models.example",
        )
        assert all(link.startswith(known) for link in links), (path, links)
