"""A hostile page, policy `public`: whatever it tries, the forbidden port hears nothing."""

import asyncio
import ipaddress
from contextlib import AsyncExitStack

import pytest

from services.analysis.aria import BrowserSettings, UrlPolicy, inspect
from tests.integration.aria.sites import Forbidden, forbidden, redirect, responding, serving

pytestmark = pytest.mark.browser


@pytest.fixture
async def cellar():
    async with forbidden() as place:
        yield place
        assert place.visitors == 0


def _refused(error: str | None, cellar: Forbidden) -> bool:
    return f"127.0.0.1:{cellar.port} is refused: 127.0.0.1 is a loopback address" in (error or "")


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_opened_directly(settings: BrowserSettings, cellar, scheme):
    url = f"{scheme}://127.0.0.1:{cellar.port}/"
    (page,) = await inspect([url], policy=UrlPolicy("public"), settings=settings)
    assert not page.success
    assert _refused(page.error, cellar)
    assert not page.error.startswith("The page redirects")
    assert f"SCOPE_ARIA_ALLOW=127.0.0.1:{cellar.port}" in page.error


@pytest.mark.parametrize("url", ["file:///etc/passwd", "chrome://version/", "javascript:alert(1)", "nonsense"])
async def test_other_schemes(settings: BrowserSettings, url):
    (page,) = await inspect([url], policy=UrlPolicy("any"), settings=settings)
    assert not page.success
    assert "is not an http(s) address" in page.error


@pytest.mark.parametrize("scheme", ["http", pytest.param("https", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "way",
    [
        "redirect",
        "<meta http-equiv=refresh content='0;url=URL'>",
        "<script>location = 'URL'</script>",
        "<script>setTimeout(() => location.replace('URL'), 200)</script>",
        "<form action='URL' method=post></form><script>document.forms[0].submit()</script>",
    ],
)
async def test_led_there(look, cellar, way, scheme):
    target = f"{scheme}://127.0.0.1:{cellar.port}/x"
    async with serving({"/": redirect(target) if way == "redirect" else way.replace("URL", target)}) as site:
        page = await look(site)
    assert not page.success
    assert page.error.startswith("The page redirects to an address that policy refuses: ")
    assert _refused(page.error, cellar)


async def test_led_there_through_a_name_that_changes_its_mind(look, cellar):
    """The first answer is the site's own address, which is allowed; then it names another machine."""
    answers = iter(["127.0.0.1", "127.0.0.1"])

    async def resolve(host, port):
        return [ipaddress.ip_address(next(answers, "127.0.0.2"))]

    again = "fetch('/again').then(() => fetch('/again', {cache: 'no-store'}))"
    body = f"<link rel=icon href=data:,><script>{again}</script><p>here</p>"
    async with serving({"/": body, "/again": body}) as site:
        page = await look(site, host="rebind.test", resolve=resolve)
    assert page.success
    assert site.asked == ["/", "/again"]
    assert any("/again — not allowed or not reachable" in line for line in page.failed_requests)


# (what the page tries, whether the page can know that it failed)
ATTEMPTS = [
    ("<iframe src=http://HOST/></iframe>", True),
    ("<iframe src=https://HOST/></iframe>", True),
    ("<img src=http://HOST/i.png>", True),
    ("<script src=https://HOST/s.js></script>", True),
    ("<link rel=stylesheet href=http://HOST/c.css>", True),
    ("<link rel=preconnect href=http://HOST/><link rel=dns-prefetch href=//HOST/>", False),
    ("<link rel=prefetch href=http://HOST/p>", False),
    ("<script>fetch('http://HOST/', {mode: 'no-cors'}).catch(() => 0)</script>", True),
    ("<script>fetch('https://HOST/', {method: 'POST', body: 'x'}).catch(() => 0)</script>", True),
    ("<script>new WebSocket('ws://HOST/')</script>", False),
    ("<script>new WebSocket('wss://HOST/')</script>", False),
    ("<script>new EventSource('http://HOST/')</script>", True),
    ("<script>navigator.sendBeacon('http://HOST/', 'x')</script>", False),
    ("<script>open('http://HOST/')</script>", False),
    ("<script>open('http://HOST/', '_blank', 'noopener')</script>", False),
    ("<a id=a href=http://HOST/ target=_blank ping=http://HOST/ping>x</a><script>a.click()</script>", False),
    ("<script>new Worker(URL.createObjectURL(new Blob([\"fetch('http://HOST/')\"])))</script>", False),
    ("<script>navigator.serviceWorker.register('/sw.js').catch(() => 0)</script>", False),
    ("<script>try { new WebTransport('https://HOST/') } catch (e) {}</script>", False),
    ('<script type=speculationrules>{"prerender": [{"urls": ["http://HOST/"]}]}</script>', False),
    ("<object data=http://HOST/x></object><embed src=http://HOST/y>", False),
    ("<video src=http://HOST/v autoplay></video>", True),
    (
        """<script>const c = new RTCPeerConnection({iceServers: [{urls: 'stun:HOST'},
        {urls: 'turn:HOST?transport=tcp', username: 'u', credential: 'c'}]});
        c.createDataChannel('d'); c.createOffer().then((o) => c.setLocalDescription(o))</script>""",
        False,
    ),
]


@pytest.mark.slow
async def test_reached_for_from_within(settings: BrowserSettings):
    """The pages themselves open; what they reach for fails. Each has a forbidden port of its own."""
    async with AsyncExitStack() as stack:
        cellars = [await stack.enter_async_context(forbidden()) for _ in ATTEMPTS]
        bodies = {
            f"/{n}": f"<button>Here</button>{html.replace('HOST', f'127.0.0.1:{cellar.port}')}"
            for n, ((html, _), cellar) in enumerate(zip(ATTEMPTS, cellars, strict=True))
        }
        worker = responding(b"fetch('/from-a-service-worker')", "text/javascript")
        site = await stack.enter_async_context(serving({**bodies, "/sw.js": worker}))
        urls = [site.url(path) for path in bodies]
        pages = await inspect(urls, policy=UrlPolicy("public", site.allowed), settings=settings)
        await asyncio.sleep(0.3)
    assert "/from-a-service-worker" not in site.asked
    for page, cellar, (html, tells) in zip(pages, cellars, ATTEMPTS, strict=True):
        assert cellar.visitors == 0, html
        assert (page.success, page.counts.buttons) == (True, 1), (html, page.error)
        told = any(f"127.0.0.1:{cellar.port}" in line for line in page.failed_requests)
        assert told or not tells, html


async def test_localhost_is_not_reached_round_the_proxy(look, cellar):
    """Browsers like to go to loopback directly; then the allowed site would be the only one that is checked."""
    body = f"<script>fetch('http://localhost:{cellar.port}/').catch(() => 0)</script><p>here</p>"
    async with serving({"/": body}) as site:
        page = await look(site)
    assert page.success
    assert any("localhost" in line for line in page.failed_requests)
