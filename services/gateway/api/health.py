"""How the service is, and what it says about itself."""

from aiohttp import web

from services.gateway.api import schemas as s
from services.gateway.api.call import Call, answer
from shared.runtime.admin import run_checks


async def read_health(call: Call) -> web.Response:
    """Always 200: whoever asks wants to know, not to be turned away."""
    found = await run_checks(call.context.checks)
    status = "ok" if all(word == "ok" for word in found.values()) else "degraded"
    # Anybody may ask, so only whether it works is said; why not stands in /readyz and the logs.
    words = {name: "ok" if word == "ok" else "failing" for name, word in found.items()}
    return answer(s.Health(status=status, timestamp=call.context.ports.clock.now(), checks=words))
