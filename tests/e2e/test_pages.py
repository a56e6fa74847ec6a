"""Pages that cannot be inspected: the lane says why, the session completes all the same."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from tests.e2e.server import Server, serving
from tests.films import three_states

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site() -> AsyncIterator[str]:
    """host:port of a server with one bad page of each kind."""
    gone = asyncio.Event()

    async def redirect(request: web.Request) -> web.Response:
        raise web.HTTPFound("http://169.254.169.254/latest/meta-data/")

    async def hang(request: web.Request) -> web.Response:
        await gone.wait()
        return web.Response()

    async def download(request: web.Request) -> web.Response:
        headers = {"Content-Disposition": "attachment; filename=a.bin"}
        return web.Response(body=bytes(100), content_type="application/octet-stream", headers=headers)

    async def fine(request: web.Request) -> web.Response:
        return web.Response(text="<title>Orders</title><button>Save</button>", content_type="text/html")

    app = web.Application()
    for path, handler in (("/redirect", redirect), ("/hang", hang), ("/download", download), ("/fine", fine)):
        app.router.add_get(path, handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"127.0.0.1:{runner.addresses[0][1]}"
    gone.set()
    await runner.cleanup()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory, site: str, chromium: Path) -> AsyncIterator[Server]:
    """As deployed: only public pages, and the one host that was allowed."""
    data = tmp_path_factory.mktemp("up") / "data"
    async with serving(data, SCOPE_ARIA_POLICY="public", SCOPE_ARIA_ALLOW=site) as running:
        yield running


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("redirect", "169.254.169.254"),
        pytest.param("download", "download", marks=pytest.mark.slow),
        ("missing", "404"),
        pytest.param("hang", "did not answer", marks=pytest.mark.slow),
    ],
)
async def test_a_page_that_cannot_be_inspected(
    server: Server, site: str, tmp_path: Path, path: str, words: str
) -> None:
    accepted = await server.upload(three_states(tmp_path / "film.webm"), f"http://{site}/{path}")
    session = await server.ended(accepted.json["sessionId"])
    lane = session["processingStatus"]["playwrightLane"]
    assert (session["status"], lane["status"]) == ("complete", "error")
    assert words in lane["error"]
    [page] = session["analysis"]["inspection"]["snapshots"]
    assert (page["success"], page["error"]) == (False, lane["error"])
    assert "not inspected" in session["prompt"]


async def test_an_address_that_policy_refuses(server: Server, tmp_path: Path) -> None:
    accepted = await server.upload(three_states(tmp_path / "film.webm"), "http://localhost:3000/")
    lane = (await server.ended(accepted.json["sessionId"]))["processingStatus"]["playwrightLane"]
    assert lane["status"] == "error"
    assert "SCOPE_ARIA_ALLOW" in lane["error"]


async def test_one_bad_page_beside_a_good_one(server: Server, site: str, tmp_path: Path) -> None:
    film = three_states(tmp_path / "film.webm")
    accepted = await server.upload(film, f"http://{site}/fine", urls=f"http://{site}/missing")
    session = await server.ended(accepted.json["sessionId"])
    assert session["processingStatus"]["playwrightLane"]["status"] == "complete"
    assert [page["success"] for page in session["analysis"]["inspection"]["snapshots"]] == [True, False]
