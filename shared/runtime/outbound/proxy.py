"""The forward proxy that the browser's traffic goes through. Policy is applied here, to addresses, not to names.

Each connection carries one request: a tunnel (CONNECT: https, wss, ws) or an absolute-form http request. The host
is resolved once, every address is judged, and the connection goes to one of these very addresses, so that a name
which changes its mind (DNS rebinding) gains nothing. A redirect comes back as a new request and is judged again.
Only who knows a visit's password is served, so other processes on the machine cannot borrow it.
"""

import asyncio
import base64
import socket
from types import TracebackType
from typing import Self

from shared.runtime.outbound.hosts import Authority, BadUrlError, authority_of, split_authority
from shared.runtime.outbound.policy import RefusedError, UrlPolicy
from shared.runtime.outbound.relay import CutOffError, Relay, Stream, read_head
from shared.runtime.outbound.resolve import Resolver, addresses_of, connect, system_resolver
from shared.runtime.outbound.visit import Limits, Trouble, Visit
from shared.runtime.outbound.wire import (
    MalformedError,
    Request,
    Response,
    forwarded,
    head_bytes,
    request_of,
    response_of,
    returned,
    values,
    without,
)

MARK = "x-scope-proxy"  # header of the proxy's own answers; its value is the visit's mark
_REASONS = {400: "Bad Request", 403: "Forbidden", 407: "Proxy Authentication Required", 502: "Bad Gateway"}


class DeniedError(Exception):
    def __init__(self, status: int, trouble: Trouble) -> None:
        super().__init__(trouble.sentence)
        self.status, self.trouble = status, trouble


class SilentError(Exception):
    """A server that was reached gave no answer that can be passed on. The text is what it did instead."""


class Proxy:
    """`async with Proxy(policy) as proxy`: listens on a free port of 127.0.0.1 until the end of the block."""

    def __init__(
        self, policy: UrlPolicy, resolve: Resolver = system_resolver, strangers: Limits | None = None
    ) -> None:
        self._policy, self._resolve = policy, resolve
        self._strangers = strangers or Limits()  # bounds for clients that have not said who they are
        self._visits: dict[str, Visit] = {}
        self._tasks: dict[asyncio.Task[None], Visit | None] = {}
        self._server: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, limit=self._strangers.head_bytes, backlog=256
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        await _cancel(list(self._tasks))

    def open(self, limits: Limits) -> Visit:
        visit = Visit(limits)
        self._visits[_credential(visit)] = visit
        return visit

    async def close(self, visit: Visit) -> None:
        """Its connections end, its password opens nothing any more."""
        self._visits.pop(_credential(visit), None)
        await _cancel([task for task, owner in self._tasks.items() if owner is visit])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  a server's callback runs in a task
        self._tasks[task] = None
        client = Stream(reader, writer)
        try:
            await self._answer(client, task)
            client.close()
        except (OSError, ExceptionGroup, CutOffError, asyncio.CancelledError):
            client.reset()
        finally:
            del self._tasks[task]

    async def _answer(self, client: Stream, task: asyncio.Task[None]) -> None:
        limits = self._strangers
        try:
            head = await read_head(client.reader, limits.head_bytes, limits.head_seconds)
            if not head:
                return
            request = request_of(head)
            visit = self._visits.get(_presented(request))
            if visit is None:
                await client.send(_challenge())
                return
            self._tasks[task] = visit
            await self._forward(client, request, visit)
        except MalformedError as error:
            await client.send(_own(error.status, str(error), ""))
        except DeniedError as denied:
            await client.send(_own(denied.status, denied.trouble.sentence, visit.mark if visit else ""))

    async def _forward(self, client: Stream, request: Request, visit: Visit) -> None:
        authority, path = _target(request)
        if not visit.count_request():
            raise DeniedError(403, Trouble("limit", f"The page makes {visit.exceeded}; the rest is refused."))
        server = await self._reach(authority, visit)
        try:
            if request.method == "CONNECT":
                await client.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await Relay(visit).both_ways(client, server)
            else:
                asked = forwarded(request, path, _host(authority))
                await _exchange(client, server, request, asked, Relay(visit))
        except SilentError as silent:
            trouble = Trouble("unreachable", f"{authority} {silent}.")
            raise DeniedError(502, visit.denied(authority, trouble)) from None
        finally:
            server.drop()

    async def _reach(self, authority: Authority, visit: Visit) -> Stream:
        """Resolve once, judge all addresses, connect to one of them."""
        seconds = visit.limits.connect_seconds
        try:
            addresses = await addresses_of(authority, self._resolve, seconds)
            self._policy.check(authority, addresses)
            return Stream(*await connect(addresses, authority.port, seconds, visit.limits.head_bytes))
        except RefusedError as refused:
            raise DeniedError(403, visit.denied(authority, Trouble("refused", refused.message))) from None
        except (OSError, UnicodeError) as error:
            sentence = _unreachable(authority, error, seconds)
            raise DeniedError(502, visit.denied(authority, Trouble("unreachable", sentence))) from None


