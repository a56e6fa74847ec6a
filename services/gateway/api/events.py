"""A session's status as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

An event is the whole status as it stands, so that nobody has to have seen those before; its id is the status' ETag.
"""

import asyncio
import contextlib

from aiohttp import web

from services.gateway.api import views
from services.gateway.api.call import Call, etag_of
from shared.model.session import Session

_LOOK_S = 0.5  # lanes write how far they are into the session without saying so on the bus
_LONGEST_S = 900.0  # then the client comes again, with a token that still holds
_HEARTBEAT_S = 15.0  # proxies close what is silent for a minute or so
_RETRY_MS = 2000
_HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache",
    "X-Accel-Buffering": "no",  # nginx would hold events back
}


async def follow_session(call: Call) -> web.StreamResponse:
    """Ends with the session. 204 tells a client that has seen the end not to come again."""
    session = await call.session()
    seen = call.request.headers.get("Last-Event-ID", "")
    if session.terminal and _id(session) == seen:
        return web.Response(status=204)
    response = web.StreamResponse(headers=_HEADERS)
    await response.prepare(call.request)
    with contextlib.suppress(ConnectionError):  # the client left
        await response.write(f"retry: {_RETRY_MS}\n\n".encode())
        await _tell(call, session.id, response, seen)
    return response


async def _tell(call: Call, session_id: str, response: web.StreamResponse, seen: str) -> None:
    clock = asyncio.get_running_loop().time
    said, ends = clock(), clock() + _LONGEST_S
    async with contextlib.aclosing(call.context.following.looks(session_id, _LOOK_S)) as looks:
        async for session in looks:
            if session is None or session.deleted:
                await response.write(b"event: deleted\ndata: {}\n\n")
                return
            if (now := _id(session)) != seen:
                await response.write(_event(session, now))
                seen, said = now, clock()
            if session.terminal or call.request.transport is None or clock() >= ends:
                return
            if clock() - said >= _HEARTBEAT_S:
                await response.write(b": still here\n\n")
                said = clock()


def _id(session: Session) -> str:
    return etag_of(views.status_body(session)).strip('"')


def _event(session: Session, event_id: str) -> bytes:
    data = views.status_body(session).model_dump_json(by_alias=True)
    return f"event: status\nid: {event_id}\ndata: {data}\n\n".encode()
