"""Pages that are none, that never end, that fight back."""

import asyncio
import dataclasses
import socket
import ssl
import time

import pytest

from services.analysis.aria import UrlPolicy, inspect, opening
from shared.runtime.outbound.visit import Limits
from tests.integration.aria.certificates import self_signed
from tests.integration.aria.conftest import flat
from tests.integration.aria.sites import endless, free_port, hanging, redirect, responding, serving

pytestmark = pytest.mark.browser


NO_PAGES = [
    (responding(b'{"a": 1}', "application/json"), "URL answers with application/json, not with an HTML page"),
    (
        responding(b"%PDF-1.7", "application/pdf"),
        "URL answers with",
    ),  # shown or downloaded, as the browser is built
    (responding(b"plain", "text/plain"), "URL answers with text/plain"),
    (responding(b"zip", "application/zip"), "URL answers with a download"),
    (
        responding(b"<p>x", "text/html", Content_Disposition='attachment; filename="report.html"'),
        "URL answers with a download (report.html), not with a page",
    ),
    (responding(b"<h1>Not found</h1>", "text/html", 404), "URL answers with status 404 (Not Found)."),
    (responding(b"<h1>Oops</h1>", "text/html", 500), "URL answers with status 500 (Internal Server Error). The"),
    (responding(b"", "text/html", 404), "URL answers with status 404 (Not Found)."),
    (responding(b"in?", "text/html", 403), "URL answers with status 403 (Forbidden). It may want a sign-in"),
    (
        responding(b"in?", "text/html", 401, WWW_Authenticate="Basic realm=x"),
        "URL answers with status 401 (Unauthorized). It may",
    ),
    (responding(b"", "text/html", 204), "URL answers without a page"),
    (redirect("/10"), "URL answers without a page"),
    (redirect("/12"), "URL redirects in a circle"),
    (
        redirect("mailto:a@b.test"),
        "URL answers without a page (with no content, or with an address that is not http(s))",
    ),
    (redirect("http://127.0.0.1:0/"), "http://127.0.0.1:0/ uses a port that browsers refuse to open"),
]


@pytest.mark.slow
async def test_what_is_no_page_says_so(settings):
    async with serving({f"/{n}": answer for n, (answer, _) in enumerate(NO_PAGES)}) as site:
        urls = [site.url(f"/{n}") for n in range(len(NO_PAGES))]
        patient = dataclasses.replace(settings, answer_timeout=15)  # twenty redirects in a row take their time
        pages = await inspect(urls, policy=UrlPolicy("public", site.allowed), settings=patient)
    for page, (_, words) in zip(pages, NO_PAGES, strict=True):
        assert (page.success, page.tree) == (False, ()), page
        assert page.error.startswith(words.replace("URL", page.final_url or page.url)), page


async def test_a_server_that_does_not_answer(look):
    began = time.monotonic()
    async with serving({"/": hanging}) as site:
        page = await look(site)
    assert page.error == f"{site.url()} did not answer within 3 s; check that the server is not stuck."
    assert time.monotonic() - began < 10