async def _exchange(client: Stream, server: Stream, request: Request, asked: bytes, relay: Relay) -> None:
    """One request, one answer; the request's body may still be on its way when the answer comes."""
    length = request.body_length
    await server.send(asked)
    sending = asyncio.ensure_future(relay.exactly(length, client, server))
    try:
        response = await _response(server, relay.visit.limits)
        await client.send(returned(without(response, MARK)))
        if response.status == 101 and request.upgrade:
            await relay.both_ways(client, server)
        else:
            await relay.one_way(server, client)
    finally:
        await _cancel([sending])


async def _response(server: Stream, limits: Limits) -> Response:
    """The final one: what comes before it (100 Continue, 103 Early Hints) is left out."""
    try:
        while head := await read_head(server.reader, limits.head_bytes, limits.idle_seconds):
            response = response_of(head)
            if response.status == 101 or response.status >= 200:
                return response
        words = "closed the connection without an answer"
    except MalformedError as error:
        words = f"does not speak proper HTTP ({error})"
    except TimeoutError:
        words = f"did not answer within {limits.idle_seconds:g} s"
    except OSError as error:
        words = f"broke the connection before it answered ({error.strerror or error})"
    raise SilentError(words)


def _target(request: Request) -> tuple[Authority, str]:
    """Where to, and the path to ask there. Only what a browser sends to a proxy is understood."""
    try:
        if request.method == "CONNECT":
            return split_authority(request.target), ""
        scheme, separator, rest = request.target.partition("://")
        if not separator or scheme.lower() not in {"http", "ws"}:
            raise MalformedError("the target is not an absolute http address")
        start = min((rest.index(c) for c in "/?#" if c in rest), default=len(rest))
        path = rest[start:].partition("#")[0]
        return authority_of(request.target), path if path.startswith("/") else f"/{path}"
    except BadUrlError as error:
        raise MalformedError(str(error)) from None


def _host(authority: Authority) -> str:
    return str(authority).removesuffix(":80") if authority.port == 80 else str(authority)


def _unreachable(authority: Authority, error: Exception, seconds: float) -> str:
    if isinstance(error, socket.gaierror | UnicodeError):
        return f"The name {authority.host} could not be resolved; check the address, or the network."
    if isinstance(error, ConnectionRefusedError):
        return (
            f"Nothing listens on {authority} (connection refused), seen from the machine that runs Claude Scope:"
            " start the server and record again."
        )
    if isinstance(error, TimeoutError):
        return f"{authority} did not accept a connection within {seconds:g} s; check that the server runs."
    return f"{authority} could not be reached ({getattr(error, 'strerror', None) or error})."


def _credential(visit: Visit) -> str:
    return base64.b64encode(f"{visit.user}:{visit.password}".encode()).decode()


def _presented(request: Request) -> str:
    value = next(iter(values(request.headers, "proxy-authorization")), "")
    scheme, _, credential = value.partition(" ")
    return credential.strip() if scheme.lower() == "basic" else ""


def _challenge() -> bytes:
    headers = [("Proxy-Authenticate", 'Basic realm="scope"'), ("Content-Length", "0"), ("Connection", "close")]
    return head_bytes(f"HTTP/1.1 407 {_REASONS[407]}", headers)


def _own(status: int, sentence: str, mark: str) -> bytes:
    body = sentence.encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    headers += [("Cache-Control", "no-store"), ("Connection", "close")]
    headers += [(MARK, mark)] if mark else []
    return head_bytes(f"HTTP/1.1 {status} {_REASONS.get(status, 'Refused')}", headers) + body


async def _cancel(tasks: "list[asyncio.Task[None]]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
