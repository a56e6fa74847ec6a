"""The admin server of a process: `/livez`, `/readyz`, `/metrics`. Not for the public."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.runtime.wiring import Ports

Check = Callable[[], Awaitable[None]]
_LIMIT_S = 3.0


def port_checks(ports: Ports) -> dict[str, Check]:
    return {"bus": ports.bus.ping, "store": ports.store.ping, "blobs": ports.blobs.ping}


async def run_checks(checks: Mapping[str, Check]) -> dict[str, str]:
    """`ok` or what is wrong, by name; each check has 3 s."""

    async def one(check: Check) -> str:
        try:
            async with asyncio.timeout(_LIMIT_S):
                await check()
        except TimeoutError:
            return f"no answer within {_LIMIT_S:.0f} s"
        except Exception as error:
            return str(error) or type(error).__name__
        return "ok"

    words = await asyncio.gather(*(one(check) for check in checks.values()))
    return dict(zip(checks, words, strict=True))


def admin_app(checks: Mapping[str, Check]) -> web.Application:
    async def livez(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(request: web.Request) -> web.Response:
        found = await run_checks(checks)
        ready = all(word == "ok" for word in found.values())
        return web.json_response(
            {"status": "ok" if ready else "unready", "checks": found}, status=200 if ready else 503
        )

    async def metrics(request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.router.add_get("/livez", livez)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)
    return app