async def test_a_server_that_is_not_there(settings):
    port = free_port()
    (page,) = await inspect([f"http://127.0.0.1:{port}/"], policy=UrlPolicy("any"), settings=settings)
    assert page.error == (
        f"Nothing listens on 127.0.0.1:{port} (connection refused), seen from the machine that runs Claude Scope:"
        " start the server and record again."
    )


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_name_that_nobody_knows(settings, scheme):
    async def resolve(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    url = f"{scheme}://nowhere.test/"
    (page,) = await inspect([url], policy=UrlPolicy("any"), settings=settings, resolve=resolve)
    assert page.error == "The name nowhere.test could not be resolved; check the address, or the network."


async def test_a_certificate_that_nobody_trusts(settings, tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*self_signed(tmp_path))
    async with serving({"/": "<p>x"}, tls=context) as site:
        url = site.url().replace("http:", "https:")
        (page,) = await inspect([url], policy=UrlPolicy("any"), settings=settings)
    assert f"{url} has a certificate that is not trusted on this machine (ERR_CERT_AUTHORITY_INVALID)" in page.error


async def test_https_where_there_is_only_http(settings):
    async with serving({"/": "<p>x"}) as site:
        url = site.url().replace("http:", "https:")
        (page,) = await inspect([url], policy=UrlPolicy("any"), settings=settings)
    assert page.error == f"{url} does not speak HTTPS there; try http://."


# --- pages that are taken as they were


@pytest.mark.slow
async def test_a_page_that_never_ends_is_taken_as_it_was(look):
    async with serving({"/": endless}) as site:
        page = await look(site)
    assert page.success
    assert page.counts.buttons == 1
    assert page.note == "the page was still loading after 4 s; taken as it was"


@pytest.mark.slow
async def test_a_page_that_loads_too_much_is_cut_off(settings):
    limited = dataclasses.replace(settings, limits=Limits(total_bytes=1024**2))
    async with serving({"/": endless}) as site:
        (page,) = await inspect([site.url()], policy=UrlPolicy("any"), settings=limited)
    assert page.success
    assert page.note == "the page loads more than 1 MB; the rest was refused"


RESTLESS = [
    "setInterval(() => { b.textContent = Math.random() }, 50)",
    "setInterval(() => fetch('/hang?'), 100)",
    "fetch('/hang')",
]


@pytest.mark.slow
async def test_a_page_that_never_rests_is_taken_as_it_was(settings):
    bodies = {f"/{n}": f"<button id=b>B</button><script>{script}</script>" for n, script in enumerate(RESTLESS)}
    async with serving({**bodies, "/hang": hanging}) as site:
        urls = [site.url(path) for path in bodies]
        pages = await inspect(urls, policy=UrlPolicy("public", site.allowed), settings=settings)
    for page, script in zip(pages, RESTLESS, strict=True):
        assert (page.success, page.counts.buttons) == (True, 1), script
        assert page.note == "the page did not come to rest within 4 s; taken as it was", script


RESTFUL = [
    "<style>@keyframes k { to { opacity: 0 } } b { animation: k 1s infinite }</style><b>x</b>",
    "<b id=b>x</b><script>setInterval(() => { b.style.left = Math.random() + 'px' }, 30)</script>",
    "<script>new EventSource('/stream')</script>",
]


@pytest.mark.slow
async def test_animations_and_streams_do_not_keep_a_page_from_rest(settings):
    bodies = {f"/{n}": body for n, body in enumerate(RESTFUL)}
    async with serving({**bodies, "/stream": hanging}) as site:
        urls = [site.url(path) for path in bodies]
        pages = await inspect(urls, policy=UrlPolicy("public", site.allowed), settings=settings)
    assert [(page.success, page.note) for page in pages] == [(True, None)] * len(RESTFUL)


@pytest.mark.slow
async def test_a_script_that_never_pauses_is_given_up(look):
    began = time.monotonic()
    async with serving({"/": "<p>x</p><script>for (;;);</script>"}) as site:
        page = await look(site)
    assert page.error.startswith(f"{site.url()} could not be read within 8 s: the page keeps its tab busy")
    assert time.monotonic() - began < 25


TRICKS = [
    "alert(1); confirm(2); prompt(3)",
    "onbeforeunload = (e) => { e.preventDefault(); return 'stay' }",
    "print()",
    "for (let i = 0; i < 50; i++) alert(i)",
    "Notification.requestPermission(); navigator.geolocation.getCurrentPosition(() => 0)",
    "open('/popup'); open('/popup', 'b', 'popup')",
    "document.documentElement.requestFullscreen().catch(() => 0)",
    "close()",
    "history.pushState({}, '', '/elsewhere')",
    "window.MutationObserver = window.Promise = window.JSON = undefined; Array.prototype.every = null",
    "Object.defineProperty(document, 'getElementsByTagName', {value: () => { throw 1 }})",
]


@pytest.mark.slow
async def test_dialogs_popups_and_tricks_change_nothing(settings):
    bodies = {f"/{n}": f"<script>{script}</script><button>Here</button>" for n, script in enumerate(TRICKS)}
    async with serving({**bodies, "/popup": "<button>Popup</button>"}) as site:
        urls = [site.url(path) for path in bodies]
        pages = await inspect(urls, policy=UrlPolicy("public", site.allowed), settings=settings)
    for page, script in zip(pages, TRICKS, strict=True):
        assert page.success, (script, page.error)
        assert [(node.role, node.name) for node in page.tree] == [("button", "Here")], script


@pytest.mark.slow
async def test_a_huge_page_is_read_in_part(settings):
    body = """<body><script>
        for (let i = 0; i < 100000; i++) {
            document.body.append(Object.assign(document.createElement('button'), {textContent: i}));
        }
    </script>"""
    async with serving({"/": body}) as site:
        patient = dataclasses.replace(settings, settle_timeout=10, read_timeout=75)
        (page,) = await inspect([site.url()], policy=UrlPolicy("any"), settings=patient)
    assert page.success, page.error
    assert page.note.endswith(
        "only the first 20000 elements of the page were read; the first 3000 of 19996 nodes are kept"
    )
    assert len(flat(page)) == 3000
    assert page.counts.buttons == 19_996
    assert page.tree[0].name == "0"


@pytest.mark.slow
async def test_a_picture_that_cannot_be_had_does_not_cost_the_tree(settings, monkeypatch):
    async def never(session, settings):
        await asyncio.sleep(60)

    monkeypatch.setattr(opening, "take_picture", never)
    async with serving({"/": "<h1>Here</h1>"}) as site:
        # The picture takes longer than all the rest of a page may.
        hurried = dataclasses.replace(settings, settle_timeout=1, read_timeout=3, picture_timeout=18)
        (page,) = await inspect([site.url()], policy=UrlPolicy("any"), settings=hurried)
    assert page.success, page.error
    assert [node.name for node in page.tree] == ["Here"]


async def test_huge_texts_are_read_in_part(look):
    script = "document.body.append('x'.repeat(2e6)); t.value = 'y'.repeat(2e6); t.title = 'z'.repeat(4e7)"
    async with serving(
        {"/": f"<body><button>Here</button><textarea id=t></textarea><script>{script}</script>"}
    ) as site:
        page = await look(site)
    assert page.success, page.error
    assert page.counts.buttons == 1
    assert len(page.model_dump_json()) < 20_000


async def test_a_page_that_needs_more_memory_than_there_is_may_only_harm_itself(settings):
    eater = "<script>const a = []; for (;;) a.push(new Array(1e6).fill(a.length + Math.random()))</script>"
    async with serving({"/": eater, "/good": "<h1>Good</h1>"}) as site:
        urls = [site.url(), site.url("/good")]
        bad, good = await inspect(urls, policy=UrlPolicy("any"), settings=settings)
    assert not bad.success
    # Which of the two comes first is a matter of the machine: how fast it fills, how much it has.
    told = ("crashes its browser tab; it may need too much memory", "keeps its tab busy")
    assert any(words in bad.error for words in told), bad.error
    assert good.success, good.error


async def test_pages_for_which_no_time_is_left_are_not_opened(settings):
    hurried = dataclasses.replace(settings, at_once=1, total_timeout=5)
    async with serving({"/": "<h1>Good</h1>", "/hang": hanging, "/late": "<p>x"}) as site:
        urls = [site.url(), site.url("/hang"), site.url("/hang"), site.url("/late")]
        pages = await inspect(urls, policy=UrlPolicy("any"), settings=hurried)
        assert "/late" not in site.asked
    assert [page.success for page in pages] == [True, False, False, False]
    assert pages[3].error == f"{pages[3].url} was not opened: the pages before it took all the time there was."
