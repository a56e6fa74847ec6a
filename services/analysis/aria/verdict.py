"""Whether what was opened is a page, and if not, the sentence that says so. Pure."""

import re
from http import HTTPStatus

from shared.runtime.outbound.hosts import Authority, BadUrlError, authority_of
from shared.runtime.outbound.visit import Trouble, Visit

_CODE = re.compile(r"net::(ERR_[A-Z0-9_]+)")
_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_CODES = {
    "ERR_TOO_MANY_REDIRECTS": "redirects in a circle",
    "ERR_EMPTY_RESPONSE": "closed the connection without an answer",
    "ERR_CONNECTION_RESET": "broke the connection before it answered",
    "ERR_CONNECTION_CLOSED": "broke the connection before it answered",
    "ERR_UNSAFE_PORT": "uses a port that browsers refuse to open",
    "ERR_UNKNOWN_URL_SCHEME": "leads to an address that is not http(s)",
    "ERR_INVALID_REDIRECT": "redirects to an address that is not valid",
    "ERR_UNSAFE_REDIRECT": "redirects to an address that browsers refuse to open",
    "ERR_ABORTED": "answers without a page (with no content, or with an address that is not http(s))",
    "ERR_INVALID_AUTH_CREDENTIALS": "asks for a user name and a password, which the inspector does not have",
    "ERR_SSL_PROTOCOL_ERROR": "does not speak HTTPS there; try http://",
    "ERR_INVALID_RESPONSE": "answers with something that is not HTTP",
    "ERR_RESPONSE_HEADERS_TOO_BIG": "answers with headers that are too large",
}


def unanswered(url: str, seconds: float) -> str:
    return f"{url} did not answer within {seconds:g} s; check that the server is not stuck."


def unopened(asked: str, reached: str, words: str, visit: Visit) -> str:
    """The browser gave up. `words`: what it said; the proxy may know better."""
    trouble = trouble_at(reached, visit)
    if trouble is not None:
        return denied(asked, reached, trouble)
    match = _CODE.search(words)
    code = match[1] if match else ""
    if code.startswith(("ERR_CERT", "ERR_SSL_")) and code not in _CODES:
        return (
            f"{reached} has a certificate that is not trusted on this machine ({code});"
            " use http:// or install the certificate's issuer."
        )
    if code in _CODES:
        return f"{reached} {_CODES[code]}."
    return f"{reached} could not be opened ({code or words.strip().splitlines()[0][:200]})."


def denied(asked: str, reached: str, trouble: Trouble) -> str:
    if not _same_place(asked, reached):
        where = (
            "an address that policy refuses" if trouble.kind == "refused" else "an address that cannot be opened"
        )
        return f"The page redirects to {where}: {trouble.sentence}"
    return trouble.sentence


def not_a_page(url: str, status: int, content_type: str) -> str | None:
    """None when it is one."""
    if status >= 400:
        return f"{url} answers with status {status}{_phrase(status)}. {_advice(status)}"
    kind = content_type.partition(";")[0].strip().lower()
    if kind and kind not in _PAGES:
        return f"{url} answers with {kind}, not with an HTML page; give the address of the page."
    return None


def a_download(url: str, name: str) -> str:
    return f"{url} answers with a download ({name[:100]}), not with a page; give the address of the page."


def trouble_at(url: str, visit: Visit) -> Trouble | None:
    place = _place(url)
    return visit.troubles.get(place) if place else None


def _same_place(one: str, other: str) -> bool:
    return _place(one) == _place(other)


def _place(url: str) -> Authority | None:
    try:
        return authority_of(url)
    except BadUrlError:
        return None


def _phrase(status: int) -> str:
    try:
        return f" ({HTTPStatus(status).phrase})"
    except ValueError:
        return ""


def _advice(status: int) -> str:
    if status in {401, 403}:
        return "It may want a sign-in, which the inspector does not have."
    if status >= 500:
        return "The server failed; its log says why."
    return "Check the address."
