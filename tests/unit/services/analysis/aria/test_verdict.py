import pytest

from services.analysis.aria import verdict
from shared.runtime.outbound.hosts import Authority
from shared.runtime.outbound.visit import Trouble, Visit

URL = "http://h.test:3000/a"


@pytest.mark.parametrize(
    "kind", ["text/html", "text/html; charset=utf-8", "TEXT/HTML", "application/xhtml+xml", ""]
)
def test_pages(kind):
    assert verdict.not_a_page(URL, 200, kind) is None


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (404, "text/html", "answers with status 404 (Not Found). Check the address."),
        (401, "text/html", "It may want a sign-in, which the inspector does not have."),
        (403, "text/html", "It may want a sign-in"),
        (500, "text/html", "answers with status 500 (Internal Server Error). The server failed; its log says why."),
        (599, "", "answers with status 599. The server failed"),
        (
            200,
            "application/json",
            "answers with application/json, not with an HTML page; give the address of the page.",
        ),
        (200, "application/pdf", "answers with application/pdf"),
        (200, "text/plain; charset=utf-8", "answers with text/plain, not"),
    ],
)
def test_what_is_no_page_says_why(status, kind, words):
    sentence = verdict.not_a_page(URL, status, kind)
    assert sentence.startswith(URL)
    assert words in sentence


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Page.goto: net::ERR_CERT_AUTHORITY_INVALID at x", "certificate that is not trusted on this machine"),
        ("Page.goto: net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH at x", "certificate that is not trusted"),
        ("Page.goto: net::ERR_SSL_PROTOCOL_ERROR at x", "does not speak HTTPS there; try http://"),
        ("Page.goto: net::ERR_TOO_MANY_REDIRECTS at x", "redirects in a circle"),
        ("Page.goto: net::ERR_EMPTY_RESPONSE", "closed the connection without an answer"),
        ("Page.goto: net::ERR_ABORTED; maybe frame was detached?", "answers without a page (with no content, or"),
        ("Page.goto: net::ERR_SOMETHING_NEW at x", "could not be opened (ERR_SOMETHING_NEW)"),
        ("Cannot navigate to invalid URL\nCall log:", "could not be opened (Cannot navigate to invalid URL)"),
    ],
)
def test_the_browsers_codes_become_words(said, words):
    assert words in verdict.unopened(URL, URL, said, Visit())


def test_the_proxy_knows_better_than_the_browser():
    visit = Visit()
    visit.denied(Authority("h.test", 3000), Trouble("unreachable", "Nothing listens."))
    said = "net::ERR_TUNNEL_CONNECTION_FAILED"
    assert verdict.unopened(URL, URL, said, visit) == "Nothing listens."
    assert verdict.unopened("http://first.test/", URL, said, visit) == (
        "The page redirects to an address that cannot be opened: Nothing listens."
    )


def test_a_refused_redirect_says_that_it_is_one():
    trouble = Trouble("refused", "h.test:3000 is refused.")
    assert verdict.denied("http://first.test/", URL, trouble) == (
        "The page redirects to an address that policy refuses: h.test:3000 is refused."
    )
    assert verdict.denied(URL + "/b", URL, trouble) == "h.test:3000 is refused."
