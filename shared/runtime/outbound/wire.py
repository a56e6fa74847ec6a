"""Heads of HTTP/1 messages: read strictly from the browser, leniently from servers. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

Headers = tuple[tuple[str, str], ...]

# Meant for the next hop alone. Transfer-Encoding of an answer stays: its body is passed on as it is framed.
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"}
)
_UPGRADE = frozenset({"upgrade"})
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_VERSION = re.compile(r"HTTP/1\.[01]\Z")
_STATUS = re.compile(r"HTTP/1\.[01] +([1-9][0-9]{2})(?: (.*))?\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class MalformedError(ValueError):
    """Not HTTP as we speak it. `status` is the answer to a client that sent it."""

    def __init__(self, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: Headers

    @property
    def upgrade(self) -> bool:
        """Whether it asks for another protocol on this connection (WebSocket)."""
        return "upgrade" in _listed(self.headers, "connection") and bool(values(self.headers, "upgrade"))

    @property
    def body_length(self) -> int:
        """In bytes. Chunked requests are refused: browsers do not send them over HTTP/1."""
        if values(self.headers, "transfer-encoding"):
            raise MalformedError("the request body has no length", 411)
        lengths = set(values(self.headers, "content-length"))
        if not lengths:
            return 0
        text = lengths.pop()
        if lengths or not (text.isascii() and text.isdigit()) or len(text) > 15:
            raise MalformedError("Content-Length is not one number")
        return int(text)


@dataclass(frozen=True)
class Response:
    status: int
    reason: str
    headers: Headers


def request_of(head: bytes) -> Request:
    line, *fields = _lines(head)
    parts = line.split(" ")
    if len(parts) != 3 or not _VERSION.match(parts[2]) or not _TOKEN.match(parts[0]) or not parts[1]:
        raise MalformedError("the request line is not METHOD TARGET HTTP/1.1")
    return Request(parts[0], parts[1], tuple(_field(text) for text in fields))


def response_of(head: bytes) -> Response:
    line, *fields = _lines(head)
    match = _STATUS.match(line)
    if match is None:
        raise MalformedError("the answer does not begin with an HTTP status line")
    if match[1] == "407":  # the browser would take it for ours
        raise MalformedError("it asks for the password of a proxy")
    return Response(int(match[1]), match[2] or "", tuple(_field(text) for text in fields))


def forwarded(request: Request, path: str, host: str) -> bytes:
    """As it goes to the server: path only, our Host, hop-by-hop headers gone, one request per connection."""
    kept = [
        f for f in end_to_end(request.headers, upgrade=request.upgrade) if f[0].lower() not in {"host", "expect"}
    ]
    connection = "Upgrade" if request.upgrade else "close"
    return head_bytes(f"{request.method} {path} HTTP/1.1", [("Host", host), *kept, ("Connection", connection)])


def returned(response: Response) -> bytes:
    """As it goes back to the browser."""
    upgrade = response.status == 101
    kept = end_to_end(response.headers, upgrade=upgrade)
    line = f"HTTP/1.1 {response.status} {response.reason}"
    return head_bytes(line, [*kept, ("Connection", "Upgrade" if upgrade else "close")])


def without(response: Response, name: str) -> Response:
    return replace(response, headers=tuple(f for f in response.headers if f[0].lower() != name))


def end_to_end(headers: Headers, *, upgrade: bool = False) -> Headers:
    """Without what is meant for one hop, and without what `Connection` declares so."""
    dropped = _HOP_BY_HOP | _listed(headers, "connection") | _UPGRADE
    dropped -= {"transfer-encoding", "content-length"} | (_UPGRADE if upgrade else frozenset())
    return tuple(f for f in headers if f[0].lower() not in dropped)


def values(headers: Headers, name: str) -> list[str]:
    return [value for key, value in headers if key.lower() == name]


def head_bytes(line: str, headers: Iterable[tuple[str, str]]) -> bytes:
    lines = [line, *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def _lines(head: bytes) -> list[str]:
    """Latin-1 keeps every byte as it is. Continued lines (long obsolete) and control characters are refused."""
    lines = [line.removesuffix("\r") for line in head.decode("latin-1").rstrip("\r\n").split("\n")]
    if any(_CONTROL.search(line) for line in lines) or any(line[:1] in {" ", "\t"} for line in lines):
        raise MalformedError("the head holds characters that have no place there")
    return lines


def _field(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not _TOKEN.match(name):
        raise MalformedError("a header is not NAME: VALUE")
    return name, value.strip(" \t")


def _listed(headers: Headers, name: str) -> frozenset[str]:
    return frozenset(word.strip().lower() for value in values(headers, name) for word in value.split(","))
