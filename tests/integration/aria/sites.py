"""Web servers on loopback for a real browser, and places that must never be reached."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ssl import SSLContext

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Site:
    port: int = 0
    asked: list[str] = field(default_factory=list)  # paths, in order

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def allowed(self) -> tuple[str, ...]:
        return (f"127.0.0.1:{self.port}",)


@asynccontextmanager
async def serving(
    pages: Mapping[str, str | Handler], host: str = "127.0.0.1", tls: SSLContext | None = None
) -> AsyncIterator[Site]:
    """`pages`: path → HTML or a handler. `{port}` in HTML is the site's own. Everything else is a 404."""
    site = Site()

    async def answer(request: web.Request) -> web.StreamResponse:
        site.asked.append(request.path)
        page = pages.get(request.path)
        if page is None:
            raise web.HTTPNotFound(text="nothing here")
        if isinstance(page, str):
            return web.Response(text=page.replace("{port}", str(site.port)), content_type="text/html")
        return await page(request)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, host, 0, ssl_context=tls).start()
    site.port = runner.addresses[0][1]
    try:
        yield site
    finally:
        await runner.cleanup()


@dataclass
class Forbidden:
    """Listens for TCP and UDP on one port and counts who comes."""

    port: int = 0
    visitors: int = 0


@asynccontextmanager
async def forbidden() -> AsyncIterator[Forbidden]:
    place = Forbidden()

    async def counted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        place.visitors += 1
        writer.close()

    class Datagrams(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            place.visitors += 1

    server = await asyncio.start_server(counted, "127.0.0.1", 0)
    place.port = server.sockets[0].getsockname()[1]
    datagrams, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        Datagrams, local_addr=("127.0.0.1", place.port)
    )
    try:
        yield place
    finally:
        datagrams.close()
        server.close()


def redirect(to: str) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": to})

    return answer


def responding(body: bytes, kind: str, status: int = 200, **headers: str) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=body, status=status, headers={"Content-Type": kind, **named})

    return answer


async def hanging(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(3600)
    return web.Response()


async def endless(request: web.Request) -> web.StreamResponse:
    """A page that never ends, 640 kB a second."""
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await response.prepare(request)
    await response.write(b"<title>Endless</title><button>First</button>")
    while True:
        await response.write(b"<p>" + b"x" * 64_000)
        await asyncio.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
