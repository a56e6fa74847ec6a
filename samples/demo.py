"""The sample recording through the whole system: run by `make demo`.

Serves the page that was recorded, starts the service on a free port, uploads the recording, shows progress, and
prints the prompt. Ends when it is done; what was made stays in the data folder, for `make up` to show.
"""

import argparse
import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from services.shell.one_shot import Order, run
from services.shell.progress import Steps
from shared.model.errors import ScopeError
from shared.runtime import logs

SAMPLES = Path(__file__).resolve().parent
TITLE = "The total ignores the coupon"
NOTES = (
    "I put in SPRING20 and the page says that 20 % are off, but the total below stays as it was and I am charged"
    " that amount. I expect the total to be the subtotal less the discount, plus shipping."
)
_EMBEDDED = re.compile(r"\(data:image/[^)]*\)")


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[str]:
    """The address of the folder's index.html, on a free port of this machine alone."""
    app = web.Application()

    async def index(request: web.Request) -> web.FileResponse:
        return web.FileResponse(folder / "index.html")

    app.router.add_get("/", index)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def demo(data: Path, agent: str) -> dict[str, Any]:
    async with served(SAMPLES / "shop") as address:
        order = Order(SAMPLES / "shop.webm", address, TITLE, NOTES, agent)
        with Steps() as steps:
            return await run(order, steps, data)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(".scope"))
    parser.add_argument("--agent", default="CLAUDE_CODE", choices=["CLAUDE_CODE", "CODEX", "CURSOR", "RAW"])
    options = parser.parse_args()
    logs.configure("error", "console")
    began, data = time.monotonic(), options.data.expanduser().resolve()
    print("One recording of samples/shop through the whole system:", file=sys.stderr)
    try:
        session = asyncio.run(demo(data, options.agent))
    except ScopeError as error:
        print(f"demo: {error.message}", file=sys.stderr)
        return 1
    prompt = data / "demo-prompt.md"
    prompt.write_text(session["prompt"])
    print(_EMBEDDED.sub("(embedded image, left out here)", session["prompt"]))
    _where_next(session, prompt, options.data, time.monotonic() - began)
    return 0


def _where_next(session: dict[str, Any], prompt: Path, data: Path, seconds: float) -> None:
    said = [
        f"That was the prompt for {session['agentTarget']}: {session['frameCount']} states, {seconds:.0f} s.",
        f"  with its screenshots    {prompt}",
        "  in the page             make up, then open the address that it prints: review this one, record your own",
        f"  as an API               http://127.0.0.1:8080/api/docs (session {session['id']})",
        f"  a token for it          .venv/bin/scope token --data {data}",
        "  your own recording      .venv/bin/scope prompt FILE --seed-url http://localhost:3000 --title '…'",
    ]
    print("\n" + "\n".join(said), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
